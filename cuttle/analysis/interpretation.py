"""Verdict on two conditions.

A test that rejects nothing is not evidence of equality: the word for that is inconclusive.
"""

import itertools
import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import Row, rows_of
from cuttle.analysis.statistics.primary import comparisons, equivalence
from cuttle.runs.formatting import (
    format_interval,
    format_p_claim,
    format_percent,
    format_points,
    join_words,
    pluralize,
)

MAX_IN_HEADLINE = 6  # four types in order, say; beyond that the table tells
OF_EQUIVALENCE = {
    "margin": "margin", "is_equivalent": "is_equivalent", "p_holm": "p_tost_holm",
    "ci_low": "tost_low", "ci_high": "tost_high",
}  # fmt: skip
TESTS = {
    "welch": "Welch",
    "paired_t": "paired t",
    "permutation": "permutation test",
    "sign_flip": "test of sign flips",
}


class Decision(StrEnum):
    """What the data say to a question."""

    DIFFERENT = "different"
    DIFFERENT_WITHIN_MARGIN = "different_within_margin"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"
    NOT_COMPUTABLE = "not_computable"


SIGNIFICANT = (Decision.DIFFERENT, Decision.DIFFERENT_WITHIN_MARGIN)


class Statement(NamedTuple):
    """One question with its answer; the decision is empty where it asks for none."""

    question: str
    answer: str
    decision: str
    factor: str = ""
    conditions: tuple[str, ...] = ()


