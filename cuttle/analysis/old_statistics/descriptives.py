"""Win rates of each type and opponent in numbers: location, spread, intervals, seats."""

from typing import Any

import numpy as np

from cuttle.analysis.estimators.descriptive import describe, logit_t_interval
from cuttle.analysis.matches import EMPTY_TALLY
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.study import Study


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Describe the final win rates by type."""
    return {"types": {name: _type(study, opponent, name) for name in study.types}}


def _type(study: Study, opponent: str, network_type: str) -> dict[str, Any]:
    runs = [run for run in study.runs_of(network_type) if run.tally(opponent).games]
    tallies = [run.tally(opponent) for run in runs]
    rates = np.array([tally.win_rate for tally in tallies])
    games = min((tally.games for tally in tallies), default=0)
    return {
        "win_rate": describe(rates),
        "win_rate_bounded_ci": logit_t_interval(rates, max(games, 1)),
        "half_draw_rate": describe(np.array([tally.half_draw_rate for tally in tallies])),
        "games_per_run": sorted({tally.games for tally in tallies}),
        "by_seat": {
            str(seat): describe(_seat_rates(study, opponent, network_type, seat))
            for seat in sorted({seat for run in runs for seat in run.final.get(opponent, {})})
        },
        "runs": {run.run_id: tally.win_rate for run, tally in zip(runs, tallies, strict=True)},
        "left_out": [
            {"run_id": out.run_id, "reason": out.reason}
            for out in study.left_out
            if out.network_type == network_type
        ],
    }


def _seat_rates(study: Study, opponent: str, network_type: str, seat: int) -> list[float]:
    tallies = [
        run.final.get(opponent, {}).get(seat, EMPTY_TALLY) for run in study.runs_of(network_type)
    ]
    return [tally.win_rate for tally in tallies if tally.games]
