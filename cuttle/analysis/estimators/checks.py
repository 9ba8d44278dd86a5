"""What a reader must be told before believing any number of these groups. Computes no result."""

import itertools
import math
from collections.abc import Mapping

from cuttle.analysis.estimators.core import ALPHA, Values, as_values, is_constant
from cuttle.analysis.estimators.paired import smallest_sign_flip_p
from cuttle.analysis.estimators.ranks import smallest_exact_p


def check_groups(groups: Mapping[str, Values], *, is_paired: bool = False) -> list[str]:
    """Warn of missing, impossible and identical win rates, and of tests that cannot reject."""
    if not groups:
        return ["no groups: there is nothing to analyse"]
    warnings = []
    for name, x in groups.items():
        values = as_values(x)
        if missing := len(x) - values.size:
            warnings.append(f"{name}: {missing} run{'s' * (missing > 1)} without a value, left out")
        if values.size == 0:
            warnings.append(f"{name}: no runs")
        if outside := [float(v) for v in values if not 0 <= v <= 1]:
            warnings.append(f"{name}: win rate outside [0, 1]: {', '.join(map(str, outside))}")
        if values.size > 1 and is_constant(values):
            warnings.append(
                f"{name}: identical results across seeds: seed has no effect, or results are copies"
            )
    return warnings + _unreachable(groups, is_paired)


def _unreachable(groups: Mapping[str, Values], is_paired: bool) -> list[str]:
    """Name the group sizes whose smallest attainable exact p exceeds the corrected level."""
    sizes = [n for x in groups.values() if (n := as_values(x).size)]
    family_size = math.comb(len(sizes), 2)
    warnings = []
    for n1, n2 in sorted({(min(pair), max(pair)) for pair in itertools.combinations(sizes, 2)}):
        if is_paired:
            what, smallest = f"{n1} pairs sign flips", smallest_sign_flip_p(n1)
        else:
            what = f"{n1} and {n2} runs rank and permutation tests"
            smallest = smallest_exact_p(n1, n2)
        if smallest > ALPHA / family_size:
            warnings.append(
                f"with {what} cannot reach significance: "
                f"smallest attainable p {smallest:.3g} exceeds {ALPHA / family_size:.3g}"
            )
    return list(dict.fromkeys(warnings))
