"""One statistic a file: `compute(study)` gives a result of plain values. No files, no figures.

A file added here is found by its name; `plain` turns its dataclasses into JSON values. Its
docstring begins with a sentence that says what it answers. It must bear types without runs, empty
lists of tallies, and a study without any: then it says `NotComputable(no_runs(study))`, as it says
of whatever cannot be computed why not. `@per_opponent` calls `compute(study, opponent)` for each.
"""
