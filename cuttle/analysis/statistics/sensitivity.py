"""What each network type loses at the setting that is best for another, or for all of them."""

from typing import Any

import numpy as np
import pandas as pd

from cuttle.analysis.data import NETWORK_TYPE, Study
from cuttle.analysis.numerics import table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.settings import ALL_TYPES, TOO_FEW, Grid, grids

COLUMNS = ("opponent", "network_type", "at", "setting", "loss", "se", "note")


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Return the loss of win rate at others' best settings (Adkins, Bowling & White 2024).

    loss: mean at the own best setting less that at the other's, both chosen on one half of the
        runs and estimated on the other, and the reverse; positive where the type does worse there
    setting: what is best for the other on all runs
    """
    rows = []
    if len(study.varying) > 1 and NETWORK_TYPE in study.varying:
        types = study.levels(NETWORK_TYPE)
        for opponent in study.opponents:
            found = grids(study, opponent)
            for name in types:
                for other in [*(other for other in types if other != name), ALL_TYPES]:
                    row = {"opponent": opponent, "network_type": name, "at": other}
                    rows.append({**row, **_loss(name, other, *found)})
    return table(rows, COLUMNS)


def _loss(name: str, other: str, whole: Grid, first: Grid, second: Grid) -> dict[str, Any]:
    losses, errors = [], []
    for choosing, estimating in ((first, second), (second, first)):
        own, others = choosing.best(name), choosing.best(other)
        if not own or not others:
            return {"setting": whole.best(other), "note": TOO_FEW}
        (x, error_x), (y, error_y) = (estimating.estimate(name, s) for s in (own, others))
        losses.append(x - y)
        errors.append(0.0 if own == others else error_x + error_y)
    row = {"setting": whole.best(other)}
    if np.isnan(losses).any():
        return {**row, "note": f"{name} has too few runs at these settings"}
    return {**row, "loss": np.mean(losses), "se": np.sqrt(np.sum(errors)) / 2}