def decided_pairs(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Return every planned pair, tested for a difference and for equivalence: its `decision`."""
    rows = rows_of(comparisons(study, opponent))
    for row, tost in zip(rows, rows_of(equivalence(study, opponent)), strict=True):
        row |= {new: tost[old] for old, new in OF_EQUIVALENCE.items()}
        row["decision"] = decide(row)
    return rows


def decide(row: Row) -> Decision:
    """Decide one pair from its corrected tests of difference and of equivalence."""
    if not row["test"]:
        return Decision.NOT_COMPUTABLE
    if row["is_significant"]:
        within = row["is_equivalent"]
        return Decision.DIFFERENT_WITHIN_MARGIN if within else Decision.DIFFERENT
    return Decision.EQUIVALENT if row["is_equivalent"] else Decision.UNDECIDED


def answer(row: Row, noun: str) -> str:
    """Answer whether the two conditions of a pair differ."""
    if row["decision"] is Decision.NOT_COMPUTABLE:
        return f"{row['a']} and {row['b']} cannot be compared: {row['note']}."
    if row["decision"] in SIGNIFICANT:
        return _difference(row)
    return _equivalence(row) if row["decision"] is Decision.EQUIVALENT else _undecided(row, noun)


def summarise(rows: Sequence[Row], noun: str, overall: str = "") -> str:
    """Put the answers about one family of pairs into one sentence, without its full stop.

    overall: what a test of all conditions at once says, where it says that some differ
    """
    won = [row for row in rows if row["decision"] in SIGNIFICANT]
    equal = [row for row in rows if row["decision"] is Decision.EQUIVALENT]
    open_pairs = [row for row in rows if row["decision"] is Decision.UNDECIDED]
    if len(won) + len(equal) > MAX_IN_HEADLINE:
        counts = [f"{len(won)} differ{'s' * (len(won) == 1)} significantly"] * bool(won)
        counts += [f"{len(equal)} {'is' if len(equal) == 1 else 'are'} equivalent"] * bool(equal)
        parts = [f"of {pluralize(len(rows), 'pair')} of {noun}s {join_words(counts)}"]
    else:
        parts = [_beats(row) + " (within the margin)" * _is_small(row) for row in won]
        parts += _equal_pairs(equal)
    if open_pairs and len(open_pairs) == len(rows):
        rest = f"though {overall}" if overall else "but differences cannot be ruled out"
        parts.append(f"no pair of {noun}s differs significantly, {rest}")
    elif open_pairs:
        verb = "is" if len(open_pairs) == 1 else "are"
        pair = "other pair" if parts else "pair"
        parts.append(f"{pluralize(len(open_pairs), pair)} {verb} inconclusive")
    if missing := len(rows) - len(won) - len(equal) - len(open_pairs):
        reasons = list(dict.fromkeys(row["note"] for row in rows))
        why = f" ({reasons[0]})" * (missing == len(rows) and len(reasons) == 1)
        parts.append(f"{pluralize(missing, 'pair')} cannot be compared{why}")
    return "; ".join(parts)


def detectable_text(rows: Sequence[Row]) -> str:
    """Describe the differences that go undetected, as a range where pairs differ; may be empty."""
    known = [float(row["detectable"]) for row in rows if row["detectable"] > 0]
    if not known:
        return ""
    possible = [smallest for smallest in known if smallest <= 1]
    if not possible:
        return "too few runs to detect any difference with 80% power"
    low, high = (format_percent(end, unit=False) for end in (min(possible), max(possible)))
    ends = f"{low} points" if low == high else f"{low} to {high} points, depending on the pair,"
    if others := len(known) - len(possible):
        ends += f" and any difference of {pluralize(others, 'pair')}"
    return f"differences below about {ends} would be detected with less than 80% power"


def ranked(row: Row) -> tuple[str, str]:
    """Return the condition with the higher mean, and the other."""
    return (row["a"], row["b"]) if row["diff"] > 0 else (row["b"], row["a"])


def interval_ahead(row: Row) -> str:
    """Format the interval of how far the condition with the higher mean is ahead; may be empty."""
    ends = (row["ci_low"], row["ci_high"]) if row["diff"] > 0 else (-row["ci_high"], -row["ci_low"])
    return format_interval(*ends, least=-1.0)


def _equal_pairs(equal: Sequence[Row]) -> list[str]:
    """Describe which conditions are equivalent: all of them at once where all their pairs are."""
    within = [f"equivalent within {format_points(row['margin'])} ({_tost(row)})" for row in equal]
    names = dict.fromkeys(name for row in equal for name in (row["a"], row["b"]))
    if len(equal) == math.comb(len(names), 2) > 1:
        return [f"all pairs of {join_words(names)} are {within[0]}"]
    return [f"{r['a']} and {r['b']} are {text}" for r, text in zip(equal, within, strict=True)]


def _is_small(row: Row) -> bool:
    return row["decision"] is Decision.DIFFERENT_WITHIN_MARGIN


def _beats(row: Row) -> str:
    ahead, behind = ranked(row)
    return f"{ahead} beats {behind} by {format_points(abs(row['diff']))}"


def _difference(row: Row) -> str:
    (ahead, behind), ends = ranked(row), interval_ahead(row)
    interval = f"95% CI {ends}; " if ends else ""
    text = (
        f"{_beats(row)} ({interval}{TESTS[row['test']]}, Holm {format_p_claim(row['p_holm'])}; "
        f"{_sizes(row)}). A new run of "
        f"{ahead} would beat a new run of {behind} with a probability of about {_chance(row)}."
    )
    if _is_small(row):
        margin = format_points(row["margin"])
        text += f" The difference is real but smaller than the margin of {margin} that was "
        text += "declared to matter."
    return text


def _chance(row: Row) -> str:
    """Format the probability that a run of the winner beats one of the loser."""
    columns = ("prob_improvement", "prob_improvement_low", "prob_improvement_high")
    share, low, high = (row[column] for column in columns)
    if row["diff"] <= 0:
        share, low, high = 1 - share, 1 - high, 1 - low
    interval = f" (95% CI {format_interval(low, high)})" if low == low else ""
    return f"{format_percent(share)}{interval}"


def _equivalence(row: Row) -> str:
    interval = ""
    if row["tost_low"] == row["tost_low"]:
        ends = format_interval(row["tost_low"], row["tost_high"], least=-1.0)
        interval = f"; 90% CI of {row['a']} minus {row['b']} {ends} points"
    return (
        f"{row['a']} and {row['b']} are equivalent within {format_points(row['margin'])} either "
        f"way ({_tost(row)}, Holm {format_p_claim(row['p_tost_holm'])}{interval})."
    )


def _tost(row: Row) -> str:
    """Name the test of equivalence, which without variance is that of the difference."""
    return "TOST" if row["test"] in ("welch", "paired_t") else TESTS[row["test"]]


def _undecided(row: Row, noun: str) -> str:
    comparisons_made = pluralize(row["family_size"], "comparison")
    corrected = f" after correcting for {comparisons_made}" * (row["family_size"] > 1)
    power = detectable_text([row])
    return (
        f"Inconclusive{corrected} ({TESTS[row['test']]} {format_p_claim(row['p'])}, Holm "
        f"{format_p_claim(row['p_holm'])}; {_sizes(row)}){_allowed(row)}. This shows neither that "
        f"the {noun}s differ nor that they are equal.{f' {capitalize(power)}.' * bool(power)}"
    )


def _allowed(row: Row) -> str:
    """Describe what the interval allows, from one condition ahead to the other."""
    if row["ci_low"] != row["ci_low"]:
        return ""
    low, high = max(row["ci_low"], -1.0), min(row["ci_high"], 1.0)
    if low >= 0 or high <= 0:
        ends = format_interval(*sorted((abs(low), abs(high))))
        return f": {ranked(row)[0]} may be ahead by {ends} points (95% CI, uncorrected)"
    return (
        f": the data allow anything from {row['b']} ahead by {format_points(-low)} to {row['a']} "
        f"ahead by {format_points(high)}"
    )


def _sizes(row: Row) -> str:
    if row["test"] in ("paired_t", "sign_flip"):
        return f"{pluralize(row['n_a'], 'pair')} of runs"
    if row["n_a"] == row["n_b"]:
        return f"{pluralize(row['n_a'], 'run')} each"
    return f"{row['n_a']} and {row['n_b']} runs"


def capitalize(text: str) -> str:
    """Begin a sentence with a capital, and leave the names in it alone."""
    return text[:1].upper() + text[1:]


def by_family(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Group pairs by the factor in which they differ, in whose order they stand."""
    return {f: list(pairs) for f, pairs in itertools.groupby(rows, key=lambda row: row["factor"])}


def missing_conditions(study: Study, opponent: str) -> str:
    """Name the planned conditions without results against an opponent; empty if none is."""
    absent = [name for name, rates in study.rates(opponent).items() if not rates.size]
    met_others = [name for name in absent if study.conditions["n"][name]]
    parts = []
    for names, what in (
        ([name for name in absent if name not in met_others], "usable runs"),
        (met_others, f"games against {opponent}"),
    ):
        verb = "has" if len(names) == 1 else "have"
        # where several factors vary, the label of a condition may be that of a type
        noun = "" if study.noun == "type" else "condition " if len(names) == 1 else "conditions "
        parts += [f"{noun}{join_words(names)} {verb} no {what}"] if names else []
    return "; ".join(parts)
