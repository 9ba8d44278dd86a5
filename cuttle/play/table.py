"""One game between two players; a person chooses at the prompt."""

import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cuttle.env.match import Player
from cuttle.env.render import SUIT_SIGNS, board, card_sign, move_text, rules_text
from cuttle.env.vector import DealtGames
from cuttle.game.cards import cards_of
from cuttle.game.moves import legal_moves, move_key
from cuttle.game.rules import points
from cuttle.game.state import random_decks
from cuttle.game.variants import Rules
from cuttle.runs.formatting import printable

HINT = "Type a number from 1 to {}, b for the board, ? for help or q to leave."


class Chair(NamedTuple):
    """Who sits at one side of the table."""

    name: str
    player: Player | None  # None is the person at the keyboard


class Left(Exception):
    """The person has left the table."""


def say(text: str = "") -> None:
    """Print a line, with letters for suits where the terminal has no signs for them."""
    try:
        SUIT_SIGNS["S"].encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        for letter, sign in SUIT_SIGNS.items():
            text = text.replace(sign, letter)
    print(printable(text), flush=True)


def ask(keys: list[str], rules: Rules, show_board: Callable[[], None]) -> str:
    """Let the person choose among move keys, asking until the answer is one; may raise Left."""
    choices = {str(number): key for number, key in enumerate(keys, 1)}
    for number, key in choices.items():
        say(f"  {number:>2}  {move_text(key, rules)}")
    while True:
        try:
            answer = input("your move> ").strip().lower()
        except (EOFError, KeyboardInterrupt, RuntimeError):  # the last: there is no stdin
            say()
            raise Left from None
        except UnicodeDecodeError:
            answer = ""
        if answer in ("q", "quit", "exit"):
            raise Left
        if answer in ("?", "h", "help"):
            say(f"{rules_text(rules)}\n{HINT.format(len(keys))}")
        elif answer in ("b", "board"):
            show_board()
        elif answer in choices:
            return choices[answer]
        else:
            say(HINT.format(len(keys)))


class Table:
    """One game between two chairs, shown as it is played."""

    def __init__(
        self, chairs: tuple[Chair, Chair], rules: Rules, *, seed: list[int], pause_s: float | None
    ) -> None:
        """Deal from `seed`; boards are shown to a watcher every `pause_s`, with None not at all."""
        self._chairs = chairs
        self._rules = rules
        self._rng = np.random.default_rng(seed)
        self._games = DealtGames(random_decks(1, self._rng), rules=rules, skip_forced=False)
        self._pause_s = pause_s
        persons = [seat for seat, chair in enumerate(chairs) if chair.player is None]
        self._viewer = persons[0] if persons else None

    def play(self) -> int:
        """Play the game to its end; return the winning seat, or -1 for a draw."""
        while not self._games.over[0]:
            if self._viewer is None and self._pause_s is not None:
                self._show()
                time.sleep(self._pause_s)
            chair = self._chairs[self._games.acting[0]]
            if chair.player is None:
                self._ask_person(chair)
            else:
                self._let_play(chair, chair.player)
        return int(self._games.winner[0])

    def show_end(self, winner: int) -> None:
        """Show the last board with open hands, and who won."""
        game = self._games.games[0]
        names = self._names()
        self._tell("\n" + board(game, self._rules, names=names))
        if winner >= 0:
            totals = f"{points(game, winner)} points to {points(game, 1 - winner)}"
            self._tell(f"{self._chairs[winner].name} won: {totals}.")
        else:
            self._tell("A draw.")

    def _ask_person(self, chair: Chair) -> None:
        game = self._games.games[0]
        moves = legal_moves(game, self._rules)
        keys = list(moves)
        if len(keys) == 1:
            key = keys[0]
            say(f"{chair.name}: {move_text(key, self._rules)} (nothing else is possible)")
        else:
            self._show()
            key = ask(keys, self._rules, self._show)
            say(f"{chair.name}: {move_text(key, self._rules)}")
        seat = int(self._games.acting[0])
        before = int(game["hand"][seat])
        for action in moves[key]:
            self._games.step(np.array([action]))
        drawn = cards_of(int(self._games.games[0]["hand"][seat]) & ~before)
        if drawn and not key.startswith("resolveThree"):
            say(f"       you get {' '.join(card_sign(card) for card in drawn)}")

    def _let_play(self, chair: Chair, player: Player) -> None:
        """Let a player decide until its move, which may be two decisions, is whole."""
        before = self._games.games[0].copy()
        moves = legal_moves(before, self._rules)
        actions: tuple[int, ...] = ()
        while not actions or move_key(before, actions) not in moves:
            chosen = player.act(self._games.observation, self._games.legal_mask, self._rng)
            self._games.step(chosen)
            actions += (int(chosen[0]),)
        self._tell(f"{chair.name}: {move_text(move_key(before, actions), self._rules)}")

    def _names(self) -> tuple[str, str]:
        return self._chairs[0].name, self._chairs[1].name

    def _show(self) -> None:
        names = self._names()
        say("\n" + board(self._games.games[0], self._rules, viewer=self._viewer, names=names))

    def _tell(self, text: str) -> None:
        if self._viewer is not None or self._pause_s is not None:
            say(text)
