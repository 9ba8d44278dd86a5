"""The game as a player meets it: observations, legal masks, many games side by side."""
