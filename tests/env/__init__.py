"""Tests of the game as a player meets it."""
