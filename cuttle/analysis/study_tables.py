"""Tables about a study itself: its factors, networks, runs, and what was excluded."""

import pandas as pd

from cuttle.analysis.cells import (
    Format,
    count_cell,
    format_rows,
    number_cell,
    rate_cell,
    text_cell,
)
from cuttle.analysis.data import Study, level_text
from cuttle.analysis.statistics import (
    cost,
    networks,
)
from cuttle.runs.formatting import (
    format_duration,
    format_number,
)


def network_table(study: Study) -> pd.DataFrame:
    """Show the size, the spread of first Q-values and the cost of each condition."""
    costs = cost.compute(study).pivot(index="condition", columns="quantity", values="mean")
    frame = networks.compute(study).join(costs, on="condition")
    columns: dict[str, Format] = {
        study.noun: text_cell("condition"),
        "parameters": lambda row: " to ".join(
            dict.fromkeys(map(str, map(_whole, (row["parameters_min"], row["parameters_max"]))))
        ),
        "initial Q sd": number_cell("initial_q_sd", 4),
        "time of a run": lambda row: format_duration(row["duration_s"]),
        "self-play games per second": count_cell("self_play_games_per_s"),
    }
    return format_rows(frame, columns)


def _whole(value: float) -> str:
    return format_number(value, 0)


def run_table(study: Study) -> pd.DataFrame:
    """Show every used run with its results, in percent."""
    rates = study.final.pivot(index="run_id", columns="opponent", values="win_rate")
    frame = study.runs.join(rates, on="run_id")
    columns: dict[str, Format] = {
        "run": text_cell("run_id"),
        study.noun: text_cell("condition"),
        "number": text_cell("run"),
        "seed": text_cell("seed"),
        "time": lambda row: format_duration(row["duration_s"]),
        **{opponent: rate_cell(opponent) for opponent in study.opponents},
    }
    return format_rows(frame, columns)


def factor_table(study: Study) -> pd.DataFrame:
    """Show the factors with their levels."""
    rows = [
        {
            "factor": name,
            "base": level_text(factor.base),
            "levels": ", ".join(map(level_text, study.levels(name))),
        }
        for name, factor in study.factors.items()
    ]
    return pd.DataFrame(rows, columns=["factor", "base", "levels"])


def excluded_table(study: Study) -> pd.DataFrame:
    """Name the runs that no number uses, and why."""
    columns = {
        "run": text_cell("run_id"),
        "state": text_cell("state"),
        "reason": text_cell("reason"),
    }
    return format_rows(study.excluded, columns)
