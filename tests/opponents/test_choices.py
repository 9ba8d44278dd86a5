"""What the fixed opponents choose on positions small enough to judge by eye."""

import numpy as np
import pytest

from cuttle import opponents
from cuttle.env.observation import observation_of
from cuttle.game.actions import NUM_ACTIONS, action_text
from cuttle.game.legal import legal_actions
from cuttle.game.state import acting
from cuttle.game.variants import CUTTLE_CARDS
from tests.game.positions import Game, make_moves, position


def choice(name: str, game: Game) -> str:
    """Name the action an opponent chooses."""
    mask = np.zeros((1, NUM_ACTIONS), np.bool_)
    mask[0, legal_actions(game, CUTTLE_CARDS)] = True
    observation = observation_of(game, acting(game), CUTTLE_CARDS)[None]
    player = opponents.load(name)
    return action_text(int(player.act(observation, mask, np.random.default_rng(0))[0]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P0 hand: 4C 7D 9H", "play 9H"),
        ("P0 hand: 9H KD", "play KD"),
        ("P0 hand: 9H QD", "play 9H"),
        ("P0 hand: 4H QD", "play QD"),
        ("P0 hand: JC 9H / P1 points: 7D", "play JC"),
        ("P0 hand: JC TH / P1 points: 4D", "play TH"),
        ("P0 hand: AC 6D / P1 points: TH 9C", "effect AC"),
        ("P0 hand: AC 6D / P1 points: TH / P0 points: 9C 5D", "play 6D"),
        ("P0 hand: 6D 5D / P1 faces: KC", "effect 6D"),
        ("P0 hand: 6D 5D / P1 faces: KC / P0 faces: KD", "play 6D"),
        ("P0 hand: 2D 5D / P1 faces: KC", "effect 2D"),
        ("P0 hand: 2D 5D / P1 points: 9C+JH", "effect 2D"),
        ("P0 hand: 2D 5D / P1 faces: QC", "play 5D"),
        ("P0 hand: 3C / scrap: KC", "play 3C"),
        ("P0 hand: JC", "default"),
    ],
)
def test_gap_maximizer_takes_the_largest_change_of_the_gap(text: str, expected: str) -> None:
    assert choice("gap_maximizer", position(f"{text} / P1 hand: AD AH")) == expected


def test_gap_maximizer_counters_what_costs_more_than_the_two() -> None:
    ace = position("P0 hand: AC / P1 hand: 2D 4H / P1 points: TH")
    three = position("P0 hand: 3C / P1 hand: 2D 4H / P1 points: TH / scrap: 6C")

    assert choice("gap_maximizer", make_moves(ace, "oneOff:AC")) == "effect 2D"
    assert choice("gap_maximizer", make_moves(three, "oneOff:3C")) == "default"


def test_gap_maximizer_answers_a_counter_when_its_own_one_off_is_worth_it() -> None:
    game = position("P0 hand: AC 2C / P1 hand: 2D / P1 points: TH 9D")

    make_moves(game, "oneOff:AC", "counter:2D")

    assert choice("gap_maximizer", game) == "effect 2C"


def test_gap_maximizer_discards_the_least_and_takes_the_most_valuable_card() -> None:
    four = position("P0 hand: 4C / P1 hand: 2D KH TH")
    three = position("P0 hand: 3C / P1 hand: 2D / scrap: QC TC KD")

    make_moves(four, "oneOff:4C", "resolve")
    make_moves(three, "oneOff:3C", "resolve")

    assert choice("gap_maximizer", four) == "choose 2D"
    assert choice("gap_maximizer", three) == "choose KD"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P0 hand: 4C 7D 9H", "play 9H"),
        ("P0 hand: 4C QD 9H", "play QD"),
        ("P0 hand: AC / P1 points: TH 9C", "play AC"),
    ],
)
def test_high_card_puts_down_the_highest_card(text: str, expected: str) -> None:
    assert choice("high_card", position(f"{text} / P1 hand: AD AH")) == expected


def test_high_card_never_counters() -> None:
    game = position("P0 hand: AC / P1 hand: 2D 4H / P1 points: TH")

    assert choice("high_card", make_moves(game, "oneOff:AC")) == "default"


def test_high_card_discards_the_lowest_card() -> None:
    game = position("P0 hand: 4C / P1 hand: 2D KH TH")

    assert choice("high_card", make_moves(game, "oneOff:4C", "resolve")) == "choose 2D"
