"""Boards and moves in words, on positions laid out by hand and on random games."""

import numpy as np

from cuttle.env.render import board, card_sign, move_text
from cuttle.env.vector import DealtGames
from cuttle.game.actions import parse_action
from cuttle.game.cards import cards_of, parse_card
from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import random_decks
from cuttle.game.variants import CUTTLE_CARDS
from tests.game.positions import choose, position

POSITION = (
    "P0 hand: 9S KD / P0 points: TH 8C+JC+JD / P0 faces: QH / P1 hand: 2C 7H TD / P1 points: 4S+JS"
    " / P1 faces: KS / scrap: 5C 6C / frozen: 9S / turn: 4"
)


def test_board_shows_what_the_viewer_may_know() -> None:
    game = position(POSITION)

    lines = board(game, CUTTLE_CARDS, viewer=0, names=("you", "them")).splitlines()

    assert lines == [
        "them: 4 of 14 points, hand of 3: ?? ?? ??",
        "    royals  K♠",
        "    points  4♠<J♠",
        "-" * 76,
        "    pile    37 cards",
        "    scrap   5♣ 6♣",
        "-" * 76,
        "    points  8♣<J♣<J♦ 10♥",
        "    royals  Q♥",
        "you: 18 of 21 points, hand of 2: 9♠* K♦",
    ]


def test_viewer_sits_at_the_bottom() -> None:
    game = position(POSITION)

    lines = board(game, CUTTLE_CARDS, viewer=1, names=("them", "you")).splitlines()

    assert lines[0] == "them: 18 of 21 points, hand of 2: ?? ??"
    assert lines[-1] == "you: 4 of 14 points, hand of 3: 2♣ 7♥ 10♦"


def test_known_cards_of_the_other_hand_are_shown() -> None:
    game = position(POSITION)
    game["known"][1] = 1 << parse_card("7H")

    top = board(game, CUTTLE_CARDS, viewer=0).splitlines()[0]

    assert top.endswith("hand of 3: 7♥ ?? ??")


def test_half_a_move_is_shown_to_its_player_only() -> None:
    game = position(POSITION)
    play(game, parse_action("scuttle 9S"), CUTTLE_CARDS)

    shown = [board(game, CUTTLE_CARDS, viewer=seat) for seat in (0, 1, None)]

    assert ["in play 9♠, choosing its target" in text for text in shown] == [True, False, True]


def test_move_keys_are_put_into_words() -> None:
    words = {
        "draw": "draw a card",
        "points:TH": "play 10♥ for points",
        "faceCard:KD": "play K♦ as a king",
        "faceCard:8S": "play 8♠ as glasses",
        "scuttle:9S>8C": "scuttle 8♣ with 9♠",
        "jack:JC>TH": "steal 10♥ with J♣",
        "oneOff:AC": "one-off A♣: scrap all points of both sides",
        "oneOff:5C": "one-off 5♣: draw cards",  # under all rules
        "oneOff:2C>faceCard:KD": "one-off 2♣: scrap K♦",
        "oneOff:9S>jack:JC": "one-off 9♠: send J♣ back to its hand",
        "counter:2D": "counter with 2♦",
        "resolve": "let it take effect",
        "resolveThree:KD": "take K♦ from the scrap",
        "resolveFour:AC,2C": "discard A♣ and 2♣",
        "resolveFour:": "discard nothing",
        "resolveFive:AC": "discard A♣, then draw",
        "resolveFive:": "draw",
        "discardToHandLimit:AC": "discard A♣",
        "sevenPoints:TH": "play 10♥ for points",
        "sevenFaceCard:QH": "play Q♥ as a queen",
        "sevenOneOff:6C": "one-off 6♣: scrap all royals, jacks and glasses",
        "sevenOneOff:7C": "one-off 7♣: play a card from the top of the pile",
        "sevenDiscard:JC": "scrap J♣, which cannot be played",
    }

    assert {key: move_text(key, CUTTLE_CARDS) for key in words} == words


def test_every_move_of_random_games_has_words_of_its_own() -> None:
    rng = np.random.default_rng(0)
    games = DealtGames(random_decks(30, rng), skip_forced=False)
    while not games.over.all():
        for game in games.games[~games.over & (games.games["pending"] < 0)]:
            keys = legal_moves(game, CUTTLE_CARDS)
            assert len({move_text(key, CUTTLE_CARDS) for key in keys}) == len(keys)
        games.step(choose(games, rng))


def test_boards_of_random_games_show_no_hidden_card() -> None:
    rng = np.random.default_rng(1)
    games = DealtGames(random_decks(1, rng), skip_forced=False)
    while not games.over.all():
        game = games.games[0]
        seat = int(games.acting[0])
        top_line = board(game, CUTTLE_CARDS, viewer=seat).splitlines()[0]
        hidden = int(game["hand"][1 - seat]) & ~int(game["known"][1 - seat])

        shown = top_line.replace("*", "").split(": ")[-1].split()

        assert shown.count("??") == hidden.bit_count()
        assert not set(shown) & {card_sign(card) for card in cards_of(hidden)}

        games.step(choose(games, rng))
