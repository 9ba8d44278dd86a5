"""Speed of training on one core. Prints a table; writes nothing.

    python benchmarks/training.py [--budget full] [--types boolean] [--rounds 20] [OVERRIDE ...]

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
"""

import argparse
import itertools
import time
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

CONF = Path(__file__).parents[1] / "conf"
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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", default="full")
    parser.add_argument("--types", default="boolean,embedding,multi_encoder,blind")
    parser.add_argument("--rounds", type=int, help="all by default")
    parser.add_argument("--earlier-budget", action="store_true")
    parser.add_argument("overrides", nargs="*")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    overrides = [*(EARLIER_BUDGET if arguments.earlier_budget else ()), *arguments.overrides]
    print("type            parameters  samples/s  decisions/s   play  learn  eval    full   bound")
    for network_type in arguments.types.split(","):
        print(measure(network_type, arguments.budget, overrides, arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
