"""Numbers as they stand in a sentence. Decides nothing."""


def points(difference: float) -> str:
    """Spell a difference of win rates: `6.0 points`."""
    return f"{100 * difference:.1f} points"


def percent(rate: float) -> str:
    """Spell a win rate: `65.0 %`."""
    return f"{100 * rate:.1f} %"


def p_text(p: float) -> str:
    """Spell a p-value, never as zero: `p = .023`, `p < .001`."""
    if p < 0.001:
        return "p < .001"
    return f"p = {p:.3f}".replace("0.", ".", 1)


def span(low: float, high: float) -> str:
    """Spell an interval of a difference in points: `2.6 to 9.3`."""
    return f"{100 * low:.1f} to {100 * high:.1f}"


def count(number: int, noun: str) -> str:
    """Spell a count: `1 run`, `7 runs`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
