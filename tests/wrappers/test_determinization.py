"""Games made up from an observation agree with it and differ in what is hidden only."""

import numpy as np
import pytest

from cuttle.env.determinization import deal_hidden, restore
from cuttle.env.observation import OBS_WORDS, observation_of, observe
from cuttle.env.vector import DealtGames
from cuttle.game.cards import NUM_CARDS, cards_of
from cuttle.game.jit import kernel
from cuttle.game.legal import legal_actions
from cuttle.game.state import Games, Phase, new_games, random_decks
from cuttle.game.variants import PRESETS
from tests.game.positions import choose, make_moves, position


@kernel
def make_up(observation: np.ndarray, seat: int, stream: np.ndarray, games: Games) -> None:
    """Write a game that agrees with an observation to `games (1,)`."""
    hidden = np.empty(NUM_CARDS, np.int64)
    num_hidden = restore(observation, games[0], hidden)
    deal_hidden(games[0], seat, hidden, num_hidden, stream)


def cards_in(game: np.void) -> list[int]:
    """List every card of a game, wherever it lies."""
    jacks = [40 + suit for suit in range(4) if game["jack_host"][suit] >= 0]
    stack = [int(card) for card in game["twos"][: game["num_twos"]]]
    limbo = [int(game["one_off"])] if game["one_off"] >= 0 else []
    masks = [*game["hand"], *game["points"], *game["faces"], game["scrap"]]
    pile = [int(card) for card in game["deck"][game["deck_top"] :]]
    return jacks + stack + limbo + pile + [card for mask in masks for card in cards_of(mask)]


@pytest.mark.parametrize("preset", list(PRESETS))
def test_made_up_game_looks_the_same_and_has_every_card_once(preset: str) -> None:
    rules = PRESETS[preset]
    rng = np.random.default_rng(0)
    games = DealtGames(random_decks(60, rng), rules=rules, skip_forced=False)
    stream = np.array([1], np.uint64)
    made_up = new_games(1)
    phases = set()
    while not games.over.all():
        for row in np.flatnonzero(~games.over):
            seat = int(games.acting[row])
            make_up(games.observation[row], seat, stream, made_up)

            again = np.empty(OBS_WORDS, np.int64)
            observe(made_up[0], seat, rules, again)
            assert np.array_equal(again, games.observation[row])
            assert sorted(cards_in(made_up[0])) == list(range(NUM_CARDS))
            legal = legal_actions(made_up[0], rules)
            assert np.array_equal(legal, np.flatnonzero(games.legal_mask[row]))
            phases.add(int(games.games[row]["phase"]))
        # Games of drawing reach the hand limit, which is rare in random play.
        draws = (np.arange(60) % 4 == 0) & games.legal_mask[:, 0]
        games.step(np.where(draws, 0, choose(games, rng)))
    if preset == "cuttle_cards":
        assert phases == set(Phase)


@pytest.mark.parametrize("seat", [0, 1])
def test_a_pile_that_has_grown_is_made_up_whole(seat: int) -> None:
    rules = PRESETS["cuttle_cards_2_0_0"]
    game = position("P0 hand: 2C 3C 4C 5C / P0 points: 6C / P1 hand: 9S 2D 3D 4D 5D 6D / turn: 1")
    make_moves(game, "oneOff:9S>point:6C", "resolve", rules=rules)
    assert game["deck_top"] == 10
    made_up = new_games(1)

    make_up(observation_of(game, seat, rules), seat, np.array([1], np.uint64), made_up)

    assert made_up[0]["deck_top"] == game["deck_top"]
    assert sorted(cards_in(made_up[0])) == list(range(NUM_CARDS))
    assert int(made_up[0]["hand"][1 - seat]).bit_count() == int(game["hand"][1 - seat]).bit_count()


def test_hidden_cards_are_dealt_evenly() -> None:
    games = DealtGames(random_decks(1, np.random.default_rng(0)))
    observation = observation_of(games.games[0], 0, games.rules)
    hidden = [card for card in range(NUM_CARDS) if not int(games.games[0]["hand"][0]) >> card & 1]
    stream = np.array([1], np.uint64)
    made_up = new_games(1)
    held = np.zeros(NUM_CARDS)
    for _ in range(4_000):
        make_up(observation, 0, stream, made_up)
        held[cards_of(made_up[0]["hand"][1])] += 1

    # six of 47 cards: mean 510.6, sd 21.1; five sd either way
    assert held.sum() == 6 * 4_000
    assert np.abs(held[hidden] - 4_000 * 6 / 47).max() < 5 * 21.1
