"""Speed of training on one core. Prints a table; writes nothing.

    python benchmarks/training.py [--budget full] [--types boolean] [--rounds 20] [OVERRIDE ...]
    python benchmarks/training.py --against REV [--budget quick] [--repetitions 3] [OVERRIDE ...]
    python benchmarks/training.py --against HEAD --after portable=true     what an option costs

Method. A budget, or its first rounds, is trained as a run trains it, evaluation after each round
included, on one thread. Time is processor time of this process, split as the run's own clocks say:
other processes do not count, though they slow a shared core down. Overrides are those of the
command line, such as `training.learner.batch_size=512`; `--earlier-budget` takes the recipe of the
earlier system, 5,000 updates of 128 in 5,000 games, and its trunk.

    samples/s     transitions learnt, with repetition, per second of learning alone
    decisions/s   self-play decisions per second of playing alone
    play, learn, evaluate   shares of the whole, in percent
    full          seconds of the whole budget; from its first rounds alone too few, since the
                  replay fills up before anything is learnt and games grow longer
    bound         share of the learning time that the matrix products alone would take, at the rate
                  that this core reaches on one product of 1,094 inputs and 52 units; sums over
                  cards are no products

With `--against REV` the working tree and that commit, checked out in a temporary directory, train
the same runs in turn by `train.py`, each in processes of its own, whose clock is replaced by their
processor time; what they compile is compiled in a run that is not counted. The table holds the
seconds of learning in a run, medians, and by how much the working tree is faster: the median of
the pairs of runs, the lowest and the highest.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from torch.utils.flop_counter import FlopCounterMode

from cuttle.config.hydra import register
from cuttle.config.reading import read
from cuttle.config.schema import TrainingSettings
from cuttle.env.observation import OBS_DIM, SCALAR_DIM, ZONES
from cuttle.launch.build import build_network
from cuttle.training.trainer import Trainer

ROOT = Path(__file__).parents[1]
CONF = ROOT / "conf"
PROCESSOR_CLOCK = "import time; time.perf_counter = time.process_time"
EARLIER_BUDGET = ("training=earlier", "trunk=plain")


def composed(network_type: str, budget: str, overrides: list[str]) -> dict[str, Any]:
    """Compose the sections that say what is trained."""
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        choices = [f"network_type={network_type}", f"training={budget}", *overrides]
        config = compose("config", overrides=choices)
        sections = {key: config[key] for key in ("network_type", "trunk", "training")}
        return {key: OmegaConf.to_container(section) for key, section in sections.items()}


def product_rate(batch: int, hidden: int) -> float:
    """Measure floating-point operations a second of the trunk's first product."""
    features, weight = torch.rand(batch, OBS_DIM), torch.rand(hidden, OBS_DIM)
    best = float("inf")
    for _ in range(20):
        started = time.process_time()
        for _ in range(20):
            features @ weight.t()
        best = min(best, (time.process_time() - started) / 20)
    return 2 * batch * hidden * OBS_DIM / best


def counted_products(network: torch.nn.Module, double: bool) -> int:
    """Count the floating-point operations of one sample's products: target, update, choice."""
    inputs = torch.zeros(1, len(ZONES), dtype=torch.int64), torch.zeros(1, SCALAR_DIM)
    with FlopCounterMode(display=False) as all_actions:
        network(*inputs)
    with FlopCounterMode(display=False) as update:
        network(*inputs, torch.zeros(1, dtype=torch.int64)).sum().backward()
    return update.get_total_flops() + all_actions.get_total_flops() * (2 if double else 1)


