"""Runs of the same number compared with each other, where the experiment declared them paired."""

from typing import Any

from cuttle.analysis.estimators.core import ALPHA, NotComputable
from cuttle.analysis.estimators.paired import correlation, paired_t, wilcoxon_signed_rank
from cuttle.analysis.estimators.power import mde_paired, mde_two_sample
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.pairwise import paired_rates
from cuttle.analysis.study import Study

UNPAIRED = (
    "the experiment did not declare its seeds paired (seed=paired); pairing is decided before the "
    "sweep, never after seeing the correlation"
)


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Compare pairs by run number where declared; print the correlation in any case."""
    lined = paired_rates(study, opponent)
    rows = []
    for (a, b), x, y in lined:
        row: dict[str, Any] = {"a": a, "b": b, "n": x.size}
        row["correlation"] = correlation(x, y) if x.size > 2 else None
        row["paired_t"] = paired_t(x, y) if study.is_paired else NotComputable(UNPAIRED)
        if study.is_paired:
            row["wilcoxon_signed_rank"] = wilcoxon_signed_rank(x, y)
            row |= _detectable(x.size, len(lined))
        rows.append(row)
    return {"is_declared": study.is_paired, "paired_by": "run number", "pairs": rows}


def _detectable(n: int, family_size: int) -> dict[str, Any]:
    """Detectable effects of this many pairs, beside those of as many independent runs."""
    if n < 2:
        return {"mde_dz": None, "mde_d_unpaired": None}
    alpha = ALPHA / family_size
    return {"mde_dz": mde_paired(n, alpha), "mde_d_unpaired": mde_two_sample(n, alpha)}
