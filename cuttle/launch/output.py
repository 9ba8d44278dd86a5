"""Progress through many items."""

import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
MANY = 60  # items that take longer than two seconds


def with_progress(items: Sequence[Item], doing: str) -> Iterable[Item]:
    """Iterate over items; if there are many, show a bar on a terminal and one line elsewhere."""
    if len(items) < MANY:
        return items
    if not sys.stdout.isatty():
        print(f"{doing}: {len(items)}", flush=True)
        return items
    from rich.progress import track  # 0.1 s

    return track(items, doing, transient=True)
