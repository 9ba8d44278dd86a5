"""Learning by self-play. Yields reports; writes no file."""
