"""Figures, one function each: of a study, under `@figure`, returning a matplotlib Figure or None.

A function added in any file here is found by its name and stands on the page; None means that the
figure does not apply. `@figure` gives it the common style and answers for a study without runs. It
must handle conditions without runs and opponents without games, be at most `DOUBLE_COLUMN` wide,
and end in `set_caption`, which says what is drawn. Colours and markers of conditions come from
`styles`. The shortest example is `training` in `learning.py`.
"""
