"""Numbers as text for people: percent, p-values, intervals. The same in tables and reports."""

from collections.abc import Mapping
from typing import Any

BRANCHES = {"student": "Student", "welch": "Welch", "mwu": "Mann-Whitney"}
LEAST_P = 0.001
BOUNDED_MARK = "*"
BOUNDED_NOTE = "* t-interval of the logits, as that of the rates leaves 0 to 100 %"
MINUS = "\N{MINUS SIGN}"


def percent(rate: float | None, *, signed: bool = False) -> str:
    """Spell a rate in percent, or a difference in points, with one decimal."""
    if rate is None:
        return ""
    text = f"{100 * rate:+.1f}" if signed else f"{100 * rate:.1f}"
    return "0.0" if text in ("-0.0", "+0.0") else text.replace("-", MINUS)


def interval(low: float | None, high: float | None) -> str:
    """Spell an interval of rates in percent: `[59.8, 64.4]`."""
    return "" if low is None or high is None else f"[{percent(low)}, {percent(high)}]"


def rate_interval(group: Mapping[str, Any]) -> str:
    """Spell the t-interval of a group, or, starred, the bounded one where t leaves 0 to 100 %."""
    values, bounded = group["win_rate"], group["win_rate_bounded_ci"]
    if values.get("ci_outside_unit_interval") and bounded.get("computable"):
        return f"{interval(bounded['low'], bounded['high'])}{BOUNDED_MARK}"
    return interval(values.get("ci_low"), values.get("ci_high"))


def p_value(p: float | None) -> str:
    """Spell a p-value: `.023`, `<.001`, never zero."""
    if p is None:
        return ""
    return "<.001" if p < LEAST_P else f"{p:.3f}".removeprefix("0")


def decimal(value: float | None, places: int = 2) -> str:
    """Spell a plain number."""
    if value is None:
        return ""
    text = f"{value:.{places}f}"
    return text.replace("-", MINUS if float(text) else "")


def branch_name(branch: str) -> str:
    """Name the test that the classical procedure chose; why is said beside it."""
    return BRANCHES[branch.partition("_")[0]]


def why_not(result: Mapping[str, Any]) -> str:
    """Spell why a result could not be computed."""
    return f"not computable: {result.get('reason')}"
