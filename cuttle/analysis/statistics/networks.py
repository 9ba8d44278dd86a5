"""What each condition starts with: the size of its network and the spread of its Q-values."""

import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import describe, table
from cuttle.analysis.per_study import once_per_study

COLUMNS = ("condition", "parameters_min", "parameters_max", "n", "initial_q_sd",
           "initial_q_sd_sd", "note")  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Describe the untrained networks: unequal initial spreads alone change learning."""
    parameters = by_condition(study.runs, "parameters")
    rows = []
    for condition, spreads in by_condition(study.runs, "initial_q_sd").items():
        sizes, spread = parameters[condition], describe(spreads)
        rows.append(
            {
                "condition": condition,
                **(
                    {"parameters_min": sizes.min(), "parameters_max": sizes.max()}
                    if sizes.size
                    else {}
                ),
                "n": spread["n"],
                "initial_q_sd": spread.get("mean"),
                "initial_q_sd_sd": spread.get("sd"),
                "note": spread["note"] and spread["note"].replace("runs", "runs with a record"),
            }
        )
    return table(rows, COLUMNS)
