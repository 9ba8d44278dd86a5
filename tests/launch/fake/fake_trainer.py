"""A stand-in for training: random numbers from a seed, a state, and faults on demand.

FAULTS="2=kill,3=raise" makes runs 2 and 3 misbehave in their second round. A run told to wait goes
on after a minute, or when there is a file `go` in the directory of the launch.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from cuttle.config.schema import TrainingSettings

STATE_SIZE = 1000


class TwoArgumentsError(Exception):
    """An exception that cannot be unpickled."""

    def __init__(self, first: int, second: int) -> None:
        """Need two arguments but pass one on."""
        super().__init__(f"{first} and {second}")


@dataclass(frozen=True)
class RoundReport:
    """The fields of a real report."""

    round: int
    metrics: dict[str, Any]
    matches: list[dict[str, Any]]
    timings: dict[str, Any]


class Trainer:
    """Draw numbers; the state is a generator and a heap of tensors."""

    def __init__(
        self, *, network: torch.nn.Module, settings: TrainingSettings, seed: int, **_: Any
    ) -> None:
        """Start from a seed; what a round costs comes from the environment."""
        self.network = network
        self.num_parameters = sum(p.numel() for p in network.parameters())
        self.initial_q_sd = 0.5
        self.round_s = float(os.environ.get("ROUND_S", "0"))
        self.settings = settings
        self.seed = seed
        self.done = 0
        self.generator = torch.Generator().manual_seed(seed)
        self.state = torch.zeros(STATE_SIZE)
        self.shake_weights()

    def model_state(self) -> dict[str, torch.Tensor]:
        """Return the weights."""
        return self.network.state_dict()

    def rounds(self, on_step: Callable[[], None]) -> Iterator[RoundReport]:
        """Yield the rounds that are left."""
        while self.done < self.settings.rounds:
            time.sleep(self.round_s)
            on_step()
            self.done += 1
            self.state += torch.rand(len(self.state), generator=self.generator)
            self.shake_weights()
            if self.done == 2:
                misbehave()
            yield self.report()

    def shake_weights(self) -> None:
        """Draw new weights."""
        with torch.no_grad():
            for parameter in self.network.parameters():
                parameter.copy_(torch.rand(parameter.shape, generator=self.generator))

    def report(self) -> RoundReport:
        """Describe the round just done."""
        metrics: dict[str, Any] = dict.fromkeys(
            ("episodes", "decisions", "updates", "samples_learnt", "game_length"), self.done
        )
        metrics |= {"round": self.done, "epsilon": 0.1, "learning_rate": 0.001}
        metrics |= {"loss": float(self.state.mean()), "q_mean": float(self.state[0])}
        wins = int(self.state[-1].item() * 10)
        stages = ["validation", *(["final"] if self.done == self.settings.rounds else [])]
        matches = [
            {"round": self.done, "stage": stage, "opponent": opponent, "seat": seat}
            | {"games": 100, "wins": wins, "draws": 0, "losses": 100 - wins}
            for stage in stages
            for opponent in self.settings.evaluation.opponents
            for seat in (0, 1)
        ]
        names = ("self_play_s", "learn_s", "evaluate_s", "round_s")
        timings = {"round": self.done, **dict.fromkeys(names, self.round_s)}
        return RoundReport(self.done, metrics, matches, timings)

    def state_dict(self) -> dict[str, Any]:
        """Return everything a continuation needs."""
        return {
            "done": self.done,
            "generator": self.generator.get_state(),
            "state": self.state,
            "weights": self.network.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a state."""
        self.done = state["done"]
        self.generator.set_state(state["generator"])
        self.state = state["state"]
        self.network.load_state_dict(state["weights"])


def misbehave() -> None:
    """Do what FAULTS says for the run of this process, known by its log file."""
    faults = dict(item.split("=") for item in os.environ.get("FAULTS", "").split(",") if item)
    run = os.readlink("/proc/self/fd/1").split("_run_")[-1].split("/")[0]
    fault = faults.get(str(int(run))) if run.isdecimal() else None
    deadline = time.monotonic() + 60
    while fault == "wait" and not os.path.exists("go") and time.monotonic() < deadline:
        time.sleep(0.02)
    if fault == "raise":
        raise RuntimeError("asked to fail")
    if fault == "unpicklable":
        raise TwoArgumentsError(1, 2)
    if fault == "exit":
        raise SystemExit(3)
    if fault == "interrupt":
        raise KeyboardInterrupt
    if fault == "vanish":
        os._exit(0)
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "full":
        raise OSError(28, "No space left on device", "metrics.jsonl")
