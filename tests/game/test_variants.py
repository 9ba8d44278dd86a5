"""The presets of the rules: what the config names is what the engine plays."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cuttle.env.opponent_env import OpponentEnv
from cuttle.env.vector import VectorEnv
from cuttle.game.legal import legal_actions
from cuttle.game.variants import PRESETS, Rules
from cuttle.opponents import load
from cuttle.opponents.monte_carlo import MonteCarlo
from cuttle.opponents.randomized import Randomized
from tests.game.positions import position
from tests.training.build import CONF, composed


def test_every_preset_is_an_option_of_the_config_and_the_other_way_round() -> None:
    assert {path.stem for path in (CONF / "rules").glob("*.yaml")} == set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_the_config_names_the_values_of_the_preset(name: str) -> None:
    fields = composed(f"rules={name}")["rules"]

    assert fields.pop("name") == name
    assert Rules(**fields | {"king_goals": tuple(fields["king_goals"])}) == PRESETS[name]


def test_the_smallest_hand_limit_leaves_something_to_play() -> None:
    rules = PRESETS["classic"]._replace(hand_limit=7)
    game = position("P0 hand: JC JD JH JS QC KC / P1 hand: 4C / frozen: QC KC")

    assert legal_actions(game, rules).tolist() == [0]


CLASSIC = PRESETS["classic"]
PLAY: dict[str, Callable[[Any], object]] = {
    "vector": lambda rules: VectorEnv(1, np.random.default_rng(0), rules=rules),
    "opponent": lambda rules: OpponentEnv(1, Randomized(), rules=rules),
    "by name": lambda rules: load("gap_maximizer", rules),
    "playouts": lambda rules: MonteCarlo(rules=rules),
}


@pytest.mark.parametrize("play", PLAY.values(), ids=list(PLAY))
@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("classic", r"rules must be Rules, such as PRESETS.* of cuttle_cards, .* got 'classic'"),
        (None, "rules must be Rules, .* got None"),
        (tuple(CLASSIC), "rules must be Rules"),
        (CLASSIC._replace(five_discards=1), "rules.five_discards must be bool, got 1"),
        (
            CLASSIC._replace(king_goals=(21, 14)),
            r"king_goals must be tuple of int.* got \(21, 14\)",
        ),
        (CLASSIC._replace(seven_reveals=5), "rules.seven_reveals must be from 1 to 2, got 5"),
        (CLASSIC._replace(hand_limit=6), "rules.hand_limit must be from 7 to 52, got 6"),
        (CLASSIC._replace(passes_for_draw=1_000), "passes_for_draw must be from 1 to 255, got"),
        (CLASSIC._replace(max_decisions=10**6), "max_decisions must be from 1 to 32767, got"),
    ],
)
def test_rules_that_cannot_be_played_by_are_refused(
    rules: Any, message: str, play: Callable[[Any], object]
) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        play(rules)
