"""Cards, actions and deals: names go there and back, shuffles are fair."""

import numpy as np
import pytest

from cuttle.game.actions import NUM_ACTIONS, action_text, parse_action
from cuttle.game.cards import NUM_CARDS, card_text, cards_of, mask_of, parse_card
from cuttle.game.state import (
    deal,
    deal_from_stream,
    new_games,
    random_decks,
    random_streams,
)

NUM_DEALS = 20_000


def test_card_names_go_there_and_back() -> None:
    names = [card_text(card) for card in range(NUM_CARDS)]

    assert len(set(names)) == NUM_CARDS
    assert [parse_card(name) for name in names] == list(range(NUM_CARDS))
    assert names[:5] == ["AC", "AD", "AH", "AS", "2C"]


@pytest.mark.parametrize("name", ["", "1C", "TX", "10C", "ac"])
def test_what_is_no_card_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="card must be"):
        parse_card(name)


def test_card_sets_go_there_and_back() -> None:
    assert cards_of(mask_of([51, 3, 3, 0])) == [0, 3, 51]


def test_action_names_go_there_and_back() -> None:
    names = [action_text(action) for action in range(NUM_ACTIONS)]

    assert len(set(names)) == NUM_ACTIONS
    assert [parse_action(name) for name in names] == list(range(NUM_ACTIONS))


@pytest.mark.parametrize("action", [-1, NUM_ACTIONS])
def test_ids_outside_the_table_are_refused(action: int) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 180, got {action}"):
        action_text(action)


@pytest.mark.parametrize("name", ["", "pass", "scuttle KC", "effect TC", "play", "play 1C"])
def test_what_is_no_action_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"action|card"):
        parse_action(name)


def test_the_first_player_gets_five_cards_and_the_dealer_six() -> None:
    game = new_games(1)[0]

    deal(game, np.arange(NUM_CARDS, dtype=np.uint8)[::-1].copy())

    assert cards_of(game["hand"][0]) == [47, 48, 49, 50, 51]
    assert cards_of(game["hand"][1]) == [41, 42, 43, 44, 45, 46]
    assert game["deck"][game["deck_top"] :].tolist() == list(range(40, -1, -1))


@pytest.mark.parametrize("way", ["streams", "decks"])
def test_every_card_is_equally_often_at_every_place(way: str) -> None:
    rng = np.random.default_rng(5)
    if way == "decks":
        decks = random_decks(NUM_DEALS, rng)
    else:
        games = new_games(NUM_DEALS)
        streams = random_streams(NUM_DEALS // 4, rng)
        for i in range(NUM_DEALS):  # four deals of every stream
            deal_from_stream(games[i], streams, i // 4)
        decks = games["deck"]

    assert (np.sort(decks, axis=1) == np.arange(NUM_CARDS)).all()
    assert len(np.unique(decks, axis=0)) == NUM_DEALS
    counts = np.array([np.bincount(place, minlength=NUM_CARDS) for place in decks.T])
    expected = NUM_DEALS / NUM_CARDS
    chi_square = ((counts - expected) ** 2 / expected).sum()
    # 51 * 51 degrees of freedom: mean 2601, standard deviation 72.
    assert abs(chi_square - 2601) < 4 * 72