def measure(network_type: str, budget: str, overrides: list[str], rounds: int | None) -> str:
    """Train the first rounds and return one line of the table."""
    config = composed(network_type, budget, overrides)
    settings = read(TrainingSettings, config["training"], "training")
    trainer = Trainer(network=build_network(config), settings=settings, seed=0)
    started = time.process_time()
    reports = list(itertools.islice(trainer.rounds(), rounds))
    whole = time.process_time() - started
    last = reports[-1].metrics
    clocks = {
        part: sum(report.timings[f"{part}_s"] for report in reports)
        for part in ("self_play", "learn", "evaluate", "round")
    }
    parts = {part: whole * clock / clocks["round"] for part, clock in clocks.items()}
    learner = settings.learner
    rate = product_rate(learner.batch_size, 52)
    work = counted_products(build_network(config), learner.double)
    per_sample = parts["learn"] / max(last["samples_learnt"], 1)
    shares = [100 * parts[part] / parts["round"] for part in ("self_play", "learn", "evaluate")]
    return (
        f"{network_type:<14}{trainer.num_parameters:>10,}{1 / per_sample:>12,.0f}"
        f"{last['decisions'] / parts['self_play']:>13,.0f}"
        + "".join(f"{share:>7.0f}" for share in shares)
        + f"{whole * settings.rounds / len(reports):>8.1f}{100 * work / rate / per_sample:>8.0f}"
    )


@contextmanager
def checked_out(revision: str, parent: Path) -> Iterator[Path]:
    """Check a commit out below `parent`, and remove it from git's list of worktrees afterwards."""
    git, tree = ["git", "-C", str(ROOT), "worktree"], parent / "before"
    subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
    try:
        yield tree
    finally:
        subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def learning_seconds(tree: Path, clock: Path, choices: list[str]) -> float:
    """Train one run by the code of `tree`; return its seconds of learning."""
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(
            [sys.executable, "train.py", *choices, f"root={root}", "experiment=benchmark"],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": f"{clock}{os.pathsep}{tree}"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        (timings,) = Path(root).rglob("timings.jsonl")
        return sum(json.loads(line)["learn_s"] for line in timings.read_text().splitlines())


def compare(arguments: argparse.Namespace) -> None:
    """Print how much faster the working tree learns than another commit."""
    print("type              before, s    after, s   ratio   lowest  highest")
    with (
        tempfile.TemporaryDirectory() as parent,
        checked_out(arguments.against, Path(parent)) as before,
    ):
        clock = Path(parent) / "clock"
        clock.mkdir()
        (clock / "sitecustomize.py").write_text(PROCESSOR_CLOCK)
        sides = ((before, []), (ROOT, arguments.after))
        for network_type in arguments.types.split(","):
            choices = [f"network_type={network_type}", *arguments.overrides]
            for tree, after in sides:
                learning_seconds(tree, clock, [*choices, *after, "training=smoke"])
            pairs = []
            for run in range(1, arguments.repetitions + 1):
                chosen = [*choices, f"training={arguments.budget}", f"run={run}"]
                pairs.append([learning_seconds(t, clock, [*chosen, *after]) for t, after in sides])
            ratios = [old / new for old, new in pairs]
            columns = [statistics.median(column) for column in zip(*pairs, strict=True)]
            found = (*columns, statistics.median(ratios), min(ratios), max(ratios))
            print(f"{network_type:<14}" + "{:13.2f}{:12.2f}{:8.2f}{:9.2f}{:9.2f}".format(*found))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", help="full by default, quick with --against")
    parser.add_argument("--types", default="boolean,embedding,multi_encoder,blind")
    parser.add_argument("--against", metavar="REV", help="a commit to compare with")
    parser.add_argument("--after", action="append", default=[], metavar="OVERRIDE",
                        help="of the working tree alone, with --against")  # fmt: skip
    parser.add_argument("--repetitions", type=int, default=3, help="runs of a type, with --against")
    parser.add_argument("--rounds", type=int, help="all by default")
    parser.add_argument("--earlier-budget", action="store_true")
    parser.add_argument("overrides", nargs="*")
    arguments = parser.parse_args()
    if arguments.against:
        arguments.budget = arguments.budget or "quick"
        return compare(arguments)
    torch.set_num_threads(1)
    overrides = [*(EARLIER_BUDGET if arguments.earlier_budget else ()), *arguments.overrides]
    print("type            parameters  samples/s  decisions/s   play  learn  eval    full   bound")
    for network_type in arguments.types.split(","):
        print(
            measure(network_type, arguments.budget or "full", overrides, arguments.rounds),
            flush=True,
        )


if __name__ == "__main__":
    main()
