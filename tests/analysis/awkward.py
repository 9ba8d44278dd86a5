"""Studies that tables, figures and pages must survive: one run, twelve types, copies, damage."""

import random
from collections.abc import Callable
from pathlib import Path

from .experiments import (
    PRIMARY,
    TYPES,
    match_rows,
    write_experiment,
    write_meta,
    write_run,
)

LONG_NAMES = [f"transformer_with_relative_positions_{n}" for n in range(1, 7)]
ODD_NAMES = ["50%_of_$units$", "<b>&{bold}\\", "x" * 60]


def ordinary(root: Path) -> Path:
    """Three types, five runs each, two opponents."""
    rng = random.Random(1)
    groups = {
        name: [mean + rng.gauss(0, 0.03) for _ in range(5)]
        for name, mean in zip(TYPES, (0.55, 0.62, 0.63), strict=True)
    }
    return write_experiment(root, groups, runs=5)


def one_run(root: Path) -> Path:
    """One type with one run of one round."""
    write_meta(root / "study", planned=TYPES[:1], runs=1)
    rows = match_rows(0.6, rounds=1, opponent=PRIMARY)
    write_run(root / "study", "boolean", 1, matches=rows)
    return root / "study"


def twelve_types(root: Path) -> Path:
    """Twelve types of two runs, with names that are long, odd or nearly alike."""
    names = [*TYPES, *LONG_NAMES, *ODD_NAMES]
    write_meta(root / "study", planned=names, runs=2)
    for place, name in enumerate(names):
        for run in (1, 2):
            rate = 0.2 + 0.05 * place + 0.02 * run
            rows = [r for o in (PRIMARY, "a_very_long_opponent_name_indeed", "b", "c", "d")
                    for r in match_rows(rate, rounds=2, opponent=o, games=100)]  # fmt: skip
            run_dir = write_run(root / "study", f"type_{place}", run, matches=rows)
            _rename(run_dir, name)
    return root / "study"


def _rename(run_dir: Path, name: str) -> None:
    """Give a run a network type that could not be part of a directory's name."""
    for path in (run_dir / "status.json", run_dir / ".hydra" / "config.yaml"):
        old = run_dir.name.rpartition("_run_")[0]
        text = path.read_text(encoding="utf-8")
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        path.write_text(text.replace(f'"{old}"', f'"{escaped}"'), encoding="utf-8")


def constant_groups(root: Path) -> Path:
    """Two types of identical runs, and one planned type without any."""
    groups = {"boolean": [0.6] * 3, "embedding": [0.4] * 3}
    return write_experiment(root, groups, runs=3)


def certain_results(root: Path) -> Path:
    """All games won or lost."""
    write_meta(root / "study", planned=TYPES[:2], runs=2)
    for name, wins in (("boolean", 0), ("embedding", 50)):
        for run in (1, 2):
            row = {"round": 1, "stage": "final", "opponent": PRIMARY, "seat": 0, "games": 50,
                   "wins": wins, "draws": 0, "losses": 50 - wins}  # fmt: skip
            write_run(root / "study", name, run, matches=[row])
    return root / "study"


def unfinished(root: Path) -> Path:
    """One good type, one with a single run, one that failed with markup in its message."""
    experiment = write_experiment(root, {"boolean": [0.5, 0.52, 0.55], "embedding": [0.7]})
    error = {"type": "ValueError", "message": "<script>alert(1)</script> 100 % _ &", "log": "x"}
    write_run(experiment, "multi_encoder", 1, state="failed", status={"error": error})
    return experiment


def paired(root: Path) -> Path:
    """Two types whose runs of the same number share their seed; one pair is incomplete."""
    groups = {"boolean": [0.5, 0.55, 0.6, 0.52], "embedding": [0.53, 0.57, 0.64]}
    return write_experiment(root, groups, paired=True, seed_mode="paired", planned=TYPES[:2])


def nothing(root: Path) -> Path:
    """A planned experiment that was never started."""
    write_meta(root / "study")
    return root / "study"


AWKWARD: dict[str, Callable[[Path], Path]] = {
    build.__name__: build
    for build in (
        ordinary, one_run, twelve_types, constant_groups, certain_results, unfinished, paired,
        nothing,
    )
}  # fmt: skip
