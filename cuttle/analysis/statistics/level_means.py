"""How good each level of a factor is, averaged over the levels of the other factors."""

from typing import Any

import numpy as np
import pandas as pd
from statsmodels.formula.api import ols

from cuttle.analysis.data import Study, by_condition, level_text
from cuttle.analysis.numerics import ALPHA, degenerate, table
from cuttle.analysis.per_study import once_per_study

COLUMNS = ("opponent", "factor", "level", "level_text", "n", "mean", "se", "ci_low", "ci_high",
           "note")  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Estimate the mean of each level, every condition with runs weighing the same.

    The intervals rest on the variance pooled over all conditions. Only of studies with two varying
    factors or more.
    """
    rows = []
    if len(study.varying) > 1:
        for opponent in study.opponents:
            rows += [{"opponent": opponent, **row} for row in _means(study, opponent)]
    return table(rows, COLUMNS)


def _means(study: Study, opponent: str) -> list[dict[str, Any]]:
    final = study.final[study.final["opponent"] == opponent]
    groups = {name: x for name, x in by_condition(final, "win_rate").items() if x.size}
    note = degenerate(groups, least=0)
    if len(final) <= len(groups):
        note = "one run per condition leaves no variance"
    data = final.assign(condition=final["condition"].cat.remove_unused_categories())
    fit = None if note else ols("win_rate ~ 0 + C(condition)", data).fit()
    rows = []
    for factor in study.varying:
        for level in study.levels(factor):
            here = [c for c, found in study.conditions[factor].items() if found == level]
            members = [name for name in groups if name in here]
            weights = np.array([[name in members for name in groups]]) / max(1, len(members))
            row: dict[str, Any] = {"factor": factor, "level": level}
            row |= {"level_text": level_text(level), "n": sum(groups[m].size for m in members)}
            if members:
                row["mean"] = float(np.mean([groups[name].mean() for name in members]))
            if fit is not None and members:
                test = fit.t_test(weights)
                row["se"] = float(np.squeeze(test.sd))
                row["ci_low"], row["ci_high"] = np.squeeze(test.conf_int(ALPHA)).tolist()
            missing = len(here) - len(members)
            partial = f"{missing} of {len(here)} conditions have no runs" * (missing > 0)
            rows.append({**row, "note": note or partial})
    return rows
