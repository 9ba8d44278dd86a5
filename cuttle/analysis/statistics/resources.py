"""Size and cost of conditions: networks, seconds, throughput."""

from collections.abc import Iterator

import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import DESCRIPTION, Row, describe
from cuttle.analysis.statistic import statistic
from cuttle.runs.layout import TIMINGS_COLUMNS

PARTS = list(TIMINGS_COLUMNS[1:])


@statistic(f"condition quantity {DESCRIPTION} hosts note")
def cost(study: Study) -> Iterator[Row]:
    """Describe time and throughput by condition: wall clock, so of these machines."""
    costs = run_costs(study)
    known = study.provenance.dropna(subset=["host"]).groupby("condition", observed=True)["host"]
    hosts = known.agg(lambda names: ", ".join(sorted(set(names))))
    for quantity in costs.columns[4:]:
        for name, values in by_condition(costs, quantity).items():
            row = {"condition": name, "quantity": quantity, **describe(values)}
            yield {**row, "hosts": hosts.get(name, "")}


def run_costs(study: Study) -> pd.DataFrame:
    """Return a row per used run: seconds by part, and amounts per second; NaN if not recorded."""
    by_run = study.rounds.groupby("run_id", sort=False)
    seconds = by_run[PARTS].sum(min_count=1)[by_run[PARTS].count().eq(by_run.size(), axis=0)]
    who = study.runs[["experiment", "run_id", "condition", "run", "duration_s"]]
    costs = who.join(seconds, on="run_id")
    total, played = (costs[part].where(costs[part] > 0) for part in ("round_s", "self_play_s"))
    amounts = who[["run_id"]].join(by_run[["episodes", "decisions"]].last(), on="run_id")
    return costs.assign(
        games_per_s=amounts["episodes"] / total,
        decisions_per_s=amounts["decisions"] / total,
        self_play_games_per_s=amounts["episodes"] / played,
    )


@statistic("condition parameters_min parameters_max n initial_q_sd initial_q_sd_sd note")
def networks(study: Study) -> Iterator[Row]:
    """Describe the untrained networks: unequal spreads of first Q-values alone change learning."""
    parameters = by_condition(study.runs, "parameters")
    for condition, values in by_condition(study.runs, "initial_q_sd").items():
        sizes, spread = parameters[condition], describe(values)
        row = {"condition": condition, "n": spread["n"]}
        row |= {"initial_q_sd": spread.get("mean"), "initial_q_sd_sd": spread.get("sd")}
        if sizes.size:
            row |= {"parameters_min": sizes.min(), "parameters_max": sizes.max()}
        yield {**row, "note": spread["note"].replace("runs", "runs with a record")}
