"""One statistic per file: `compute(study)` returns a frame. No files are written, nothing is drawn.

A file added here is found by its name. The first sentence of its docstring says what it answers. A
frame has a row per thing asked about, also where there is no answer: its cells are NaN then and
`note` says why.
"""
