"""The command line of the reading side: what to read, what to show. Computes nothing."""
