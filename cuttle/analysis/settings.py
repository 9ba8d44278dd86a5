"""Win rates of network types by setting, of all runs and of each half of them."""

from typing import NamedTuple

import pandas as pd

from cuttle.analysis.data import NETWORK_TYPE, Study, level_text
from cuttle.analysis.numerics import rows_of

ALL_TYPES = "all types"
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


def grids(study: Study, opponent: str) -> tuple[Grid, Grid, Grid]:
    """Return the grid of all runs, and those of every other run and of the rest."""
    settings = settings_of(study)
    data = study.final[study.final["opponent"] == opponent].join(settings, on="condition")
    half = data.groupby("condition", observed=True).cumcount() % 2
    rows, columns = study.levels(NETWORK_TYPE), list(dict.fromkeys(settings["setting"]))

    def grid(runs: pd.DataFrame) -> Grid:
        of_cell = runs.groupby([NETWORK_TYPE, "setting"])["win_rate"]
        values = of_cell.agg(mean="mean", squared_error="sem").reindex(
            pd.MultiIndex.from_product([rows, columns])
        )
        return Grid(values["mean"].unstack()[columns], values["squared_error"].unstack() ** 2)

    return grid(data), grid(data[half == 0]), grid(data[half == 1])
