"""Cuttle in the terminal: `python -m cuttle.play`. How a board looks is in `cuttle.env.render`.

A person meets an opponent or a trained model, or watches two of them. Nothing is written or learnt.
"""

import argparse
import functools
import secrets
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cuttle import opponents
from cuttle.env.match import Player
from cuttle.env.render import SUIT_SIGNS, board, card_sign, move_text, rules_text
from cuttle.env.vector import DealtGames
from cuttle.game.cards import cards_of
from cuttle.game.moves import legal_moves, move_key
from cuttle.game.rules import points
from cuttle.game.state import random_decks
from cuttle.game.variants import PRESETS, Rules

HINT = "Type a number from 1 to {}, b for the board, ? for help or q to leave."
LONGEST_PAUSE_S = 60


class Chair(NamedTuple):
    """Who sits at one side of the table."""

    name: str
    player: Player | None  # None is the person at the keyboard


class Left(Exception):
    """The person has left the table."""


def load_model(run_dir: Path, rules_name: str) -> Player:
    """Load the final network of a run as a player.

    Raises ValueError where there is none, or one trained under other rules.
    """
    from cuttle.experiment import build_rules
    from cuttle.runs.layout import CONFIG_FILE, FINAL_MODEL_FILE
    from cuttle.runs.yaml_file import read_yaml

    missing = [name for name in (CONFIG_FILE, FINAL_MODEL_FILE) if not (run_dir / name).is_file()]
    if missing:
        raise ValueError(
            f"{run_dir} has no {' and no '.join(missing)}; give the directory of a completed run"
        )
    try:
        config = read_yaml(run_dir / CONFIG_FILE)
        rules = build_rules(config["rules"])
        player = _read_player(config, run_dir / FINAL_MODEL_FILE)
    except Exception as error:  # a damaged file fails in many ways
        reason = textwrap.shorten(f"{type(error).__name__}: {error}", 160)  # characters
        raise ValueError(f"{run_dir} cannot be loaded: {reason}") from error
    if rules != PRESETS[rules_name]:
        name = next((name for name, preset in PRESETS.items() if preset == rules), None)
        trained = f"the rules {name}" if name else "rules of its own"
        way_out = f"add --rules {name}" if name else "no --rules names these"
        raise ValueError(f"{run_dir} was trained by {trained}, not {rules_name}; {way_out}")
    return player


