"""How columns of tables are written: functions from a row to text, rates in percent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from cuttle.analysis.numerics import rows_of
from cuttle.runs.formatting import (
    format_interval,
    format_number,
    format_p,
    format_percent,
)

NOTE = "note"
Row = Mapping[str, Any]
Format = Callable[[Row], str]


def rate_cell(column: str) -> Format:
    """Write a rate, in percent."""
    return lambda row: format_percent(row[column], unit=False)


def points_cell(column: str) -> Format:
    """Write a difference of rates, in points with its sign."""
    return lambda row: format_percent(row[column], unit=False, signed=True)


def ends_cell(low: str, high: str, least: float = 0.0) -> Format:
    """Write an interval of rates, or from -1 on of differences, in percent."""
    return lambda row: format_interval(row[low], row[high], least=least)


def number_cell(column: str, places: int = 2) -> Format:
    """Write a number."""
    return lambda row: format_number(row[column], places)


def numbers_cell(low: str, high: str, places: int = 2) -> Format:
    """Write an interval of numbers."""

    def text(row: Row) -> str:
        ends = [format_number(row[end], places) for end in (low, high)]
        return f"[{', '.join(ends)}]" if all(ends) else ""

    return text


def p_cell(column: str) -> Format:
    """Write a p-value."""
    return lambda row: format_p(row[column])


def text_cell(column: str) -> Format:
    """Write a text; empty where there is none."""
    return lambda row: "" if pd.isna(row[column]) else str(row[column])


def count_cell(column: str) -> Format:
    """Write a whole number."""
    return lambda row: format_number(row[column], 0)


def format_rows(frame: pd.DataFrame, columns: Mapping[str, Format]) -> pd.DataFrame:
    """Make a frame of text; notes are a last column where there are any."""
    rows = rows_of(frame)
    data: dict[str, Sequence[str]] = {
        head: [form(row) for row in rows] for head, form in columns.items()
    }
    notes = [str(row.get(NOTE) or "") for row in rows]
    if any(notes):
        data[NOTE] = notes
    return pd.DataFrame(data, columns=list(data), dtype="str")
