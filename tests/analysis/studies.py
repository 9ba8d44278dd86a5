"""Studies that statistics, figures, tables and pages must survive."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .experiments import (
    MAIN,
    PRIMARY,
    TYPES,
    match_row,
    match_rows,
    write_experiment,
    write_meta,
    write_run,
)

LONG_NAMES = [f"transformer_with_relative_positions_{n}" for n in range(1, 7)]
OPPONENTS = (PRIMARY, "a_very_long_opponent_name_indeed", "b", "c")
ODD_NAMES = ["50%_of_$units$", "<b>&{bold}\\", "x" * 60]

GROUPS: dict[str, Mapping[str, Sequence[float]]] = {
    "seven runs per type": MAIN,
    "one run per type": {"boolean": [0.58], "embedding": [0.66], "multi_encoder": [0.67]},
    "two runs per type": {"boolean": [0.58, 0.61], "embedding": [0.66, 0.64]},
    "one type": {"boolean": [0.58, 0.61, 0.6]},
    "constant types": {"boolean": [0.5] * 7, "embedding": [0.6] * 7, "multi_encoder": [0.7] * 7},
    "one constant type": {"boolean": [0.5] * 7, "embedding": [0.61, 0.62, 0.6]},
    "all equal": {"boolean": [0.5] * 7, "embedding": [0.5] * 7},
    "ties": {"boolean": [0.5, 0.5, 0.6, 0.6], "embedding": [0.5, 0.6, 0.6, 0.6]},
    "unequal numbers": {"boolean": [0.5], "embedding": [0.6, 0.65], "multi_encoder": [0.7] * 3},
    "nothing won": {"boolean": [0.01, 0.01, 0.01], "embedding": [0.01, 0.02, 0.03]},
    "a collapsed seed": {"boolean": [0.7, 0.71, 0.7, 0.72, 0.42], "embedding": [0.7, 0.72, 0.71]},
}  # win rates of runs by network type
CONSTANT = {"boolean": [0.6] * 3, "embedding": [0.4] * 3}
ONE_PAIR_LESS = {"boolean": [0.5, 0.55, 0.6, 0.52], "embedding": [0.53, 0.57, 0.64]}


def one_run(root: Path) -> Path:
    """One type with one run of one round."""
    write_meta(root / "study", planned=TYPES[:1], runs=1)
    write_run(root / "study", "boolean", 1, matches=match_rows(0.6, rounds=1))
    return root / "study"


def twelve_types(root: Path) -> Path:
    """Twelve types of two runs, with names that are long, odd or nearly alike."""
    names = [*TYPES, *LONG_NAMES, *ODD_NAMES]
    write_meta(root / "study", planned=names, runs=2)
    for place, name in enumerate(names):
        for run in (1, 2):
            rate = 0.2 + 0.05 * place + 0.02 * run
            games = {"rounds": 2, "games": 100}
            rows = [row for o in OPPONENTS for row in match_rows(rate, opponent=o, **games)]
            run_dir = write_run(root / "study", f"type_{place}", run, matches=rows)
            # no directory could have such a name
            for path in (run_dir / "status.json", run_dir / ".hydra" / "config.yaml"):
                text = path.read_text(encoding="utf-8")
                named = text.replace(f'"type_{place}"', json.dumps(name))
                path.write_text(named, encoding="utf-8")
    return root / "study"


def certain_results(root: Path) -> Path:
    """All games won or lost."""
    write_meta(root / "study", planned=TYPES[:2], runs=2)
    for name, wins in (("boolean", 0), ("embedding", 50)):
        for run in (1, 2):
            write_run(root / "study", name, run, matches=[match_row(wins, 50)])
    return root / "study"


def unfinished(root: Path) -> Path:
    """One good type, one with a single run, one that failed with markup in its message."""
    experiment = write_experiment(root, {"boolean": [0.5, 0.52, 0.55], "embedding": [0.7]})
    error = {"type": "ValueError", "message": "<script>alert(1)</script> 100 % _ &", "log": "x"}
    write_run(experiment, "multi_encoder", 1, state="failed", status={"error": error})
    return experiment


AWKWARD: dict[str, Callable[[Path], Path]] = {
    "ordinary": lambda root: write_experiment(root, MAIN),
    "one_run": one_run,
    "twelve_types": twelve_types,
    "constant_groups": lambda root: write_experiment(root, CONSTANT, runs=3),  # none of a third
    "certain_results": certain_results,
    "unfinished": unfinished,
    "paired": lambda root: write_experiment(
        root, ONE_PAIR_LESS, seed_mode="paired", planned=TYPES[:2]
    ),
    "nothing": lambda root: write_experiment(root, {}),
}
WITH_FIGURES = ("ordinary", "twelve_types")  # that tests look at as files
OF_FACTORS = ("heat_map", "interaction", "response")  # figures that need several factors
