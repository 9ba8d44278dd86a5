"""What can be set about training, checked on the way in. The values themselves live in YAML."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from cuttle import opponents

_Section = TypeVar("_Section")
# A player never decides more often than this while the other waits: steps an own return may take.
_LONGEST_OWN_RETURN = 12


@dataclass(frozen=True)
class SelfPlaySettings:
    """How games are played against oneself."""

    num_envs: int  # games side by side
    over_suits: bool  # act on the mean of Q over the rotations of the suits

    def __post_init__(self) -> None:
        _at_least("self_play.num_envs", self.num_envs, 1)


@dataclass(frozen=True)
class ExplorationSettings:
    """Epsilon falls linearly from start to end over a share of the budget."""

    epsilon_start: float
    epsilon_end: float
    decay_fraction: float  # of the budget
    temperature: float  # of the softmax over Q that chooses the other actions; 0 is greedy

    def __post_init__(self) -> None:
        _within("exploration.epsilon_start", self.epsilon_start, 0.0, 1.0)
        _within("exploration.epsilon_end", self.epsilon_end, 0.0, 1.0)
        _within("exploration.decay_fraction", self.decay_fraction, 0.0, 1.0)
        _within("exploration.temperature", self.temperature, 0.0, math.inf)


@dataclass(frozen=True)
class LearnerSettings:
    """The DQN update and how often it happens."""

    batch_size: int  # transitions an update
    replay_ratio: float  # samples learnt per decision played
    updates_per_episode: float | None  # if given, in place of replay_ratio
    learning_rate: float
    learning_rate_end: float  # reached linearly at the end of the budget
    double: bool  # the online network chooses the next action, the target network values it
    mask_targets: bool  # bootstrap over legal next actions only
    target_tau: float  # Polyak step of the target network after each update
    target_period: int | None  # updates between full copies; if given, in place of target_tau
    huber_delta: float

    def __post_init__(self) -> None:
        _at_least("learner.batch_size", self.batch_size, 1)
        _positive("learner.replay_ratio", self.replay_ratio)
        if self.updates_per_episode is not None:
            _positive("learner.updates_per_episode", self.updates_per_episode)
        _positive("learner.learning_rate", self.learning_rate)
        _within("learner.learning_rate_end", self.learning_rate_end, 0.0, math.inf)
        _within("learner.target_tau", self.target_tau, 0.0, 1.0)
        if self.target_period is not None:
            _at_least("learner.target_period", self.target_period, 1)
        _positive("learner.huber_delta", self.huber_delta)


@dataclass(frozen=True)
class ReplaySettings:
    """What is remembered and how a transition is read from it."""

    capacity: int  # decisions
    warm_up: int  # decisions stored before the first update
    discount: float  # per change of the deciding player; own sub-decisions are not discounted
    n_step: int  # decisions, of either seat, summed before bootstrapping
    until_own_decision: bool  # go on summing until the same player decides again
    stop_at_exploration: bool  # do not sum past an action of epsilon's
    rename_suits: bool  # show each sample with its suits renamed at random
    alias_final_position: bool  # artefact: a finished game's rows all show its last position

    def __post_init__(self) -> None:
        _at_least("replay.capacity", self.capacity, 1)
        _at_least("replay.warm_up", self.warm_up, 0)
        _within("replay.discount", self.discount, 0.0, 1.0)
        _at_least("replay.n_step", self.n_step, 1)

    @property
    def horizon(self) -> int:
        """Return the most steps a return may sum."""
        return max(self.n_step, _LONGEST_OWN_RETURN if self.until_own_decision else 1)


@dataclass(frozen=True)
class InitialisationSettings:
    """Spread of the initial weights; everything else is Kaiming normal with zero biases."""

    head_scale: float  # factor on the last layer; 1 is full Kaiming
    embedding_sd: float  # of card tables, in the types that have one

    def __post_init__(self) -> None:
        _within("initialisation.head_scale", self.head_scale, 0.0, math.inf)
        _within("initialisation.embedding_sd", self.embedding_sd, 0.0, math.inf)


@dataclass(frozen=True)
class EvaluationSettings:
    """Greedy games against fixed opponents, half of them from each seat."""

    opponents: tuple[str, ...]
    validation_ratio: float  # of episodes_per_round: games an opponent after each round
    final_games: int  # an opponent after the last round
    deal_seed: int  # the deals are the same in every run
    average_weights: bool  # play with the target network, which follows the online one
    over_suits: bool  # act on the mean of Q over the rotations of the suits

    def __post_init__(self) -> None:
        unknown = sorted(set(self.opponents) - set(opponents.names()))
        if unknown:
            raise ValueError(
                f"training.evaluation.opponents has unknown {', '.join(map(repr, unknown))}; "
                f"there are {', '.join(opponents.names())}"
            )
        if not self.opponents or len(set(self.opponents)) < len(self.opponents):
            raise ValueError(
                "training.evaluation.opponents must name at least one opponent, each once, "
                f"got {list(self.opponents)}"
            )
        _within("evaluation.validation_ratio", self.validation_ratio, 0.0, math.inf)
        _at_least("evaluation.final_games", self.final_games, 2)
        _at_least("evaluation.deal_seed", self.deal_seed, 0)


@dataclass(frozen=True)
class TrainingSettings:
    """One training budget; the sections are named after their consumers."""

    rounds: int
    episodes_per_round: int
    self_play: SelfPlaySettings
    exploration: ExplorationSettings
    learner: LearnerSettings
    replay: ReplaySettings
    initialisation: InitialisationSettings
    evaluation: EvaluationSettings

    def __post_init__(self) -> None:
        _at_least("rounds", self.rounds, 1)
        _at_least("episodes_per_round", self.episodes_per_round, 1)
        num_envs, capacity = self.self_play.num_envs, self.replay.capacity
        least = 2 * (self.replay.horizon + 1)
        if capacity < least * num_envs:
            raise ValueError(
                f"training.replay.capacity must hold at least {least} decisions of each of "
                f"the {num_envs} games side by side, got {capacity}"
            )
        if self.replay.warm_up > (held := capacity // num_envs * num_envs):
            raise ValueError(
                f"training.replay.warm_up must be at most {held}, which is what a replay of "
                f"{capacity} holds of {num_envs} games side by side, got {self.replay.warm_up}"
            )

    @property
    def episodes(self) -> int:
        """Return the self-play games of the whole budget."""
        return self.rounds * self.episodes_per_round

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "TrainingSettings":
        """Read the settings from nested plain values; raise ValueError naming what is wrong."""
        return _build(cls, mapping, "training")


def _build(section: type[_Section], mapping: Mapping[str, Any], where: str) -> _Section:
    """Fill a dataclass from a mapping that must have exactly its fields."""
    types = get_type_hints(section)
    if not isinstance(mapping, Mapping):
        raise ValueError(f"{where} must be a section with {', '.join(types)}, got {mapping!r}")
    if unknown := sorted(map(str, set(mapping) - set(types))):
        raise ValueError(f"{where} has no key {unknown[0]!r}; there are {', '.join(types)}")
    if missing := [name for name in types if name not in mapping]:
        raise ValueError(f"{where}.{missing[0]} is missing")
    return section(**{n: _convert(t, mapping[n], f"{where}.{n}") for n, t in types.items()})


def _convert(kind: Any, value: Any, where: str) -> Any:
    """Check one value against its annotated type; whole numbers pass as floats."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _build(kind, value, where)
    if kind == tuple[str, ...]:
        if isinstance(value, str) or not all(isinstance(name, str) for name in value):
            raise ValueError(f"{where} must be a list of names, got {value!r}")
        return tuple(value)
    allowed = getattr(kind, "__args__", (kind,))
    if float in allowed and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) not in allowed:
        names = " or ".join("null" if a is type(None) else a.__name__ for a in allowed)
        raise ValueError(f"{where} must be {names}, got {value!r}")
    return value


def _positive(name: str, value: float) -> None:
    if not 0.0 < value < math.inf:
        raise ValueError(f"training.{name} must be positive, got {value}")


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"training.{name} must be at least {least}, got {value}")


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high or math.isinf(value):
        upper = "" if math.isinf(high) else f" and at most {high:g}"
        raise ValueError(f"training.{name} must be at least {low:g}{upper}, got {value}")
