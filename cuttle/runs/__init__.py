"""The run directory on disk. Imports nothing else of this package."""
