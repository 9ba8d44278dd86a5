"""The command line: who sits at the table, how many games, and the score at the end."""

import argparse
import functools
import secrets
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the games begin, Ctrl-C ends this silently

from rich.console import Console
from rich.progress import track

from cuttle import opponents
from cuttle.game.variants import PRESETS
from cuttle.play.model import load_model
from cuttle.play.table import Chair, Left, Table, say
from cuttle.runs.formatting import printable
from cuttle.runs.streams import tolerate_lost_readers

LONGEST_PAUSE_S = 60


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
        help=f"one of {', '.join(opponents.names())} (default: gap_maximizer)",
    )
    add(
        "--model",
        metavar="RUN_DIR",
        type=lambda path: ("model", path),
        help="play against the agent of a completed run",
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="watch two players; name them by two of --opponent and --model",
    )
    parser.add_argument(
        "--dealer", action="store_true", help="be the dealer of the first game, who moves second"
    )
    parser.add_argument(
        "--games",
        type=_number(int, least=1),
        default=1,
        help="number of games, with alternating seats (default: 1)",
    )
    parser.add_argument(
        "--seed",
        type=_number(int, least=0),
        help="seed of the deals (default: another one every time)",
    )
    parser.add_argument(
        "--rules",
        choices=list(PRESETS),
        default="cuttle_cards",
        help="variant of the rules (default: cuttle_cards)",
    )
    parser.add_argument(
        "--pause",
        type=_number(float, least=0, most=LONGEST_PAUSE_S),
        default=1.0,
        help="seconds per move when watching a single game (default: 1)",
    )
    arguments = parser.parse_args(argv)
    if len(arguments.players) > (2 if arguments.watch else 1):
        parser.error("give one of --opponent and --model (two with --watch)")
    players = arguments.players or [("opponent", "gap_maximizer")]
    try:
        chairs = [_chair(kind, name, arguments.rules) for kind, name in players]
    except ValueError as error:
        parser.error(printable(str(error)))
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
        player = load_model(path, rules_name)
        return Chair(path.resolve().name, player)
    return Chair(name, opponents.load(name, PRESETS[rules_name]))


def _counted(games: int) -> Iterable[int]:
    """Count games that nobody sees on a terminal's progress bar."""
    bar = functools.partial(track, transient=True, console=Console(stderr=True))
    return bar(range(games), description="games played")


def main(argv: list[str] | None = None) -> None:
    """Play the games that the command line asks for."""
    arguments, chairs = parse(argv)
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    is_shown = not arguments.watch or arguments.games == 1
    say(f"{chairs[0].name} against {chairs[1].name}; --seed {seed} deals these games again.")
    if not arguments.watch:
        say("Type the number of a move, or ? for a summary of the rules.")
    score = {chair.name: 0 for chair in chairs} | {"draws": 0}
    played = 0
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for number in range(arguments.games) if is_shown else _counted(arguments.games):
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
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader may leave, as `| head` does
    tolerate_lost_readers()
    main()
