"""Random games chosen so that together they show everything that can happen. No tests.

`choose_games` makes the golden transcripts: it plays many games and keeps the shortest set in
which every event occurs twice.
"""

import numpy as np

from cuttle.game.cards import card_text
from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import deal, new_games, random_decks
from cuttle.game.variants import PRESETS

from .positions import Game
from .transcript import Transcript

# Every event that must occur in some transcript of cuttle.cards.
EVENTS = {
    *(f"points {rank}" for rank in "A23456789T"),
    *(f"scuttle {rank}" for rank in "23456789T"),
    *(f"faceCard {rank}" for rank in "8QK"),
    *("jack", "jack on a jacked card", "scuttle of a jacked card", "scuttle of one's own card"),
    *(f"oneOff {rank}" for rank in "A34567"),
    *("oneOff 2>faceCard", "oneOff 2>jack"),
    *("oneOff 9>point", "oneOff 9>faceCard", "oneOff 9>jack", "frozen card held back"),
    *(f"{number} counters" for number in (1, 2, 3)),
    *(f"effect {rank}" for rank in "A2345679"),
    *("resolveFour of 2", "resolveFour of 1", "resolveFive", "resolveThree"),
    *("discardToHandLimit of 1", "discardToHandLimit of 2"),
    *("sevenPoints", "sevenScuttle", "sevenFaceCard", "sevenJack", "sevenOneOff", "sevenDiscard"),
    *("draw", "pass", "won by P0", "won by P1", "won with a king", "won on the other's move"),
    *("drawn by passes", "stolen card returned by a six"),
}


def random_moves(rng: np.random.Generator, rules: str) -> tuple[Transcript, set[str]]:
    """Play a random game; return it with the events it shows."""
    deck = random_decks(1, rng)[0]
    game = new_games(1)[0]
    deal(game, deck)
    laziness = rng.choice([0.0, 0.0, 0.7])
    keys: list[str] = []
    events: set[str] = set()
    while not game["over"]:
        moves = legal_moves(game, PRESETS[rules])
        rare = [key for key in moves if ">jack:" in key or key.startswith(("counter", "pass"))]
        # Games of little more than drawing exhaust the pile; counters and the like are rare.
        if "draw" in moves and rng.random() < laziness:
            key = "draw"
        else:
            key = str(rng.choice(sorted(rare if rare and rng.random() < 0.5 else moves)))
        before = game.copy()
        for action in moves[key]:
            play(game, action, PRESETS[rules])
        events |= events_of(before, key, game)
        keys.append(key)
    return Transcript(rules, tuple(deck.tolist()), tuple(keys)), events


def events_of(before: Game, key: str, after: Game) -> set[str]:
    """Name what a move shows."""
    verb, _, rest = key.partition(":")
    events = {verb, f"{verb} {rest[:1]}", *end_events(before, key, after)}
    if verb in ("resolveFour", "discardToHandLimit"):
        events.add(f"{verb} of {len(rest.split(',')) if rest else 0}")
    if ">" in rest and "neOff" in verb:
        events.add(f"oneOff {rest[0]}>{rest.split('>')[1].split(':')[0]}")
    if verb == "resolve":
        one_off = card_text(int(before["one_off"]))[0]
        events.add(f"{before['num_twos']} counters")
        if before["num_twos"] % 2 == 0:
            events.add(f"effect {one_off}")
            if one_off == "6" and (before["points"] != after["points"]).any():
                events.add("stolen card returned by a six")
    if verb in ("jack", "scuttle"):
        target = rest.split(">")[1]
        events |= target_events(before, verb, target)
    me = before["turn"] % 2
    if before["phase"] == 1 and int(before["frozen"]) & int(before["hand"][me]):
        events.add("frozen card held back")
    return events


def target_events(before: Game, verb: str, target: str) -> set[str]:
    """Name what is special about the target of a jack or scuttle."""
    hosts = [card_text(int(host)) for host in before["jack_host"] if host >= 0]
    if target not in hosts:
        return set()
    if verb == "jack":
        return {"jack on a jacked card"}
    odd = hosts.count(target) % 2 == 1
    return {"scuttle of a jacked card"} | ({"scuttle of one's own card"} if odd else set())


def end_events(before: Game, key: str, after: Game) -> set[str]:
    """Name how the game ended."""
    if not after["over"]:
        return set()
    winner = int(after["winner"])
    if winner < 0:
        return {"drawn by passes"}
    events = {f"won by P{winner}"}
    if key.startswith("faceCard:K"):
        events.add("won with a king")
    if winner != before["turn"] % 2:
        events.add("won on the other's move")
    return events


def choose_games(rules: str, num_games: int, seed: int, tries: int) -> list[Transcript]:
    """Return games that show many different events, the most telling ones first."""
    rng = np.random.default_rng(seed)
    played = [random_moves(rng, rules) for _ in range(tries)]
    shown: dict[str, int] = {}
    chosen = []
    for _ in range(num_games):
        best = max(played, key=lambda game: _news(game[1], shown) / (10 + len(game[0].moves)))
        played.remove(best)
        chosen.append(best[0])
        for event in best[1]:
            shown[event] = shown.get(event, 0) + 1
    return chosen


def _news(events: set[str], shown: dict[str, int]) -> float:
    """Value the events of a game: those not shown before count most."""
    return sum(0.2 ** shown.get(event, 0) for event in events)
