"""The playout player: finds wins, repeats itself, beats the greedy player, sees nothing hidden."""

import numpy as np
import pytest

from cuttle import opponents
from cuttle.env.match import Player, play_deals
from cuttle.env.observation import observation_of
from cuttle.env.vector import DealtGames
from cuttle.game.actions import NUM_ACTIONS, parse_action
from cuttle.game.legal import legal_actions
from cuttle.game.state import random_decks
from cuttle.game.variants import CUTTLE_CARDS, PRESETS
from cuttle.opponents.monte_carlo import MonteCarlo
from tests.game.plain_rules import DECK
from tests.game.positions import position


def choose(text: str, seed: int = 0, playouts: int = 200) -> int:
    """Let the player decide in one position of a short pile; all other cards are in the scrap."""
    text += " / deck: 5D 4D 4S 4H 5H 5S"
    rest = " ".join(card for card in DECK if card not in text)
    game = position(f"{text} / scrap: {rest}")
    mask = np.zeros((1, NUM_ACTIONS), np.bool_)
    mask[0, legal_actions(game, CUTTLE_CARDS)] = True
    observation = observation_of(game, 0, CUTTLE_CARDS)[None]
    player = MonteCarlo(playouts=playouts)
    return int(player.act(observation, mask, np.random.default_rng(seed))[0])


def test_winning_card_is_played() -> None:
    text = "P0 hand: 3S AC 9D / P1 hand: 2C 7H TD / P0 points: TH 8C / P1 points: TS 9H / turn: 2"

    assert choose(text) in (parse_action("play 3S"), parse_action("play 9D"))


def test_lost_game_is_saved_by_the_ace() -> None:
    text = "P0 hand: AC KD KC TH / P1 hand: 2C 7H TD 4C / P1 points: TS 9H / turn: 2"

    chosen = [choose(text, seed=seed, playouts=1_000) for seed in range(5)]

    assert set(chosen) == {parse_action("effect AC")}


def test_small_budget_beats_the_greedy_player() -> None:
    decks = random_decks(200, np.random.default_rng(0))
    players = MonteCarlo(playouts=200), opponents.load("gap_maximizer")

    first = play_deals(players, decks, np.random.default_rng(1))
    second = play_deals(players[::-1], decks, np.random.default_rng(2))

    # 77 % is expected; seven standard deviations of 400 games below it
    assert ((first == 0).sum() + (second == 1).sum()) / 400 > 0.62


def test_a_loaded_player_thinks_by_the_rules_of_the_match() -> None:
    classic = PRESETS["classic"]
    games = DealtGames(random_decks(100, np.random.default_rng(0)), rules=classic)

    def actions(player: Player) -> list[int]:
        chance = np.random.default_rng(1)
        return player.act(games.observation, games.legal_mask, chance).tolist()

    loaded = actions(opponents.load("monte_carlo", classic))
    assert loaded == actions(MonteCarlo(rules=classic))
    assert loaded != actions(MonteCarlo())


def test_budget_must_be_positive() -> None:
    with pytest.raises(ValueError, match="playouts must be at least 1, got 0"):
        MonteCarlo(playouts=0)
