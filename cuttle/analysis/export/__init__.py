"""One format per file: `write(study, directory)` returns the paths. Found by its name."""
