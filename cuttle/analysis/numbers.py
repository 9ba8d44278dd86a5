"""Numbers as text for people, in cells and in sentences: percent, p-values, intervals, durations.

A cell has the bare number and a minus sign; a sentence has the unit too. Zero is never negative.
"""

from collections.abc import Mapping
from typing import Any

from cuttle.runs.formatting import format_duration

BRANCHES = {"student": "Student", "welch": "Welch", "mwu": "Mann-Whitney"}
LEAST_P = 0.001
BOUNDED_MARK = "*"
BOUNDED_NOTE = "* t-interval of the logits, as that of the rates leaves 0 to 100 %"
MINUS = "\N{MINUS SIGN}"


def percent(rate: float | None, *, signed: bool = False) -> str:
    """Spell a rate in percent, or a difference in points, with one decimal, as a cell."""
    return "" if rate is None else decimal(100 * rate, 1, signed=signed)


def points(difference: float) -> str:
    """Spell a difference of win rates in a sentence: `6.0 points`."""
    return f"{percent(difference)} points"


def rate_text(rate: float) -> str:
    """Spell a win rate in a sentence: `65.0 %`."""
    return f"{percent(rate)} %"


def span(low: float, high: float) -> str:
    """Spell an interval of rates or differences in a sentence, in percent: `2.6 to 9.3`."""
    return f"{percent(low)} to {percent(high)}"


def interval(low: float | None, high: float | None) -> str:
    """Spell an interval of rates in percent: `[59.8, 64.4]`."""
    return "" if low is None or high is None else f"[{percent(low)}, {percent(high)}]"


def rate_interval(group: Mapping[str, Any]) -> str:
    """Spell the t-interval of a group, or, starred, the bounded one where t leaves 0 to 100 %."""
    values, bounded = group["win_rate"], group["win_rate_bounded_ci"]
    if values.get("ci_outside_unit_interval") and bounded.get("computable"):
        return f"{interval(bounded['low'], bounded['high'])}{BOUNDED_MARK}"
    return interval(values.get("ci_low"), values.get("ci_high"))


def has_bounded(groups: Mapping[str, Mapping[str, Any]]) -> bool:
    """Say whether the interval of any group is starred, so that the note is due."""
    return any(rate_interval(group).endswith(BOUNDED_MARK) for group in groups.values())


def p_value(p: float | None) -> str:
    """Spell a p-value as a cell: `.023`, `<.001`, never zero."""
    if p is None:
        return ""
    return "<.001" if p < LEAST_P else f"{p:.3f}".removeprefix("0")


def p_text(p: float) -> str:
    """Spell a p-value in a sentence: `p = .023`, `p < .001`."""
    return "p < .001" if p < LEAST_P else f"p = {p_value(p)}"


def decimals(low: float | None, high: float | None, places: int = 2) -> str:
    """Spell an interval of plain numbers: `[0.58, 4.16]`."""
    return (
        "" if low is None or high is None else f"[{decimal(low, places)}, {decimal(high, places)}]"
    )


def decimal(value: float | None, places: int = 2, *, signed: bool = False) -> str:
    """Spell a plain number; one that is rounded to zero has no sign."""
    if value is None:
        return ""
    text = f"{value:{'+' if signed else ''}.{places}f}"
    return text.replace("-", MINUS) if float(text) else text.lstrip("+-")


def duration(seconds: float | None) -> str:
    """Spell a duration: `42 s`, `3 min 05 s`, `2 h 07 min`, `3 d 04 h`."""
    if seconds is None:
        return ""
    hours = round(seconds) // 3_600
    return f"{hours // 24} d {hours % 24:02d} h" if hours >= 24 else format_duration(seconds)


def branch_name(branch: str) -> str:
    """Name the test that the classical procedure chose; why is said beside it."""
    return BRANCHES[branch.partition("_")[0]]


def why_not(result: Mapping[str, Any]) -> str:
    """Spell why a result could not be computed."""
    return f"not computable: {result.get('reason')}"
