"""One figure a file: `draw(study)` gives a matplotlib Figure. No numbers of its own, no files.

A file added here is found by its name and stands on the page. `@styled` gives it the common look
and answers for a study without runs; it must bear types without runs and opponents without games,
be at most `DOUBLE_COLUMN` wide, and end in `set_caption`, which says what is drawn. Colours and
markers of types come from `looks`. The shortest example is `training.py`.
"""
