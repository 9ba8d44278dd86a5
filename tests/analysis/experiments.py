"""Synthetic experiment directories for the tests of the analysis. No training."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cuttle.runs import layout
from cuttle.runs.files import digest

TYPES = ("boolean", "embedding", "multi_encoder")
PRIMARY, SECONDARY = "gap_maximizer", "randomized"
GAMES = 1000  # per seat
MAIN = {
    "boolean": [0.581, 0.613, 0.645, 0.597, 0.629, 0.565, 0.605],
    "embedding": [0.661, 0.637, 0.702, 0.685, 0.653, 0.621, 0.694],
    "multi_encoder": [0.669, 0.71, 0.726, 0.645, 0.734, 0.694, 0.677],
}  # win rates of seven runs
TRAINING = {"rounds": 4, "learner": {"learning_rate": 3.0e-4}}
ANALYSIS = {"primary_opponent": PRIMARY, "equivalence_margin": 0.05}
RATE = "training.learner.learning_rate"
RATES = (3.0e-4, 1.0e-4, 1.0e-3, 3.0e-3)  # levels of a factor, its base first
Cell = tuple[Mapping[str, Any], Sequence[float]]  # levels by factor, and win rates of runs


def match_row(wins: int = 6, games: int = 10, *, draws: int = 0, **changes: Any) -> dict[str, Any]:
    """Make a row of matches, unless changed of the final evaluation by the primary opponent."""
    counts = {"games": games, "wins": wins, "draws": draws, "losses": games - wins - draws}
    return {"round": 1, "stage": "final", "opponent": PRIMARY, "seat": 0, **counts, **changes}


def match_rows(
    rate: float, *, rounds: int = 4, opponent: str = PRIMARY, games: int = GAMES, final: bool = True
) -> list[dict[str, Any]]:
    """Make rows of both seats that climb to `rate`; seat 1 is played a little worse."""
    stages = [(r, layout.Stage.VALIDATION, r / rounds) for r in range(1, rounds + 1)]
    rows = []
    for number, stage, progress in stages + [(rounds, layout.Stage.FINAL, 1.0)] * final:
        for seat, sign in ((0, 1), (1, -1)):
            wins = round(games * rate * progress) + sign * round(games * 0.01 * progress)
            where = {"round": number, "stage": str(stage), "opponent": opponent, "seat": seat}
            rows.append(match_row(wins, games, draws=(games - wins) // 50, **where))
    return rows


def write_json(path: Path, content: Any) -> None:
    """Write one JSON file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write one JSON row a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_run(
    experiment_dir: Path,
    network_type: str,
    run: int,
    rate: float = 0.6,
    *,
    state: str = "completed",
    seed: int | None = None,
    config: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    status: Mapping[str, Any] | None = None,
    matches: Sequence[Mapping[str, Any]] | None = None,
    final: bool = True,
    levels: Mapping[str, Any] | None = None,
) -> Path:
    """Write one run directory in the layout of `cuttle.runs.layout`.

    With levels, the run has factors and `network_type` is the label of its condition; without, it
    is older than factors.
    """
    run_id = layout.run_name(network_type, run)
    run_dir = experiment_dir / run_id
    seed = 1000 * run + len(network_type) if seed is None else seed
    who: dict[str, Any] = {"schema": 1, "run_id": run_id, "run": run, "seed": seed}
    label = {"condition": network_type, "levels": levels}
    who |= label if levels else {"network_type": network_type}
    full_config: dict[str, Any] = {
        "experiment": experiment_dir.name, "run": run, "training": TRAINING,
        "network_type": {"name": (levels or {}).get("network_type", network_type), "hidden": 52},
        "seed": {"mode": "independent", "base": 42, "value": seed},
        "rules": {"preset": "cuttle.cards"}, "analysis": ANALYSIS, **(config or {}),
    }  # fmt: skip
    for key, level in (levels or {}).items():
        _set(full_config, key, level)
    write_json(run_dir / layout.CONFIG_FILE, full_config)  # JSON is YAML
    progress = {"state": state, "round": 4, "rounds": 4, "duration_s": 60.0,
                "config_hash": "0", "created_at": "2026-01-01T00:00:00Z",
                "ended_at": "2026-01-01T00:01:00Z"}  # fmt: skip
    write_json(run_dir / layout.STATUS_FILE, {**who, **progress, **(status or {})})
    recorded = {"rules_version": "1", "versions": {"numpy": "2.0"}, "parameters": 190_000,
                "initial_q_sd": 0.01 + run / 1000}  # fmt: skip
    write_json(run_dir / layout.METADATA_FILE, {**who, **recorded, **(metadata or {})})
    if matches is None:
        matches = [
            row
            for opponent, worth in ((SECONDARY, rate + 0.1), (PRIMARY, rate))
            for row in match_rows(worth, opponent=opponent, final=final)
        ]
    write_rows(run_dir / layout.MATCHES_FILE, matches)
    write_rows(run_dir / layout.METRICS_FILE, [_metrics(r) for r in range(1, 5)])
    (run_dir / layout.MODELS_DIR).mkdir(exist_ok=True)
    for name in (layout.INITIAL_MODEL_FILE, layout.FINAL_MODEL_FILE):
        (run_dir / name).write_bytes(b"weights")
    write_rows(run_dir / layout.TIMINGS_FILE, [_timings(r) for r in range(1, 5)])
    return run_dir


