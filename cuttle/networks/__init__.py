"""Observation to Q-values, one network type a file."""
