"""What the runs cost: seconds by part, and throughput. Wall clock, so of these machines."""

import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import DESCRIPTION, describe, table
from cuttle.analysis.per_study import once_per_study
from cuttle.runs.layout import TIMINGS_COLUMNS

PARTS = list(TIMINGS_COLUMNS[1:])
COLUMNS = ("condition", "quantity", *DESCRIPTION, "hosts", "note")


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Describe time and throughput by condition."""
    costs = run_costs(study)
    known = study.provenance.dropna(subset=["host"])
    hosts = known.groupby("condition", observed=False)["host"].agg(
        lambda h: ", ".join(sorted(set(h)))
    )
    rows = [
        {"condition": name, "quantity": quantity, **describe(values), "hosts": hosts.get(name, "")}
        for quantity in costs.columns[4:]
        for name, values in by_condition(costs, quantity).items()
    ]
    return table(rows, COLUMNS)


def run_costs(study: Study) -> pd.DataFrame:
    """Return a row per used run: seconds by part, and amounts per second; NaN if not recorded."""
    by_run = study.rounds.groupby("run_id", sort=False)
    seconds = by_run[PARTS].sum(min_count=1)[by_run[PARTS].count().eq(by_run.size(), axis=0)]
    last = by_run[["episodes", "decisions"]].last()
    who = study.runs[["experiment", "run_id", "condition", "run", "duration_s"]]
    costs = who.join(seconds, on="run_id")
    total, played = costs["round_s"], costs["self_play_s"]
    amounts = who[["run_id"]].join(last, on="run_id")
    return costs.assign(
        games_per_s=amounts["episodes"] / total.where(total > 0),
        decisions_per_s=amounts["decisions"] / total.where(total > 0),
        self_play_games_per_s=amounts["episodes"] / played.where(played > 0),
    )
