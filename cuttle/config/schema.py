"""Every key of the config, in the order in which configs are stored; conf/ gives the values.

Frozen dataclasses, which `cuttle.config.hydra` hands to Hydra as its structured config.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cuttle.config.keys import Role, key

# A player never decides more often than this while the other waits: steps an own return may take.
_LONGEST_OWN_RETURN = 12
NAME_PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
NAME = {
    "pattern": NAME_PATTERN,
    "pattern_words": "a name of up to 100 A-Za-z0-9._-, a letter or digit first",
}
DEVICE = {"pattern": r"cpu|cuda(:\d+)?", "pattern_words": "cpu or cuda"}


@dataclass(frozen=True)
class TrunkSection:
    """What all network types share: the layers between their features and the Q-values."""

    ensemble_size: int = key(
        "Networks in the ensemble; all learn the mean target, and their mean plays.",
        at_least=1,
    )
    hidden_units: int = key("Hidden units of each network.", at_least=1)
    scalars: bool = key("Feed the public counts to the hidden layer, beside the cards.")
    normalise: bool = key("Layer normalisation of the hidden layer.")
    dueling: bool = key("Add one state value to the advantages of all actions.")


@dataclass(frozen=True)
class SelfPlaySettings:
    """The games that training plays against itself."""

    num_envs: int = key("Parallel self-play games.", at_least=1)
    suit_averaging: bool = key("Act on the mean of Q over all rotations of the suits.")


@dataclass(frozen=True)
class ExplorationSettings:
    """Epsilon, which decays linearly, and the softmax over Q."""

    epsilon_start: float = key("Epsilon at the start of training.", at_least=0, at_most=1)
    epsilon_end: float = key("Epsilon after the decay.", at_least=0, at_most=1)
    decay_fraction: float = key("Share of the budget that the decay takes.", at_least=0, at_most=1)
    temperature: float = key(
        "Temperature of the softmax that selects all other actions; 0 is greedy.",
        at_least=0,
    )


@dataclass(frozen=True)
class LearnerSettings:
    """The DQN update and how often it happens."""

    batch_size: int = key("Transitions per update.", at_least=1)
    replay_ratio: float = key("Samples learnt per decision played.", above=0)
    updates_per_episode: float | None = key(
        "Updates per finished game; replaces replay_ratio.", above=0
    )
    learning_rate: float = key("Learning rate of Adam at the start.", above=0)
    learning_rate_end: float = key("Learning rate at the end, reached linearly.", at_least=0)
    double: bool = key("Targets of double DQN.")
    mask_targets: bool = key("Bootstrap over legal next actions only.")
    target_tau: float = key(
        "Step of the target network towards the online one per update.",
        at_least=0,
        at_most=1,
    )
    target_period: int | None = key(
        "Updates between full copies to the target network; replaces target_tau.", at_least=1
    )
    huber_delta: float = key("Error at which the Huber loss turns linear.", above=0)


@dataclass(frozen=True)
class ReplaySettings:
    """The replay buffer, and the returns that are read from it."""

    capacity: int = key("Decisions that the buffer holds.", at_least=1)
    warm_up: int = key("Decisions stored before the first update.", at_least=0)
    discount: float = key(
        "Discount, applied when the deciding player changes.",
        at_least=0,
        at_most=1,
    )
    n_step: int = key("Decisions, of either seat, summed before bootstrapping.", at_least=1)
    until_own_decision: bool = key("Sum on from n_step until the same player decides again.")
    stop_at_exploration: bool = key("Do not sum past a random action.")
    suit_augmentation: bool = key("Rename the suits of each sample at random.")
    alias_final_position: bool = key(
        "Fault of the earlier system: all rows of a game show its last position."
    )

    @property
    def horizon(self) -> int:
        """Return the most steps a return may sum."""
        return max(self.n_step, _LONGEST_OWN_RETURN if self.until_own_decision else 1)


@dataclass(frozen=True)
class InitialisationSettings:
    """Scale of the initial weights; the rest is Kaiming normal with zero biases."""

    head_scale: float = key("Factor on the last layer; 1 is full Kaiming.", at_least=0)
    embedding_sd: float = key("SD of card vectors, where a type has them.", at_least=0)


@dataclass(frozen=True)
class EvaluationSettings:
    """Greedy games against fixed opponents, half of them from each seat."""

    opponents: tuple[str, ...] = key("Opponents, files of cuttle/opponents.")
    validation_ratio: float = key(
        "Games per opponent after each round, as a share of episodes_per_round.", at_least=0
    )
    final_games: int = key("Games per opponent after the last round.", at_least=2)
    deal_seed: int = key("Seed of the deals, the same in every run.", at_least=0)
    use_target_network: bool = key("Play with the target network.")
    suit_averaging: bool = key("Act on the mean of Q over the rotations of the suits.")

    def __post_init__(self) -> None:
        if not self.opponents or len(set(self.opponents)) < len(self.opponents):
            raise ValueError(
                "training.evaluation.opponents must name at least one opponent, each once, "
                f"got {list(self.opponents)}"
            )


@dataclass(frozen=True)
class TrainingSettings:
    """The training budget."""

    rounds: int = key("Rounds of self-play, learning and validation.", at_least=1)
    episodes_per_round: int = key("Self-play games per round.", at_least=1)
    self_play: SelfPlaySettings = key()
    exploration: ExplorationSettings = key()
    learner: LearnerSettings = key()
    replay: ReplaySettings = key()
    initialisation: InitialisationSettings = key()
    evaluation: EvaluationSettings = key()

    def __post_init__(self) -> None:
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


class SeedMode(StrEnum):
    """The options of the group `seed`."""

    INDEPENDENT = "independent"
    PAIRED = "paired"
    PUBLISHED = "published"
    FIXED = "fixed"


@dataclass(frozen=True)
class SeedSection:
    """How a run gets its seed."""

    mode: str = key(
        "How seeds are drawn; set by the option of the group.",
        role=Role.DESIGN,
        one_of=tuple(SeedMode),
    )
    base: int | None = key("Number from which all seeds follow.", role=Role.DESIGN, at_least=0)
    value: int | None = key(
        "The seed itself; derived at launch, except with seed=fixed.", at_least=0
    )


@dataclass(frozen=True)
class RulesSection:
    """The rules: the fields of the preset can be overridden."""

    # Four jacks and two frozen cards (a nine of each side, where it may take one's own) can leave
    # nothing to play, so a hand of six must allow a draw. A seven shows at most the two top cards.

    name: str = key("Name of the preset, which the option of the group sets.")
    king_goals: tuple[int, ...] = key(
        "Points to win with 0, 1, 2, 3 and 4 kings.", at_least=0, at_most=21
    )
    hand_limit: int = key("Cards a hand may hold; 52 is no limit.", at_least=7, at_most=52)
    discard_to_limit: bool = key(
        "Discard to the limit at the end of the turn; if false, no draw at the limit."
    )
    five_discards: bool = key("The player of a five first discards a card.")
    five_draws: int = key("Cards that a five draws.", at_least=0, at_most=41)
    three_takes_three: bool = key("A three may take a three from the scrap pile.")
    nine_permanents_only: bool = key(
        "A nine returns royals, glasses and jacks of either side, but no point cards."
    )
    nine_to_pile: bool = key(
        "A nine puts its target on top of the draw pile, not into a hand.", neutral=False
    )
    two_both_sides: bool = key("A two may also scrap one's own royals, glasses and jacks.")
    seven_reveals: int = key("Cards that a seven reveals.", at_least=1, at_most=2)
    passes_for_draw: int = key(
        "Passes in a row that end the game in a draw.", at_least=1, at_most=100
    )
    open_hands_when_pile_empty: bool = key("Show both hands once the pile is empty.")
    max_decisions: int = key(
        "Decisions after which a game ends in a draw.", at_least=1, at_most=30_000
    )

    def __post_init__(self) -> None:
        if len(self.king_goals) != 5 or self.king_goals[0] == 0:
            raise ValueError(
                "rules.king_goals must be 5 numbers of points, the first above 0, "
                f"got {list(self.king_goals)}"
            )


@dataclass(frozen=True)
class AnalysisSection:
    """What the report compares."""

    primary_opponent: str = key("Opponent whose final win rates the report compares.")
    equivalence_margin: float = key(
        "Difference in win rate below which two conditions count as equivalent.", above=0, below=1
    )


@dataclass(frozen=True)
class Config:
    """The config of one run."""

    network_type: dict[str, Any] = key("The network, which decides how the state is shown.")
    trunk: TrunkSection = key()
    training: TrainingSettings = key()
    seed: SeedSection = key(role=Role.SEED)
    rules: RulesSection = key()
    experiment: str = key(
        "Name of the experiment, a directory below root.", role=Role.NAMING, **NAME
    )
    description: str = key("One line about the experiment.", role=Role.NAMING)
    run: int = key(
        "Number of the run within its condition; each has its own seed.",
        role=Role.SEED,
        at_least=1,
        at_most=99_999,
    )
    threads: int = key(
        "CPU threads per run; more than one is slower.",
        role=Role.COMPUTE,
        at_least=1,
        at_most=1_024,
    )
    device: str = key("Device that trains.", role=Role.COMPUTE, **DEVICE)
    analysis: AnalysisSection = key(role=Role.DESIGN)
    root: str = key("Directory of all experiments.", role=Role.EXECUTION)
    force: bool = key("Retrain completed runs.", role=Role.EXECUTION)
    dry_run: bool = key("Print the plan and change nothing.", role=Role.EXECUTION)
    init_only: bool = key("Create the experiment and train nothing.", role=Role.EXECUTION)
    fail_fast: bool = key("Stop at the first failed run.", role=Role.EXECUTION)
    checkpoint: bool = key("Save the state after every round, to resume from.", role=Role.EXECUTION)
    portable: bool = key(
        "Same bytes on every x86-64 processor with AVX2; slower.",
        role=Role.EXECUTION,
        neutral=False,
    )
