"""Cuttle: a card game, Q-networks that learn it, and the study of both."""
