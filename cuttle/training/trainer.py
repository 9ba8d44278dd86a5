"""The training loop: a generator of round reports. It writes no file."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cuttle.config.schema import TrainingSettings
from cuttle.game.variants import CUTTLE_CARDS, Rules
from cuttle.training.dqn import DQNLearner
from cuttle.training.evaluation import Evaluator
from cuttle.training.exploration import epsilon_at, linear
from cuttle.training.generators import Generators
from cuttle.training.initialisation import initialise
from cuttle.training.player import GreedyPlayer, SoftmaxPlayer
from cuttle.training.probe import q_sd
from cuttle.training.replay import Replay
from cuttle.training.saved import from_plain, network_state, to_plain
from cuttle.training.self_play import SelfPlay
from cuttle.training.streams import restore_stream, stream, stream_state


@dataclass(frozen=True)
class RoundReport:
    """What one round gave: deterministic numbers, match counts, and clocks."""

    round: int  # 1-based
    metrics: dict[str, Any]
    matches: list[dict[str, Any]]  # a row per opponent and seat
    timings: dict[str, Any]  # seconds


class Trainer:
    """One run of self-play, learning and evaluation, round by round."""

    def __init__(
        self,
        *,
        network: nn.Module,
        settings: TrainingSettings,
        seed: int,
        rules: Rules = CUTTLE_CARDS,
        device: str = "cpu",
    ) -> None:
        """Draw the initial weights and deal the first games, all from the seed's streams.

        Layers and opponents that draw from a global generator find it seeded for this run, while
        it trains; outside `rounds` the global generators are as they were.
        """
        self.settings = settings
        self.round = 0  # rounds finished
        initialise(network, settings.initialisation, stream(seed, "init"))
        self._learner = DQNLearner(
            network=network, settings=settings.learner, device=torch.device(device)
        )
        self._replay = Replay(settings.self_play.num_envs, settings.replay)
        self._self_play = SelfPlay(
            num_envs=settings.self_play.num_envs, seed=seed, rules=rules, replay=self._replay
        )
        self._sample_rng = stream(seed, "sample")
        self._evaluator = Evaluator(settings=settings.evaluation, seed=seed, rules=rules)
        self._explorer = SoftmaxPlayer(
            lambda x: self._learner.q_values(x, target=False),
            suit_averaging=settings.self_play.suit_averaging,
            temperature=settings.exploration.temperature,
        )
        self._generators = Generators(seed, "layers", device=device)
        self._owed_updates = 0.0
        self._clocks = dict.fromkeys(("self_play_s", "learn_s"), 0.0)
        self.num_parameters = sum(p.numel() for p in network.parameters())
        with self._generators.lent():
            self.initial_q_sd = q_sd(lambda x: self._learner.q_values(x, target=False), rules)

    def player(self, on_step: Callable[[], None] = lambda: None) -> GreedyPlayer:
        """Return the player that is evaluated, greedy on `model_state`.

        `on_step` is called with each batch of decisions, for evaluation can take minutes.
        """
        settings = self.settings.evaluation

        def q_values(observation: NDArray[np.int64]) -> NDArray[np.float32]:
            on_step()
            return self._learner.q_values(observation, target=settings.use_target_network)

        return GreedyPlayer(q_values, suit_averaging=settings.suit_averaging)

    def model_state(self) -> dict[str, Any]:
        """Return a copy of the network that is evaluated, see `network_state`."""
        average = self.settings.evaluation.use_target_network
        network = self._learner.target if average else self._learner.network
        return network_state(network)

    @property
    def _progress(self) -> float:
        """Return the share of the budget's games that are finished, 0 to 1."""
        return min(self._self_play.num_episodes / self.settings.episodes, 1.0)

    def rounds(self, on_step: Callable[[], None] = lambda: None) -> Iterator[RoundReport]:
        """Continue from the current state; yield a report after each round.

        The last report also holds the final evaluation. `on_step` is called after every step of
        self-play and of evaluation.
        """
        while self.round < self.settings.rounds:
            with self._generators.lent():
                report = self._round(on_step)
            yield report

    def _round(self, on_step: Callable[[], None]) -> RoundReport:
        """Play, learn and evaluate one round."""
        started = time.perf_counter()
        self._clocks = dict.fromkeys(self._clocks, 0.0)
        games, decisions = self._self_play.num_episodes, self._self_play.num_finished_decisions
        goal = (self.round + 1) * self.settings.episodes_per_round
        while self._self_play.num_episodes < goal:
            self._tick()
            on_step()
        self.round += 1
        # None are left where the tick that ended the last round also ended those of this one.
        num_games = self._self_play.num_episodes - games
        num_decisions = self._self_play.num_finished_decisions - decisions
        metrics = self._metrics(num_decisions / num_games if num_games else None)
        before = time.perf_counter()
        matches = self._evaluate(on_step)
        now = time.perf_counter()
        clocks = {**self._clocks, "evaluate_s": now - before, "round_s": now - started}
        return RoundReport(self.round, metrics, matches, {"round": self.round, **clocks})

    def _tick(self) -> None:
        """Play one decision in every game, then take the updates that it pays for."""
        started = time.perf_counter()
        episodes = self._self_play.num_episodes
        epsilon = epsilon_at(self._progress, self.settings.exploration)
        self._self_play.tick(self._explorer, epsilon)
        played = time.perf_counter()
        if len(self._replay) >= self.settings.replay.warm_up and self._replay.can_sample():
            self._owed_updates += self._updates_earned(self._self_play.num_episodes - episodes)
            if updates := int(self._owed_updates):
                num_samples = updates * self.settings.learner.batch_size
                batch = self._replay.sample(num_samples, self._sample_rng)
                self._learner.learn(batch, self._learning_rate())
                self._owed_updates -= updates
        self._clocks["self_play_s"] += played - started
        self._clocks["learn_s"] += time.perf_counter() - played

    def _updates_earned(self, num_finished_games: int) -> float:
        """Return the updates that one tick pays for."""
        learner = self.settings.learner
        if learner.updates_per_episode is not None:
            return learner.updates_per_episode * num_finished_games
        return learner.replay_ratio * self.settings.self_play.num_envs / learner.batch_size

    def _learning_rate(self) -> float:
        learner = self.settings.learner
        return linear(learner.learning_rate, learner.learning_rate_end, self._progress)

    def _metrics(self, game_length: float | None) -> dict[str, Any]:
        """Collect the deterministic numbers of the round just played."""
        loss, q_mean = self._learner.take_means()
        if loss is not None and not math.isfinite(loss):
            raise FloatingPointError(
                f"the loss of round {self.round} is {loss}: learning has diverged; try a smaller "
                "training.learner.learning_rate"
            )
        updates = self._learner.num_updates
        return {
            "round": self.round,
            "episodes": self._self_play.num_episodes,
            "decisions": self._self_play.num_decisions,
            "updates": updates,
            "samples_learnt": updates * self.settings.learner.batch_size,
            "epsilon": epsilon_at(self._progress, self.settings.exploration),
            "learning_rate": self._learning_rate(),
            "loss": loss,
            "q_mean": q_mean,
            "game_length": game_length,
        }

    def _evaluate(self, on_step: Callable[[], None]) -> list[dict[str, Any]]:
        """Play the validation games and, after the last round, the final ones."""
        player = self.player(on_step)
        ratio = self.settings.evaluation.validation_ratio
        num_games = int(ratio * self.settings.episodes_per_round)
        rows = self._evaluator.validate(player, self.round, num_games)
        if self.round == self.settings.rounds:
            rows += self._evaluator.evaluate_final(player, self.round)
        return rows

    def state_dict(self) -> dict[str, Any]:
        """Return the whole state between rounds; continuing from it is exact to the bit.

        A nest that `torch.save` writes and `torch.load(weights_only=True)` reads.
        """
        parts = {
            "round": self.round,
            "owed_updates": self._owed_updates,
            "replay": self._replay.state_dict(),
            "self_play": self._self_play.state_dict(),
            "sample_rng": stream_state(self._sample_rng),
        }
        return {
            **to_plain(parts),
            "learner": self._learner.state_dict(),
            "generators": self._generators.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        own = ("learner", "generators")  # which read their own parts
        parts = from_plain({name: part for name, part in state.items() if name not in own})
        self.round = parts["round"]
        self._owed_updates = parts["owed_updates"]
        self._replay.load_state_dict(parts["replay"])
        self._self_play.load_state_dict(parts["self_play"])
        restore_stream(self._sample_rng, parts["sample_rng"])
        self._learner.load_state_dict(state["learner"])
        self._generators.load_state_dict(state["generators"])
