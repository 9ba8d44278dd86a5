"""Statistics, one function each: of a study, under `@statistic` or `@by_opponent`, yielding rows.

A function added in any file here is found by its name. The first sentence of its docstring says
what it answers. It yields a row per thing asked about, also where there is no answer: its cells are
NaN then and `note` says why; a column of texts is in
`numerics.TEXT_COLUMNS`. No files are written, nothing is drawn.
The shortest examples are `networks` in `resources.py` and `run_intervals` in `final.py`.
"""