def record_hashes(run_dir: Path) -> None:
    """Write down the hashes of a run's results as its training does."""
    path = run_dir / layout.METADATA_FILE
    hashes = {name: digest((run_dir / name).read_bytes()) for name in layout.RESULT_FILES}
    write_json(path, {**json.loads(path.read_text(encoding="utf-8")), "sha256": hashes})


def write_experiment(
    root: Path,
    groups: Mapping[str, Sequence[float]],
    *,
    name: str = "study",
    planned: Sequence[str] = TYPES,
    **meta: Any,
) -> Path:
    """Write an experiment whose runs end at the given win rates against the primary opponent."""
    experiment_dir = root / name
    write_meta(experiment_dir, planned=planned, **meta)
    for network_type, rates in groups.items():
        for run, rate in enumerate(rates, start=1):
            write_run(experiment_dir, network_type, run, rate)
    return experiment_dir


def write_meta(
    experiment_dir: Path, *, planned: Sequence[Any] = TYPES, runs: int = 7, **meta: Any
) -> None:
    """Write experiment.json with its plan: network types of so many runs, or whole entries."""
    plan = [t for t in planned if isinstance(t, dict)] or [
        {"run_id": layout.run_name(t, run), "network_type": t, "run": run, "seed": run}
        for t in planned
        for run in range(1, runs + 1)
    ]
    content = {
        "schema": 1, "name": experiment_dir.name, "description": "", "rules_version": "1",
        "created_at": "2026-01-01T00:00:00Z", "git": {"commit": "0" * 40, "dirty": False},
        "seed_mode": "independent", "planned": plan, "history": [],
        "base_config": {"analysis": ANALYSIS}, **meta,
    }  # fmt: skip
    write_json(experiment_dir / layout.EXPERIMENT_FILE, content)


def cells(
    mean: Callable[[int, int], float],
    *,
    levels: Sequence[Any] = RATES,
    types: Sequence[str] = TYPES[:2],
    runs: int = 6,
) -> list[Cell]:
    """Cross network types with levels of the learning rate; `mean` takes their places."""
    rng = np.random.default_rng(1)
    return [
        (
            {"network_type": name, RATE: level},
            [round(mean(i, j) + rng.normal(0, 0.01), 4) for _ in range(runs)],
        )
        for i, name in enumerate(types)
        for j, level in enumerate(levels)
    ]


def write_factorial(
    root: Path,
    cells: Sequence[Cell],
    *,
    factors: Mapping[str, Any] | None = None,
    runs: int = 1,
    **meta: Any,
) -> Path:
    """Write an experiment with factors: win rates by combination of levels.

    factors: their base levels, by default those of the first cell; its own key is that of a factor
    """
    experiment_dir, factors = root / "study", factors or cells[0][0]
    plan = []
    for levels, rates in cells:
        others = [k for k in levels if k != "network_type" and levels[k] != factors[k]]
        shown = [f"{key.rpartition('.')[2]}={json.dumps(levels[key])}" for key in others]
        condition = "_".join([levels["network_type"], *shown])
        for run in range(1, max(runs, len(rates)) + 1):
            name = layout.run_name(condition, run)
            who = {"run_id": name, "condition": condition, "levels": levels}
            plan.append({**who, "run": run, "seed": len(plan)})
            if run <= len(rates):
                who = {"levels": levels, "seed": len(plan)}
                write_run(experiment_dir, condition, run, rates[run - 1], **who)
    recorded = {key: {"base": base, "keys": [key]} for key, base in factors.items()}
    write_meta(experiment_dir, factors=recorded, **{"planned": plan, **meta})
    return experiment_dir


def _set(config: dict[str, Any], key: str, level: Any) -> None:
    """Set a dotted key of a config to a level; the network type has a section of its own."""
    if key == "network_type":
        return
    *sections, last = key.split(".")
    for section in sections:
        config[section] = config = dict(config.get(section, {}))
    config[last] = level


def _metrics(number: int) -> dict[str, Any]:
    sums = (number, 250 * number, 7000 * number, 100 * number, 12_800 * number)
    values = (*sums, 1.0 / number, 3.0e-4, 0.1 / number, 0.2, 28.0)
    return dict(zip(layout.METRICS_COLUMNS, values, strict=True))


def _timings(number: int) -> dict[str, Any]:
    return dict(zip(layout.TIMINGS_COLUMNS, (number, 1.0, 2.0, 0.5, 3.5), strict=True))
