"""What the console of both sides says alike: counts, durations, the next command. No results."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

MAX_NAMES = 12


def count(number: int, noun: str) -> str:
    """Spell a count: `1 run`, `7 runs`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """Spell a duration: `42 s`, `3 min 05 s`, `26 h 07 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def some(names: Sequence[str], limit: int = MAX_NAMES) -> str:
    """List names, the first of many: `a, b and 5 more`."""
    shown_names, rest = ", ".join(names[:limit]), len(names) - limit
    return f"{shown_names} and {rest} more" if rest > 0 else shown_names


def python() -> str:
    """Name this interpreter as one would type it: by its path unless its environment is active."""
    found, executable = shutil.which("python"), Path(sys.executable)
    is_active = found is not None and os.path.dirname(found) == str(executable.parent)
    return "python" if is_active else shown(executable)


def shown(path: Path) -> str:
    """Spell a path from the working directory where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
