"""One figure per file: `draw(study)` returns a matplotlib Figure, or None where it does not apply.

A file added here is found by its name and stands on the page. `@styled` gives it the common style
and answers for a study without runs. It must bear conditions without runs and opponents without
games, be at most `DOUBLE_COLUMN` wide, and end in `set_caption`, which says what is drawn. Colours
and markers of conditions come from `styles`. The shortest example is `training.py`.
"""
