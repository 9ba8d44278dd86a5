"""What may be said of two types after looking at the data, in plain words. Computes no test.

A test that rejects nothing is not evidence of equality: the words for it are "not decided".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cuttle.analysis.estimators.two_sample import Equivalence
from cuttle.analysis.numbers import p_text, points, rate_text, span
from cuttle.analysis.pairwise import Comparison, EquivalenceOfPair, Refusal
from cuttle.runs.formatting import pluralize as count

Judged = tuple[Comparison | Refusal, EquivalenceOfPair]

MAX_IN_HEADLINE = 6  # four types in order, say; beyond that the table tells

TEST_NAMES = {"welch": "Welch", "paired_t": "paired t"}


class Decision(StrEnum):
    """What the data say to a question."""

    DIFFERENT = "different"
    DIFFERENT_WITHIN_MARGIN = "different_within_margin"
    EQUIVALENT = "equivalent"
    UNDECIDED = "undecided"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True, slots=True)
class Statement:
    """One question with its answer; role is `primary`, `secondary` or None for the whole study.

    decision: None for a question that asks for none, such as what could have been seen
    """

    question: str
    answer: str
    decision: Decision | None
    opponent: str | None = None
    role: str | None = None
    types: tuple[str, ...] = ()


def decide(pair: Comparison | Refusal, equivalence: EquivalenceOfPair) -> Decision:
    """Decide one pair from its corrected tests of difference and of equivalence."""
    if isinstance(pair, Refusal):
        return Decision.NOT_COMPUTABLE
    if pair.is_significant:
        within = equivalence.is_shown
        return Decision.DIFFERENT_WITHIN_MARGIN if within else Decision.DIFFERENT
    return Decision.EQUIVALENT if equivalence.is_shown else Decision.UNDECIDED


def judge_pair(pair: Comparison | Refusal, equivalence: EquivalenceOfPair) -> tuple[Decision, str]:
    """Answer whether two types differ."""
    decision = decide(pair, equivalence)
    if isinstance(pair, Refusal):
        return decision, f"{pair.a} and {pair.b} cannot be compared: {pair.reason}."
    if decision in (Decision.DIFFERENT, Decision.DIFFERENT_WITHIN_MARGIN):
        return decision, _difference(pair, equivalence, decision)
    if decision is Decision.EQUIVALENT:
        return decision, _equivalence(equivalence)
    return decision, _undecided(pair)


def summarise(opponent: str, role: str, judged: Sequence[Judged]) -> str:
    """Put the answers about all pairs into one sentence."""
    if not judged:
        return f"No comparison: fewer than two types have runs against {opponent}."
    won = [pair for pair, _ in judged if isinstance(pair, Comparison) and pair.is_significant]
    equal = [e for pair, e in judged if decide(pair, e) is Decision.EQUIVALENT]
    if len(won) + len(equal) > MAX_IN_HEADLINE:
        parts = [
            f"of {len(judged)} pairs of types {len(won)} differ and {len(equal)} are equivalent"
        ]
    else:
        parts = [_win(pair, e) for pair, e in judged if pair in won]
        parts += _equal_pairs(equal, are_all=len(equal) == len(judged))
    rest = len(judged) - len(won) - len(equal)
    if rest == len(judged):
        parts.append("no difference between types is shown, and none is excluded")
    elif rest:
        parts.append(f"{count(rest, 'other pair')} {'is' if rest == 1 else 'are'} not decided")
    open_pairs = [pair for pair, e in judged if decide(pair, e) is Decision.UNDECIDED]
    if text := detectable_text(open_pairs):
        parts.append(f"differences below about {text} would be found with less than 80 % power")
    return f"Against {opponent} ({role} opponent): {'; '.join(parts)}."


def _equal_pairs(equal: Sequence[EquivalenceOfPair], *, are_all: bool) -> list[str]:
    """Say which types are equivalent: all of them at once where they are."""
    if are_all and len(equal) > 1:
        *others, last = dict.fromkeys(name for e in equal for name in (e.a, e.b))
        pairs = f"all pairs of {', '.join(others)} and {last}"
        return [f"{pairs} are equivalent within {points(_margin(equal[0]))} (TOST)"]
    return [f"{e.a} and {e.b} are equivalent within {points(_margin(e))} (TOST)" for e in equal]


def detectable_text(pairs: Sequence[Comparison | Refusal]) -> str:
    """Spell what is found with 80 % power, a range where pairs differ; empty without a pair."""
    found = [pair.detectable for pair in pairs if isinstance(pair, Comparison)]
    if not found:
        return ""
    low, high = (points(end) for end in (min(found), max(found)))
    return low if low == high else f"{low.partition(' ')[0]} to {high}, depending on the pair,"


def _win(pair: Comparison | Refusal, equivalence: EquivalenceOfPair) -> str:
    assert isinstance(pair, Comparison)  # one that is significant
    loser = pair.b if pair.diff > 0 else pair.a
    within = decide(pair, equivalence) is Decision.DIFFERENT_WITHIN_MARGIN
    text = f"{winner(pair)} beats {loser} by {points(abs(pair.diff))}"
    return text + " (within the margin)" * within


def _margin(equivalence: EquivalenceOfPair) -> float:
    assert isinstance(equivalence.tost, Equivalence)  # only called where it was shown
    return equivalence.tost.margin


def winner(pair: Comparison) -> str:
    """Name the type with the higher mean."""
    return pair.a if pair.diff > 0 else pair.b


def _difference(pair: Comparison, equivalence: EquivalenceOfPair, decision: Decision) -> str:
    is_a_ahead = pair.diff > 0
    ahead, behind = (pair.a, pair.b) if is_a_ahead else (pair.b, pair.a)
    ends = (pair.ci_low, pair.ci_high) if is_a_ahead else (-pair.ci_high, -pair.ci_low)
    text = (
        f"{ahead} beats {behind} by {points(abs(pair.diff))} (95 % CI {span(*ends)}; "
        f"{TEST_NAMES[pair.test]}, Holm {p_text(pair.p_holm)}; {_sizes(pair)}). A new run of "
        f"{ahead} would beat a new run of {behind} with a probability of about {_chance(pair)}."
    )
    if decision is Decision.DIFFERENT_WITHIN_MARGIN and isinstance(equivalence.tost, Equivalence):
        text += (
            f" The difference is real but smaller than the margin of "
            f"{points(equivalence.tost.margin)} that was declared to matter."
        )
    return text


def _chance(pair: Comparison) -> str:
    """Spell the probability that a run of the winner beats one of the loser."""
    low, high = pair.prob_improvement_low, pair.prob_improvement_high
    is_a_ahead = pair.diff > 0
    text = rate_text(pair.prob_improvement if is_a_ahead else 1 - pair.prob_improvement)
    if low is None or high is None:
        return text
    return f"{text} (95 % CI {span(low, high) if is_a_ahead else span(1 - high, 1 - low)})"


def _equivalence(equivalence: EquivalenceOfPair) -> str:
    tost = equivalence.tost
    assert isinstance(tost, Equivalence) and equivalence.p_holm is not None
    return (
        f"{equivalence.a} and {equivalence.b} are equivalent within {points(tost.margin)} either "
        f"way (TOST, Holm {p_text(equivalence.p_holm)}; 90 % CI of {equivalence.a} minus "
        f"{equivalence.b} {span(tost.ci_low, tost.ci_high)} points)."
    )


def _undecided(pair: Comparison) -> str:
    corrected = f" after correcting for {count(pair.family_size, 'comparison')}"
    return (
        f"Not decided{corrected * (pair.family_size > 1)} ({TEST_NAMES[pair.test]} "
        f"{p_text(pair.p)}, Holm {p_text(pair.p_holm)}; {_sizes(pair)}): the data allow "
        f"{_range(pair)}. They show neither that the types differ nor that they are equal. "
        f"Differences below about {points(pair.detectable)} would be found with less than 80 % "
        "power."
    )


def _range(pair: Comparison) -> str:
    """Say what the interval allows, from one type ahead to the other."""
    low, high = pair.ci_low, pair.ci_high
    if low >= 0 or high <= 0:
        ahead = winner(pair)
        ends = sorted((abs(low), abs(high)))
        return f"{ahead} ahead by {span(*ends)} points (95 % CI, uncorrected)"
    return f"anything from {pair.b} ahead by {points(-low)} to {pair.a} ahead by {points(high)}"


def _sizes(pair: Comparison) -> str:
    if pair.test == "paired_t":
        return f"{count(pair.n_a, 'pair')} of runs"
    if pair.n_a == pair.n_b:
        return f"{count(pair.n_a, 'run')} each"
    return f"{pair.n_a} and {pair.n_b} runs"


def join(names: Sequence[str]) -> str:
    """List names in words: `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
