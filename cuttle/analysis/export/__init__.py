"""One format a file: write(analysis, directory) -> paths of the files written.

A file added here is found by its name, which is the word after `--format`.
"""
