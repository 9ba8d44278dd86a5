"""The game as players meet it: observations, legal masks, many games side by side."""
