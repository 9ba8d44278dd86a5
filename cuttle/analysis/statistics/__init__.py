"""One statistic a file: `compute(study)` gives a result of plain values. No files, no figures.

A file added here is found by its name; `plain` turns its dataclasses into JSON values.
"""
