"""Network types by setting: how good each is at its best, and what it loses at another's best."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cuttle.analysis.data import Study, level_text
from cuttle.analysis.numerics import Row, rows_of
from cuttle.analysis.statistic import by_opponent
from cuttle.runs.run_record import NETWORK_TYPE

ALL_TYPES = "all types"
TIED = 1e-12  # win rate: means of equal rates differ by rounding
NO_ERROR = "one half has a single run, so there is no error"
TOO_FEW = "fewer than two runs per setting cannot be split"


class Grid(NamedTuple):
    """A row per network type and a column per setting; NaN where there are no runs.

    squared_error: of the mean; NaN below two runs
    """

    mean: pd.DataFrame
    squared_error: pd.DataFrame

    def best(self, network_type: str) -> str:
        """Return the best setting of a type, or of all types on average; empty without runs."""
        by_setting = self.mean if network_type == ALL_TYPES else self.mean.loc[[network_type]]
        averages = by_setting.dropna(axis="columns").mean()
        return str(averages.idxmax()) if len(averages) else ""

    def estimate(self, network_type: str, setting: str) -> tuple[float, float]:
        """Return the mean and its squared error at a setting; NaN without runs."""
        row, column = self.mean.index.get_loc(network_type), self.mean.columns.get_loc(setting)
        mean, squared_error = (frame.to_numpy()[row, column] for frame in self)
        return float(mean), float(squared_error)


def settings_of(study: Study) -> pd.DataFrame:
    """Return the planned conditions with network type and setting, the levels of other factors."""
    others = [factor for factor in study.varying if factor != NETWORK_TYPE]
    texts = [
        ", ".join(f"{study.factor_text(key)} {level_text(level)}" for key, level in levels.items())
        for levels in rows_of(study.conditions[others])
    ]
    return study.conditions[[NETWORK_TYPE]].assign(setting=texts)


def _grids(study: Study, opponent: str) -> tuple[Grid, Grid, Grid]:
    """Return the grid of all runs, and those of every other run and of the rest."""
    settings = settings_of(study)
    data = study.finals(opponent).join(settings, on="condition")
    half = data.groupby("condition", observed=True).cumcount() % 2
    rows, columns = study.levels(NETWORK_TYPE), list(dict.fromkeys(settings["setting"]))

    def grid(runs: pd.DataFrame) -> Grid:
        of_cell = runs.groupby([NETWORK_TYPE, "setting"])["win_rate"]
        mean, error = (
            values.unstack().reindex(index=rows, columns=columns)
            for values in (of_cell.mean(), of_cell.sem())
        )
        return Grid(mean, error**2)

    return grid(data), grid(data[half == 0]), grid(data[half == 1])


@by_opponent(
    "network_type condition setting num_settings num_best n naive_mean crossfit_mean crossfit_se"
    " optimism chosen_first chosen_second note"
)
def best_settings(study: Study, opponent: str) -> Iterator[Row]:
    """Return the best setting of each type, if a factor beside the type varies.

    naive_mean: the highest mean, chosen and estimated on the same runs, so too high
    num_best: settings that share this mean
    crossfit_mean: chosen on one half of the runs and estimated on the other, and the reverse
    optimism: the difference; chosen_first, chosen_second: what each half chose
    """
    if not set(study.varying) - {NETWORK_TYPE}:
        return
    conditions = settings_of(study).reset_index().set_index([NETWORK_TYPE, "setting"])["condition"]
    grids, rates = _grids(study, opponent), study.rates(opponent)
    for name in study.levels(NETWORK_TYPE):
        row = {"network_type": name, **_best(name, *grids)}
        if setting := row.get("setting"):
            row["condition"] = conditions[name, setting]
            row["n"] = rates[row["condition"]].size
        yield row


def _best(network_type: str, whole: Grid, first: Grid, second: Grid) -> dict[str, Any]:
    setting = whole.best(network_type)
    if not setting:
        return {"num_settings": 0, "note": "no results"}
    naive, _ = whole.estimate(network_type, setting)
    means = whole.mean.loc[network_type]
    row = {"setting": setting, "num_settings": means.count(), "naive_mean": naive}
    row["num_best"] = (naive - means < TIED).sum()
    chosen = [half.best(network_type) for half in (first, second)]
    if not all(chosen):
        return {**row, "note": TOO_FEW}
    found = [h.estimate(network_type, c) for h, c in zip((second, first), chosen, strict=True)]
    (one, error_one), (other, error_other) = found
    mean, names = (one + other) / 2, ("chosen_first", "chosen_second")
    if math.isnan(mean):
        return {**row, "note": TOO_FEW}
    error = math.sqrt(error_one + error_other) / 2
    row |= {"crossfit_mean": mean, "crossfit_se": error, "optimism": naive - mean}
    row["note"] = NO_ERROR * math.isnan(error)
    return {**row, **dict(zip(names, chosen, strict=True))}


@by_opponent("network_type at setting loss se note")
def sensitivity(study: Study, opponent: str) -> Iterator[Row]:
    """Return the loss of win rate at others' best settings (Adkins, Bowling & White 2024).

    loss: mean at the own best setting less that at the other's, both chosen on one half of the
        runs and estimated on the other, and the reverse; positive where the type does worse there
    setting: what is best for the other, or for all types, on all runs
    """
    if len(study.varying) < 2 or NETWORK_TYPE not in study.varying:
        return
    types, grids = study.levels(NETWORK_TYPE), _grids(study, opponent)
    for name in types:
        for other in [*(other for other in types if other != name), ALL_TYPES]:
            yield {"network_type": name, "at": other, **_loss(name, other, *grids)}


def _loss(name: str, other: str, whole: Grid, first: Grid, second: Grid) -> dict[str, Any]:
    losses, errors, row = [], [], {"setting": whole.best(other)}
    for choosing, estimating in ((first, second), (second, first)):
        own, others = choosing.best(name), choosing.best(other)
        if not own or not others:
            return {**row, "note": TOO_FEW}
        (x, error_x), (y, error_y) = (estimating.estimate(name, s) for s in (own, others))
        losses.append(x - y)
        errors.append(0.0 if own == others else error_x + error_y)
    if np.isnan(losses).any():
        return {**row, "note": f"{name} has too few runs at these settings"}
    se = np.sqrt(np.sum(errors)) / 2
    return {**row, "loss": np.mean(losses), "se": se, "note": NO_ERROR * bool(np.isnan(se))}
