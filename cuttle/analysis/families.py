"""Which conditions are compared with each other: pairs that differ in exactly one factor."""

import itertools
from typing import NamedTuple

from cuttle.analysis.data import NETWORK_TYPE, Study

MAX_LEVELS_ALL_PAIRS = 3  # of a factor beside others; more are held against the base level


class Pair(NamedTuple):
    """Conditions a and b, in the order of the plan, that differ in one factor alone."""

    factor: str
    a: str
    b: str


def planned_pairs(study: Study) -> list[Pair]:
    """Return all pairs to compare, whether or not they have runs, a family per factor.

    A single factor, and the network type, are compared in all pairs of levels. Any other factor
    with more than three levels is compared with its base level, so that families stay small: two
    types with six faults make 6 + 10 pairs, not 66.
    """
    factors = study.varying
    labels, levels = study.labels, study.conditions[list(factors)].to_numpy().tolist()
    pairs = []
    for (a, of_a), (b, of_b) in itertools.combinations(zip(labels, levels, strict=True), 2):
        differing = [f for f, x, y in zip(factors, of_a, of_b, strict=True) if x != y]
        if len(differing) == 1 and _is_planned(study, differing[0], a, b):
            pairs.append(Pair(differing[0], a, b))
    return sorted(pairs, key=lambda pair: factors.index(pair.factor))


def _is_planned(study: Study, factor: str, a: str, b: str) -> bool:
    levels, base = study.levels(factor), study.factors[factor].base
    if len(study.varying) == 1 or factor == NETWORK_TYPE or base not in levels:
        return True
    if len(levels) <= MAX_LEVELS_ALL_PAIRS:
        return True
    return base in (study.conditions[factor][a], study.conditions[factor][b])
