"""Shared console output: a console, tables, states, JSON."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cuttle.runs.formatting import printable
from cuttle.runs.layout import RunState

GAP = "  "  # between columns
PIPE_WIDTH = 100_000  # a pipe has no edge: lines are not folded there
STATE_STYLES = {
    RunState.PENDING: "dim",
    RunState.PREPARED: "dim",
    RunState.RUNNING: "bold blue",
    RunState.COMPLETED: "green",
    RunState.FAILED: "bold red",
    RunState.INTERRUPTED: "yellow",
    RunState.DAMAGED: "bold red",
}


class SafeConsole(Console):
    """A console whose terminal stored text cannot steer: names and messages come from files."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Render as usual, with every control character in a text replaced."""
        for segment in super().render(renderable, options):
            is_code = segment.control is not None
            yield segment if is_code else segment._replace(text=printable(segment.text))


def make_console() -> Console:
    """Make a console for stdout: as wide as a terminal, plain and unfolded in a pipe."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    # brackets and colons in stored text are no markup
    return SafeConsole(width=width, highlight=False, markup=False, emoji=False)


def plain_table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    """Make a table without lines; the columns named in `right` hold numbers."""
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in right else "left",
            header_style="bold",
            overflow="fold",
        )
    return table


def aligned(columns: Sequence[str], rows: Sequence[Sequence[Text]], *, num_left: int) -> Text:
    """Format a long table as one text: the first `num_left` columns left, the others right.

    Rich's own tables fold rows and take a millisecond per row.
    """
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    page = Text(no_wrap=True, overflow="ellipsis", end="")
    for line in ([Text(name, "bold") for name in columns], *rows):
        for place, (cell, width) in enumerate(zip(line, widths, strict=True)):
            pad = " " * (width - len(cell))
            page.append(GAP if place else "")
            for part in (cell, pad) if place < num_left else (pad, cell):
                page.append(part)
        page.append("\n")
    return page


def print_json(document: Any, *, compact: bool = False) -> None:
    """Write a strict JSON document to stdout; compact makes it one line."""
    indent = None if compact else 2
    sys.stdout.write(json.dumps(document, indent=indent, allow_nan=False) + "\n")
    sys.stdout.flush()
