"""Numbers as text for people: percent, p-values, intervals. The same in tables and reports."""

from collections.abc import Mapping
from typing import Any

LEAST_P = 0.001
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


def p_value(p: float | None) -> str:
    """Spell a p-value: `.023`, `<.001`, never zero."""
    if p is None:
        return ""
    return "<.001" if p < LEAST_P else f"{p:.3f}".removeprefix("0")


def decimal(value: float | None, places: int = 2) -> str:
    """Spell a plain number."""
    return "" if value is None else f"{value:.{places}f}".replace("-", MINUS)


def why_not(result: Mapping[str, Any]) -> str:
    """Spell why a result could not be computed."""
    return f"not computable: {result.get('reason')}"