def _read_player(config: dict[str, Any], model: Path) -> Player:
    """Build the network of a config with the weights of a file."""
    import torch  # a second to import, and needed for models only

    from cuttle.env.observation import split
    from cuttle.experiment import build_network
    from cuttle.training.player import GreedyPlayer

    network = build_network(config)
    network.load_state_dict(torch.load(model, weights_only=True)["weights"])
    network.eval()

    def q_values(observation: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            values: np.ndarray = network(*map(torch.from_numpy, split(observation))).numpy()
        return values

    return GreedyPlayer(q_values, over_suits=config["training"]["evaluation"]["over_suits"])


def say(text: str = "") -> None:
    """Print a line, with letters for suits where the terminal has no signs for them."""
    try:
        SUIT_SIGNS["S"].encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        for letter, sign in SUIT_SIGNS.items():
            text = text.replace(sign, letter)
    print(text, flush=True)


def ask(keys: list[str], rules: Rules, show_board: Callable[[], None]) -> str:
    """Let the person choose among move keys, asking until the answer is one; may raise Left."""
    choices = {str(number): key for number, key in enumerate(keys, 1)}
    for number, key in choices.items():
        say(f"  {number:>2}  {move_text(key)}")
    while True:
        try:
            answer = input("your move> ").strip().lower()
        except (EOFError, KeyboardInterrupt):
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
            say(f"{chair.name}: {move_text(key)} (nothing else is possible)")
        else:
            self._show()
            key = ask(keys, self._rules, self._show)
            say(f"{chair.name}: {move_text(key)}")
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
        self._tell(f"{chair.name}: {move_text(move_key(before, actions))}")

    def _names(self) -> tuple[str, str]:
        return self._chairs[0].name, self._chairs[1].name

    def _show(self) -> None:
        names = self._names()
        say("\n" + board(self._games.games[0], self._rules, viewer=self._viewer, names=names))

    def _tell(self, text: str) -> None:
        if self._viewer is not None or self._pause_s is not None:
            say(text)


def parse(argv: list[str] | None) -> tuple[argparse.Namespace, list[Chair]]:
    """Read the command line; return it with the chairs, the one who moves first in front."""
    parser = argparse.ArgumentParser(
        prog="python -m cuttle.play",
        description="Play Cuttle against an opponent or a trained model, or watch two of them.",
    )
    add = functools.partial(parser.add_argument, action="append", dest="players", default=[])
    add(
        "--opponent",
        metavar="NAME",
        type=lambda name: ("opponent", name),
        help=f"one of {', '.join(opponents.names())}; default gap_maximizer",
    )
    add("--model", metavar="RUN_DIR", type=lambda path: ("model", path), help="a completed run")
    parser.add_argument("--watch", action="store_true", help="watch two of these play each other")
    parser.add_argument("--dealer", action="store_true", help="deal in the first game, move second")
    parser.add_argument(
        "--games", type=_number(int, least=1), default=1, help="seats alternate; then a summary"
    )
    parser.add_argument(
        "--seed", type=_number(int, least=0), help="the same seed gives the same deals"
    )
    parser.add_argument("--rules", choices=list(PRESETS), default="cuttle_cards")
    parser.add_argument(
        "--pause",
        type=_number(float, least=0, most=LONGEST_PAUSE_S),
        default=1.0,
        help="seconds a move, watching one game",
    )
    arguments = parser.parse_args(argv)
    if len(arguments.players) > (2 if arguments.watch else 1):
        parser.error("give one of --opponent and --model (two with --watch)")
    players = arguments.players or [("opponent", "gap_maximizer")]
    try:
        chairs = [_chair(kind, name, arguments.rules) for kind, name in players]
    except ValueError as error:
        parser.error(str(error))
    chairs = (chairs * 2)[:2] if arguments.watch else [Chair("you", None), chairs[0]]
    if chairs[0].name == chairs[1].name:
        chairs = [chair._replace(name=f"{chair.name} {i}") for i, chair in enumerate(chairs, 1)]
    return arguments, chairs[::-1] if arguments.dealer else chairs


def _number(
    kind: type[int] | type[float], *, least: int, most: int | None = None
) -> Callable[[str], float]:
    """Make a reader of command-line numbers within bounds."""
    bounds = f"at least {least}" if most is None else f"from {least} to {most}"

    def read(text: str) -> float:
        value = kind(text)
        if not (value >= least and (most is None or value <= most)):  # true of nan
            raise argparse.ArgumentTypeError(f"must be {bounds}, got {text}")
        return value

    read.__name__ = kind.__name__  # argparse names it for what is no number
    return read


def _chair(kind: str, name: str, rules_name: str) -> Chair:
    if kind == "model":
        path = Path(name)
        return Chair(path.resolve().name, load_model(path, rules_name))
    return Chair(name, opponents.load(name, PRESETS[rules_name]))


def main(argv: list[str] | None = None) -> None:
    """Play the games that the command line asks for."""
    arguments, chairs = parse(argv)
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    is_shown = not arguments.watch or arguments.games == 1
    say(f"{chairs[0].name} against {chairs[1].name}; --seed {seed} deals these games again.")
    score = {chair.name: 0 for chair in chairs} | {"draws": 0}
    played = 0
    try:
        for number in range(arguments.games):
            table = Table(
                (chairs[number % 2], chairs[1 - number % 2]),
                PRESETS[arguments.rules],
                seed=[seed, number],
                pause_s=arguments.pause if is_shown else None,
            )
            winner = table.play()
            table.show_end(winner)
            score["draws" if winner < 0 else chairs[(number + winner) % 2].name] += 1
            played += 1
    except (Left, KeyboardInterrupt):
        say("You left the table.")
    if arguments.games > 1:
        say(f"{played} games: {', '.join(f'{name} {count}' for name, count in score.items())}")


if __name__ == "__main__":
    main()
