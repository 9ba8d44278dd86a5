"""Positions and what is expected of them written as text, and random play. No tests.

`position("P0 hand: 9S 2C / P1 points: 7H+JC+JD TS / P1 faces: QD / turn: 0")` reads as it looks:
jacks follow their point card, bottom first. `deck:` names the top of the pile, first card first;
cards named nowhere lie below it in card order, or in the scrap when `deck: none` is written.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import ZONES, observation_of, scalar, zone
from cuttle.env.vector import DealtGames, VectorEnv
from cuttle.game.cards import NUM_CARDS, card_text, cards_of
from cuttle.game.conformance.positions import from_record
from cuttle.game.legal import legal_actions
from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import Games, deal, new_games, random_decks
from cuttle.game.variants import CUTTLE_CARDS, Rules
from cuttle.opponents.randomized import Randomized

Game = Any  # one GAME record


def position(text: str) -> Game:
    """Build a main-phase position from text."""
    parts: dict[str, list[str]] = {}
    for part in text.split("/"):
        name, _, cards = part.partition(":")
        parts[name.strip()] = cards.split()
    turn = int(parts.pop("turn", ["0"])[0])
    deck, scrap = parts.pop("deck", []), parts.pop("scrap", [])
    zones = {
        zone: [parts.pop(f"P{seat} {zone}", []) for seat in (0, 1)]
        for zone in ("hand", "points", "faces")
    }
    frozen = parts.pop("frozen", [])
    assert not parts, f"unknown part of a position: {parts}"
    stacks = [*deck, *scrap, *(name for seats in zones.values() for seat in seats for name in seat)]
    named = {card for stack in stacks for card in stack.split("+")}
    rest = [card for card in map(card_text, range(NUM_CARDS)) if card not in named]
    state = {
        "turn": turn,
        "phase": 1,
        "hands": zones["hand"],
        "points": [[stack.split("+") for stack in seat] for seat in zones["points"]],
        "faces": zones["faces"],
        "deck": [] if deck == ["none"] else deck + rest,
        "scrap": scrap + rest if deck == ["none"] else scrap,
        "twos": [],
        "oneOff": None,
        "oneOffTarget": None,
        "frozen": frozen,
        "passStreak": 0,
        "seesOppHand": [any(card[0] == "8" for card in faces) for faces in zones["faces"]],
    }
    return from_record(state)[0]


def make_moves(game: Game, *keys: str, rules: Rules = CUTTLE_CARDS) -> Game:
    """Play whole moves, each of which must be legal, and return the game."""
    for key in keys:
        moves = legal_moves(game, rules)
        assert key in moves, f"{key} is not legal; legal are {sorted(moves)}"
        for action in moves[key]:
            play(game, action, rules)
    return game


def check(start: str, *steps: str, rules: Rules = CUTTLE_CARDS) -> None:
    """Play from a position and compare, in steps `MOVES => FACTS`, as in `draw => turn: 1`.

    `P0 hand: 9S 2C` and `scrap: AC` name cards in any order, `pile:` the topmost in theirs.
    `legal:` names all legal moves, `legal scuttle: 5D>5C` those that begin so, `may:` and
    `may not:` some. `P0 sees own_goal: 21` is a zone or scalar of what a seat is shown.
    """
    game = position(start)
    for step in steps:
        moves, _, facts = step.partition("=>")
        make_moves(game, *moves.split(), rules=rules)
        for fact in facts.split("/"):
            name, _, words = fact.partition(":")
            wanted, found = words.split(), read_fact(game, name.strip(), rules)
            if name.strip() in ("may", "may not"):
                is_so = [word in found for word in wanted] == [name.strip() == "may"] * len(wanted)
            elif name.strip() == "pile":
                is_so = found[: len(wanted)] == wanted
            else:
                is_so = sorted(found) == sorted(wanted)
            assert is_so, f"{fact.strip()} is expected, got {found}"


def read_fact(game: Game, name: str, rules: Rules) -> list[str]:
    """Read what a name of `check` stands for."""
    head, _, rest = name.partition(" ")
    if head in ("legal", "may"):
        start = f"{rest}:" if head == "legal" and rest else ""
        moves = legal_moves(game, rules)
        return [key.removeprefix(start) for key in moves if key.startswith(start)]
    if rest.startswith("sees "):
        rest = rest.removeprefix("sees ")
        observation = observation_of(game, int(head[1]), rules)
        if rest not in ZONES:
            return [str(scalar(observation, rest))]
        cards = cards_of(zone(observation, rest))
    elif head == "pile":
        cards = game["deck"][game["deck_top"] :].tolist()
    elif head in ("scrap", "frozen"):
        cards = cards_of(game[head])
    elif rest:
        cards = cards_of(game[rest][int(head[1])])
    else:
        return [str(int(game[head]))]
    return [card_text(card) for card in cards]


def random_position(rng: np.random.Generator, rules: Rules, longest: int = 60) -> Games:
    """Play a random game up to a random decision; return it `(1,) GAME`, not finished."""
    games = new_games(1)
    while True:
        deal(games[0], random_decks(1, rng)[0])
        for _ in range(rng.integers(longest)):
            before = games.copy()
            play(games[0], rng.choice(legal_actions(games[0], rules)), rules)
            if games[0]["over"]:
                return before
        return games


def choose(env: DealtGames, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose at random where a game goes on."""
    return Randomized().act(env.observation, env.legal_mask | env.over[:, None], rng)


def random_games(num_envs: int, num_steps: int, seed: int) -> VectorEnv:
    """Play games side by side at random for some decisions of each."""
    rng = np.random.default_rng(seed)
    env = VectorEnv(num_envs, rng)
    for _ in range(num_steps):
        env.step(choose(env, rng))
    return env
