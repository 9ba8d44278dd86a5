"""Replay recorded games: `python -m cuttle.game.replay FILE.jsonl.gz ...`."""

import sys
from pathlib import Path

from cuttle.game.conformance.compare import compare_files

SHOWN_DIFFERENCES = 10


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
        print(f"{error}; {usage}", file=sys.stderr)
        return 2
    for text in comparison.differences[:SHOWN_DIFFERENCES]:
        print(text)
    print(comparison.summary())
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
