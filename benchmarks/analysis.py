"""CPU seconds to read, test and, where there are few runs, draw an experiment. Trains nothing.

python benchmarks/analysis.py 21 1000 10000

What Python and the libraries take to start, about two seconds, is not counted.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from cuttle.analysis import load
from cuttle.analysis.gallery import save_figures
from cuttle.analysis.statistic import all_statistics
from cuttle.runs import layout

TYPES = ("boolean", "embedding", "multi_encoder")
OPPONENTS = ("gap_maximizer", "randomized")
ROUNDS = 20
VALIDATION_GAMES, FINAL_GAMES = 62, 1000  # per seat
MAX_DRAWN = 100  # runs


def main() -> None:
    """Print the seconds of each part for each number of runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="+", help="numbers of runs, over three types")
    all_statistics()  # imports them
    for num_runs in parser.parse_args().runs:
        with tempfile.TemporaryDirectory() as folder:
            write_experiment(Path(folder), num_runs)
            measure(Path(folder), num_runs)


def measure(experiment_dir: Path, num_runs: int) -> None:
    """Read and test one experiment, timing each statistic, and draw its figures."""
    start = time.process_time()
    study = load(experiment_dir)
    read_s = time.process_time() - start
    seconds = {}
    for name, compute in all_statistics().items():
        before = time.process_time()
        compute(study)
        seconds[name] = time.process_time() - before
    slowest = sorted(seconds.items(), key=lambda part: -part[1])[:4]
    print(
        f"{num_runs} runs: read {read_s:.2f} s, test {sum(seconds.values()):.2f} s; slowest: "
        + ", ".join(f"{name} {took:.2f}" for name, took in slowest)
    )
    if num_runs <= MAX_DRAWN:
        before = time.process_time()
        pictures = save_figures(study, experiment_dir / "graphs")
        print(f"{len(pictures)} figures: {time.process_time() - before:.2f} s")


def write_experiment(experiment_dir: Path, num_runs: int) -> None:
    """Write run directories of random but plausible results."""
    rng = np.random.default_rng(0)
    ids = [(TYPES[i % 3], i // 3 + 1) for i in range(num_runs)]
    plan = [
        {"run_id": layout.run_name(name, run), "network_type": name, "run": run, "seed": i}
        for i, (name, run) in enumerate(ids)
    ]
    write_json(
        experiment_dir / layout.EXPERIMENT_FILE, {"planned": plan, "seed_mode": "independent"}
    )
    for entry in plan:
        write_run(experiment_dir / entry["run_id"], entry, rng)


def write_run(run_dir: Path, entry: dict[str, Any], rng: np.random.Generator) -> None:
    """Write one completed run."""
    (run_dir / ".hydra").mkdir(parents=True)
    (run_dir / layout.MODELS_DIR).mkdir()
    for name in (layout.INITIAL_MODEL_FILE, layout.FINAL_MODEL_FILE):
        (run_dir / name).write_bytes(b"weights")
    status = {"state": "completed", "config_hash": "", "duration_s": 60.0, "schema": 1}
    write_json(run_dir / layout.STATUS_FILE, {**entry, **status})
    write_json(run_dir / layout.METADATA_FILE, {"rules_version": "1", "seed": entry["seed"]})
    config = {f"key_{i}": i for i in range(60)}
    config |= {"training": {"rounds": ROUNDS}, "network_type": {"name": entry["network_type"]}}
    write_json(run_dir / layout.CONFIG_FILE, config)
    rounds = range(1, ROUNDS + 1)
    metrics = [{name: r for name in layout.METRICS_COLUMNS} for r in rounds]
    timings = [{name: r for name in layout.TIMINGS_COLUMNS} for r in rounds]
    for name, rows in ((layout.METRICS_FILE, metrics), (layout.TIMINGS_FILE, timings)):
        write_rows(run_dir / name, rows)
    rate = 0.6 + 0.02 * TYPES.index(entry["network_type"]) + rng.normal(0, 0.03)
    write_rows(run_dir / layout.MATCHES_FILE, match_rows(rate, rng))


def match_rows(rate: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Draw the games of one run that climbs to a win rate."""
    rows = []
    stages = [(r, "validation", VALIDATION_GAMES, rate * r / ROUNDS) for r in range(1, ROUNDS + 1)]
    for number, stage, games, chance in [*stages, (ROUNDS, "final", FINAL_GAMES, rate)]:
        for opponent in OPPONENTS:
            for seat in (0, 1):
                wins = int(rng.binomial(games, min(max(chance, 0.0), 1.0)))
                values = (number, stage, opponent, seat, games, wins, 0, games - wins)
                rows.append(dict(zip(layout.MATCHES_COLUMNS, values, strict=True)))
    return rows


def write_json(path: Path, value: Any) -> None:
    """Write one JSON file."""
    path.write_text(json.dumps(value), encoding="utf-8")


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write one JSON row a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
