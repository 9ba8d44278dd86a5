"""What the fixed opponents choose on positions small enough to judge by eye."""

import numpy as np
import pytest

from cuttle import opponents
from cuttle.env.observation import observation_of
from cuttle.game.actions import NUM_ACTIONS, action_text, parse_action
from cuttle.game.legal import legal_actions
from cuttle.game.rules import play
from cuttle.game.state import acting
from cuttle.game.variants import CUTTLE_CARDS, PRESETS, Rules
from tests.game.positions import Game, make_moves, position

CLASSIC = PRESETS["classic"]


def choice(name: str, game: Game, rules: Rules = CUTTLE_CARDS) -> str:
    """Name the action an opponent chooses."""
    mask = np.zeros((1, NUM_ACTIONS), np.bool_)
    mask[0, legal_actions(game, rules)] = True
    observation = observation_of(game, acting(game), rules)[None]
    player = opponents.load(name, rules)
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


@pytest.mark.parametrize(
    ("name", "text", "moves", "expected"),
    [
        # A counter must be worth more than the two; so must the answer to one.
        ("gap_maximizer", "P0 hand: AC / P1 hand: 2D 4H / P1 points: TH", "oneOff:AC", "effect 2D"),
        ("gap_maximizer", "P0 hand: 3C / P1 hand: 2D 4H / scrap: 6C", "oneOff:3C", "default"),
        (
            *("gap_maximizer", "P0 hand: AC 2C / P1 hand: 2D / P1 points: TH 9D"),
            *("oneOff:AC counter:2D", "effect 2C"),
        ),
        # The least is discarded, the most valuable card is taken.
        ("gap_maximizer", "P0 hand: 4C / P1 hand: 2D KH TH", "oneOff:4C resolve", "choose 2D"),
        (
            *("gap_maximizer", "P0 hand: 3C / P1 hand: 2D / scrap: QC TC KD"),
            *("oneOff:3C resolve", "choose KD"),
        ),
        # It never counters, and discards the lowest.
        ("high_card", "P0 hand: AC / P1 hand: 2D 4H / P1 points: TH", "oneOff:AC", "default"),
        ("high_card", "P0 hand: 4C / P1 hand: 2D KH TH", "oneOff:4C resolve", "choose 2D"),
    ],
)
def test_a_move_of_the_other_is_answered(name: str, text: str, moves: str, expected: str) -> None:
    assert choice(name, make_moves(position(text), *moves.split())) == expected


@pytest.mark.parametrize(
    ("text", "effect", "target"),
    [
        ("P0 hand: 2C / P0 faces: KS / P1 faces: QH", "effect 2C", "choose QH"),
        ("P0 hand: 2C / P0 faces: KC / P1 faces: KD", "effect 2C", "choose KD"),
        ("P0 hand: 2C / P0 points: TH+JC / P1 points: 4H+JD", "effect 2C", "choose JD"),
        ("P0 hand: 9C / P0 faces: KS / P1 faces: 8D", "effect 9C", "choose 8D"),
    ],
)
def test_gap_maximizer_spares_its_own_cards_in_the_classic_rules(
    text: str, effect: str, target: str
) -> None:
    game = position(f"{text} / P1 hand: AD AH")
    play(game, parse_action(effect), CLASSIC)

    assert choice("gap_maximizer", game, CLASSIC) == target


@pytest.mark.parametrize("card", ["2C", "9C"])
@pytest.mark.parametrize("theirs", ["", "QD QC"])
def test_gap_maximizer_aims_no_one_off_at_its_own_cards_alone(card: str, theirs: str) -> None:
    game = position(f"P0 hand: {card} / P0 faces: KS / P1 faces: {theirs} / P1 hand: AD AH")

    assert choice("gap_maximizer", game, CLASSIC) == f"play {card}"


def test_gap_maximizer_lets_the_opponent_scrap_his_own_king() -> None:
    game = position("P0 hand: 2C / P0 faces: KS / P1 hand: 2D")
    for action in ("effect 2C", "choose KS"):
        play(game, parse_action(action), CLASSIC)

    assert choice("gap_maximizer", game, CLASSIC) == "default"


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
