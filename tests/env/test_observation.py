"""What players are shown: everything public, nothing hidden."""

from typing import Any

import numpy as np
import pytest

from cuttle.env.observation import (
    FLAGS,
    OBS_DIM,
    OBS_WORDS,
    SCALARS,
    ZONES,
    observation_of,
    scalar,
    unpack,
    zone,
)
from cuttle.game.actions import parse_action
from cuttle.game.rules import play
from cuttle.game.variants import CUTTLE_CARDS, PRESETS
from tests.game.positions import check, position, random_position, read_fact

from .hidden import leaks


@pytest.mark.parametrize("name", PRESETS)
def test_shuffling_hidden_cards_changes_nothing_that_is_shown(name: str) -> None:
    checks, seat, games, observations = leaks(5_000, PRESETS[name], 7)

    changed = np.flatnonzero(observations[0] != observations[1])
    assert seat == -1, f"seat {seat} is shown hidden cards in words {changed} of {games}"
    assert checks > 50_000


# For each statement a position, then moves and what is so after them, see `check`.
SHOWN = {
    "a hand is shown to its owner only": (
        "P0 hand: 9S 2C / P1 hand: KD",
        "=> P0 sees hand: 9S 2C / P0 sees opponent_hand: / P0 sees opponent_hand_size: 1",
    ),
    "glasses show the opponent's hand, and what was seen stays known": (
        "P0 hand: 3C 8D / P1 hand: KD 6S 2H / deck: 4C 5C 7C",
        "faceCard:8D => P0 sees opponent_hand: KD 6S 2H / P1 sees hand_known: KD 6S 2H",
        "oneOff:6S resolve draw draw => P0 sees opponent_hand: KD 2H",  # the new card was not seen
    ),
    "an empty pile opens both hands": (
        "P0 hand: 3C / P1 hand: KD / deck: none",
        "pass => P0 sees opponent_hand: KD / P1 sees opponent_hand: 3C",
    ),
    "a card taken by a three is known": (
        "P0 hand: 3C 2C / P1 hand: KD / scrap: 9H",
        "oneOff:3C resolve resolveThree:9H => P1 sees opponent_hand: 9H",
    ),
    "a returned card is known and frozen": (
        "P0 hand: 9C / P1 points: TH / P1 hand: KD",
        "oneOff:9C>point:TH resolve => P0 sees opponent_hand: TH",
        "=> P0 sees frozen: TH / P1 sees frozen: TH",
    ),
    "the card a seven leaves is known until drawn, and then in the hand": (
        "P0 hand: 7C / P1 hand: KD / deck: 4C 5C 6C",
        "oneOff:7C resolve => P0 sees revealed: 4C 5C",
        "sevenPoints:5C => P1 sees pile_top: 4C",
        "draw => P0 sees opponent_hand: 4C / P0 sees pile_top:",
    ),
    "jacks show their host and height": (
        "P0 points: TH+JC+JS / P0 hand: 2C / P1 hand: 2D",
        "=> P0 sees jack_of_clubs_host: TH / P0 sees jack_of_clubs_level: 0",
        "=> P1 sees jack_of_spades_host: TH / P0 sees jack_of_spades_level: 1",
        "=> P0 sees jack_of_hearts_host:",
    ),
    "public counts are shown": (
        "P0 hand: 2C 2D 5H / P1 hand: KC / P0 points: 9C / P1 faces: KD / turn: 3"
        " / scrap: 4H 4S 4D 2H 2S AC AD",
        "=> P0 sees own_points: 9 / P0 sees own_goal: 21 / P0 sees opponent_goal: 14",
        "=> P0 sees hand_size: 3 / P0 sees pile_size: 39",
        "=> P0 sees is_own_turn: 0 / P1 sees is_own_turn: 1 / P1 sees is_dealer: 1",
    ),
}


@pytest.mark.parametrize("statement", SHOWN)
def test_what_is_public_is_shown(statement: str) -> None:
    check(*SHOWN[statement])


def test_half_a_move_is_shown_to_its_player_only() -> None:
    game = position("P0 hand: TC / P1 points: 9S 5H / P1 hand: KD")
    play(game, parse_action("scuttle TC"), CUTTLE_CARDS)

    for seat, card, phase in ((0, ["TC"], "phase_scuttle_target"), (1, [], "phase_main")):
        assert read_fact(game, f"P{seat} sees pending", CUTTLE_CARDS) == card
        assert read_fact(game, f"P{seat} sees {phase}", CUTTLE_CARDS) == ["1"]


def random_views() -> tuple[np.ndarray, np.ndarray]:
    """Observe random positions from either seat; return them packed and unpacked."""
    rng = np.random.default_rng(3)
    games = [random_position(rng, CUTTLE_CARDS)[0] for _ in range(40)]
    packed = np.array([observation_of(g, k % 2, CUTTLE_CARDS) for k, g in enumerate(games)])
    out = np.full((40, OBS_DIM), np.nan, np.float32)
    unpack(packed, out)
    return packed, out


def test_unpacking_writes_zones_then_scaled_scalars() -> None:
    packed, out = random_views()

    for name in ZONES:
        start = 52 * ZONES.index(name)
        bits = zone(packed, name)[:, None] >> np.arange(52) & 1
        assert (out[:, start : start + 52] == bits).all()
    assert out[:, 52 * len(ZONES) :].shape == (40, len(SCALARS) + len(FLAGS))
    assert out.min() >= 0
    assert out.max() <= 1
    pile = out[:, 52 * len(ZONES) + SCALARS.index("pile_size")]
    assert pile == pytest.approx(scalar(packed, "pile_size") / 41)


def test_unpacking_into_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=f"out must be .2, {OBS_DIM}. float32"):
        unpack(np.zeros((2, OBS_WORDS), np.int64), np.zeros((2, 5), np.float32))


def test_flags_are_thermometers_of_public_numbers() -> None:
    packed, out = random_views()

    def height(name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        indices = [k for k, flag in enumerate(FLAGS) if flag.startswith(f"{name}_at_least_")]
        flags = out[:, 52 * len(ZONES) + len(SCALARS) + np.array(indices)]
        assert (np.diff(flags, axis=1) <= 0).all()  # no gaps
        return flags.sum(axis=1)

    def highest(cards: int) -> int:
        return max((card // 4 + 1 for card in range(40) if cards >> card & 1), default=0)

    for whose, prefix in (("own", ""), ("opponent", "opponent_")):
        needs = scalar(packed, f"{whose}_goal") - scalar(packed, f"{whose}_points")
        assert height(f"{whose}_needs").tolist() == needs.clip(0, 20).tolist()
        tallest = [highest(int(cards)) for cards in zone(packed, f"{prefix}points")]
        assert height(f"{prefix}highest_points").tolist() == tallest
    for size in ("hand_size", "opponent_hand_size"):
        assert height(size).tolist() == scalar(packed, size).tolist()
