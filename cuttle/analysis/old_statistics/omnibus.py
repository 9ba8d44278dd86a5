"""Do the types differ at all: ANOVA, Welch and Kruskal-Wallis with effect sizes."""

from typing import Any

from cuttle.analysis.estimators.omnibus import (
    Anova,
    anova,
    brown_forsythe_anova,
    eta2_interval,
    kruskal_wallis,
    omega2_interval,
    welch_anova,
)
from cuttle.analysis.estimators.paired import friedman, repeated_anova
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.pairwise import complete_runs
from cuttle.analysis.study import Study


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Test all types at once."""
    groups = study.groups(opponent)
    fit = anova(groups)
    block: dict[str, Any] = {
        "primary": "repeated_anova" if study.is_paired else "welch_anova",
        "anova": fit,
        "welch_anova": welch_anova(groups),
        "brown_forsythe_anova": brown_forsythe_anova(groups),
        "kruskal_wallis": kruskal_wallis(groups),
    }
    if isinstance(fit, Anova):
        block["eta2_ci"] = eta2_interval(fit.F, fit.df1, fit.df2)
        block["omega2_ci"] = omega2_interval(fit.omega2, fit.df1, fit.df2)
    if study.is_paired:
        blocks = complete_runs(study, opponent)
        block["repeated_anova"] = repeated_anova(blocks)
        block["friedman"] = friedman(blocks)
    return block
