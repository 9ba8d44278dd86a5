"""Compare the engine with games recorded from the official one: `python -m cuttle.game.replay`."""
