"""The command line of `analyze.py`: what to read, what to show. Computes nothing."""
