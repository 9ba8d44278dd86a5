"""What the console of both sides says alike: counts, durations, the next command. No results."""

import os
import shutil
import sys
from pathlib import Path


def plural(count: int) -> str:
    """Count runs in words."""
    return f"{count} run" if count == 1 else f"{count} runs"


def duration(seconds: float) -> str:
    """Write a duration the way people say it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def summed_up(changes: list[str], limit: int = 3) -> str:
    """List changes of settings, at most a line of them."""
    rest = len(changes) - limit
    return ", ".join(changes[:limit]) + (f" and {rest} more" if rest > 0 else "")


def python() -> str:
    """Name this interpreter as one would type it: by its path unless its environment is active."""
    found, executable = shutil.which("python"), Path(sys.executable)
    is_active = found is not None and os.path.dirname(found) == str(executable.parent)
    return "python" if is_active else shown(executable)


def shown(path: Path) -> str:
    """Spell a path from the working directory where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
