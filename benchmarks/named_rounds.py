"""How often a round of learning is named as different in studies without any difference.

python benchmarks/named_rounds.py --studies 2000 --types 6

Runs of all types learn along the same curve with errors that are correlated over rounds. Printed is
the share of studies in which any round of any pair is named, against one opponent, with its 95%
interval: at most .05 is promised. Beside it, what correction over rounds alone would name.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from cuttle.analysis.data import Study
from cuttle.analysis.statistics.learning import learning_differences
from cuttle.runs.reader import Factor

SPREAD, CORRELATION, GAMES = 0.03, 0.7, 124  # sd of runs, over rounds; validation games


def main() -> None:
    """Print the rates of one design."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("studies", 1000), ("types", 3), ("runs", 5), ("rounds", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    design = {name: getattr(arguments, name) for name in ("types", "runs", "rounds")}
    named, over_rounds = simulate(arguments.studies, design)
    for text, count in (("named", named), ("corrected over rounds alone", over_rounds)):
        low, high = proportion_confint(count, arguments.studies, method="wilson")
        rate = count / arguments.studies
        print(f"{text}: {rate:.3f} of {arguments.studies} studies, 95% [{low:.3f}, {high:.3f}]")


def simulate(studies: int, design: Mapping[str, int], seed: int = 1) -> tuple[int, int]:
    """Count the studies in which a round is named, and in which p over its rounds is below .05."""
    rng, named, over_rounds = np.random.default_rng(seed), 0, 0
    for _ in range(studies):
        tests = learning_differences(study_without_difference(design, rng))
        named += bool(tests["differs"].any())
        over_rounds += bool((tests["p_round"] < 0.05).any())
    return named, over_rounds


def study_without_difference(design: Mapping[str, int], rng: np.random.Generator) -> Study:
    """Draw the learning curves of a study in which all types learn alike."""
    types, runs, rounds = design["types"], design["runs"], design["rounds"]
    errors = rng.normal(0, SPREAD, (types, runs, rounds))
    for number in range(1, rounds):
        kept = CORRELATION * errors[..., number - 1]
        errors[..., number] = kept + np.sqrt(1 - CORRELATION**2) * errors[..., number]
    chances = np.clip(np.linspace(0.2, 0.6, rounds) + errors, 0, 1)
    wins = rng.binomial(GAMES, chances)
    names = [f"type_{place}" for place in range(types)]
    index = pd.MultiIndex.from_product(
        [names, range(runs), range(rounds)], names=["condition", "run", "round"]
    )
    curves = pd.DataFrame({"win_rate": wins.ravel() / GAMES}, index=index).reset_index()
    curves["run_id"] = curves["condition"] + "_" + curves["run"].astype(str)
    curves["opponent"] = "gap_maximizer"
    curves["condition"] = curves["condition"].astype(pd.CategoricalDtype(names, ordered=True))
    return _study(curves, names)


def _study(curves: pd.DataFrame, names: list[str]) -> Study:
    frames: dict[str, Any] = dict.fromkeys(
        ("runs", "matches", "rounds", "excluded", "provenance", "damage", "configs"), pd.DataFrame()
    )
    conditions = pd.DataFrame({"network_type": names}, index=pd.Index(names, name="condition"))
    return Study(
        name="simulated",
        paths=(Path("simulated"),),
        **frames,
        final=curves.iloc[:0],
        curves=curves,
        conditions=conditions,
        factors={"network_type": Factor(names[0], ("network_type",))},
        primary_opponent="gap_maximizer",
        margin=0.05,
        is_paired=False,
        seed_mode=None,
        rules_version=None,
        final_source=None,
    )


if __name__ == "__main__":
    main()
