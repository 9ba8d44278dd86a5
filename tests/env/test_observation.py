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
from cuttle.game.cards import card_text, cards_of
from cuttle.game.rules import play
from cuttle.game.variants import CUTTLE_CARDS, PRESETS
from tests.game.positions import Game, make_moves, position, random_position

from .hidden import leaks


def shown(game: Game, seat: int, name: str) -> set[str]:
    """Name the cards of a zone as a seat sees it."""
    observation = observation_of(game, seat, CUTTLE_CARDS)
    return {card_text(card) for card in cards_of(int(zone(observation, name)))}


def number(game: Game, seat: int, name: str) -> int:
    """Read a scalar as a seat sees it."""
    return int(scalar(observation_of(game, seat, CUTTLE_CARDS), name))


@pytest.mark.parametrize("name", PRESETS)
def test_shuffling_hidden_cards_changes_nothing_that_is_shown(name: str) -> None:
    checks, seat, games, observations = leaks(5_000, PRESETS[name], 7)

    changed = np.flatnonzero(observations[0] != observations[1])
    assert seat == -1, f"seat {seat} is shown hidden cards in words {changed} of {games}"
    assert checks > 50_000


def test_a_hand_is_shown_to_its_owner_only() -> None:
    game = position("P0 hand: 9S 2C / P1 hand: KD")

    assert shown(game, 0, "hand") == {"9S", "2C"}
    assert shown(game, 0, "opponent_hand") == set()
    assert number(game, 0, "opponent_hand_size") == 1


def test_glasses_show_the_opponents_hand_and_what_was_seen_stays_known() -> None:
    game = position("P0 hand: 3C 8D / P1 hand: KD 6S 2H / deck: 4C 5C 7C")

    make_moves(game, "faceCard:8D")
    assert shown(game, 0, "opponent_hand") == {"KD", "6S", "2H"}
    assert shown(game, 1, "hand_known") == {"KD", "6S", "2H"}

    make_moves(game, "oneOff:6S", "resolve", "draw", "draw")
    assert shown(game, 0, "opponent_hand") == {"KD", "2H"}, "the new card was not seen"


def test_an_empty_pile_opens_both_hands() -> None:
    game = position("P0 hand: 3C / P1 hand: KD / deck: none")
    make_moves(game, "pass")

    assert shown(game, 0, "opponent_hand") == {"KD"}
    assert shown(game, 1, "opponent_hand") == {"3C"}


def test_a_card_taken_by_a_three_is_known() -> None:
    game = position("P0 hand: 3C 2C / P1 hand: KD / scrap: 9H")

    make_moves(game, "oneOff:3C", "resolve", "resolveThree:9H")

    assert shown(game, 1, "opponent_hand") == {"9H"}


def test_a_returned_card_is_known_and_frozen() -> None:
    game = position("P0 hand: 9C / P1 points: TH / P1 hand: KD")

    make_moves(game, "oneOff:9C>point:TH", "resolve")

    assert shown(game, 0, "opponent_hand") == {"TH"}
    assert shown(game, 0, "frozen") == {"TH"}
    assert shown(game, 1, "frozen") == {"TH"}


def test_the_card_a_seven_leaves_is_known_until_drawn_and_then_in_the_hand() -> None:
    game = position("P0 hand: 7C / P1 hand: KD / deck: 4C 5C 6C")

    make_moves(game, "oneOff:7C", "resolve")
    assert shown(game, 0, "revealed") == {"4C", "5C"}

    make_moves(game, "sevenPoints:5C")
    assert shown(game, 1, "pile_top") == {"4C"}

    make_moves(game, "draw")
    assert shown(game, 0, "opponent_hand") == {"4C"}
    assert shown(game, 0, "pile_top") == set()


def test_half_a_move_is_shown_to_its_player_only() -> None:
    game = position("P0 hand: TC / P1 points: 9S 5H / P1 hand: KD")
    play(game, parse_action("scuttle TC"), CUTTLE_CARDS)

    assert shown(game, 0, "pending") == {"TC"}
    assert number(game, 0, "phase_scuttle_target") == 1
    assert shown(game, 1, "pending") == set()
    assert number(game, 1, "phase_main") == 1


def test_jacks_show_their_host_and_height() -> None:
    game = position("P0 points: TH+JC+JS / P0 hand: 2C / P1 hand: 2D")

    assert shown(game, 0, "jack_of_clubs_host") == {"TH"}
    assert shown(game, 1, "jack_of_spades_host") == {"TH"}
    assert number(game, 0, "jack_of_clubs_level") == 0
    assert number(game, 0, "jack_of_spades_level") == 1
    assert shown(game, 0, "jack_of_hearts_host") == set()


def test_public_counts_are_shown() -> None:
    game = position(
        "P0 hand: 2C 2D 5H / P1 hand: KC / P0 points: 9C / P1 faces: KD / turn: 3"
        " / scrap: 4H 4S 4D 2H 2S AC AD"
    )

    assert number(game, 0, "own_points") == 9
    assert number(game, 0, "own_goal") == 21
    assert number(game, 0, "opponent_goal") == 14
    assert number(game, 0, "hand_size") == 3
    assert number(game, 0, "pile_size") == 39
    assert number(game, 0, "is_own_turn") == 0
    assert number(game, 1, "is_own_turn") == 1
    assert number(game, 1, "is_dealer") == 1


def test_unpacking_writes_zones_then_scaled_scalars() -> None:
    rng = np.random.default_rng(3)
    games = [random_position(rng, CUTTLE_CARDS)[0] for _ in range(40)]
    packed = np.array([observation_of(g, k % 2, CUTTLE_CARDS) for k, g in enumerate(games)])
    out = np.full((40, OBS_DIM), np.nan, np.float32)

    unpack(packed, out)

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
    rng = np.random.default_rng(3)
    games = [random_position(rng, CUTTLE_CARDS)[0] for _ in range(40)]
    packed = np.array([observation_of(g, k % 2, CUTTLE_CARDS) for k, g in enumerate(games)])
    out = np.empty((40, OBS_DIM), np.float32)

    unpack(packed, out)

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
