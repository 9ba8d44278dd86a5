"""The smallest difference of win rates that a study of this size and spread would find."""

from cuttle.analysis.estimators.core import ALPHA, variance_of
from cuttle.analysis.estimators.omnibus import Anova, anova
from cuttle.analysis.estimators.power import mde_paired, mde_two_sample
from cuttle.analysis.pairwise import paired_rates
from cuttle.analysis.study import Study


def detectable_difference(study: Study, opponent: str) -> float | None:
    """Return the win-rate difference found with 80 % power after correction; None if unknown."""
    return _paired(study, opponent) if study.is_paired else _unpaired(study, opponent)


def _unpaired(study: Study, opponent: str) -> float | None:
    groups = {name: x for name, x in study.win_rates(opponent).items() if x.size >= 2}
    fit = anova(groups)
    if not isinstance(fit, Anova):
        return None
    family_size = len(groups) * (len(groups) - 1) // 2
    return mde_two_sample(min(x.size for x in groups.values()), ALPHA / family_size) * (
        fit.residual_sd
    )


def _paired(study: Study, opponent: str) -> float | None:
    differences = [x - y for _, x, y in paired_rates(study, opponent) if x.size >= 2]
    if not differences:
        return None
    variance = sum(variance_of(d) for d in differences) / len(differences)
    n = min(d.size for d in differences)
    found: float = mde_paired(n, ALPHA / len(differences)) * variance**0.5
    return found or None
