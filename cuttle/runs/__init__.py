"""The run directory on disk. Knows nothing of games, training or analysis."""
