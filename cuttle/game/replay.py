"""Replay recorded games: `python -m cuttle.game.replay FILE.jsonl.gz ...`."""

import signal
import sys
from pathlib import Path
from typing import TextIO

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends this silently

from cuttle.game.conformance.compare import compare_files

SHOWN_DIFFERENCES = 10


def _say(text: str, stream: TextIO) -> None:
    """Print a line; what a file names may neither steer the terminal nor be beyond it."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    encoding = getattr(stream, "encoding", None) or "ascii"
    print(shown.encode(encoding, "replace").decode(encoding), file=stream)


def main(arguments: list[str]) -> int:
    """Replay the files named on the command line.

    Returns 0 without a difference, 1 with some, 2 where nothing could be compared.
    """
    try:
        if not arguments:
            raise ValueError("no file given")
        comparison = compare_files([Path(argument) for argument in arguments])
    except ValueError as error:
        usage = "usage: python -m cuttle.game.replay FILE.jsonl.gz ..."
        _say(f"{error}; {usage}", sys.stderr)
        return 2
    for text in comparison.differences[:SHOWN_DIFFERENCES]:
        _say(text, sys.stdout)
    _say(comparison.summary(), sys.stdout)
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
