"""Cuttle in the terminal: `python -m cuttle.play`. How a board looks is in `cuttle.env.render`."""
