"""Tests of the players that do not learn."""
