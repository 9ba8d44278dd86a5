"""Comparison with recorded official games: `python -m cuttle.game.replay`."""
