"""Formatting of numbers, names, paths, commands: in one way for every output."""

import errno
import json
import math
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cuttle.runs.layout import PACKAGE_DIR

MAX_NAMES = 12
LEAST_P = 0.001
BORDER_P = 0.05  # p-values at either side of it must not look alike,
MAX_PLACES = 5  # unless rounding alone separates them
MINUS = "\N{MINUS SIGN}"
# Control characters but tab and newline, and those that reverse the direction of writing: stored
# text must not steer a terminal.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PLAIN = re.compile(r"[\w./+-]+", re.ASCII)
_YAML_WORDS = {"", "null", "true", "false", "yes", "no", "on", "off", "~"}
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Where an error of the system that names no file can only have happened: ours name theirs.
_NAMELESS_PLACES = {errno.ENOENT: "the working directory", errno.ENOSPC: "standard output"}


def pluralize(number: int, noun: str) -> str:
    """Format a count with its noun: `1 run`, `7 runs`, `1,000 games`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def truncate(names: Sequence[str], limit: int = MAX_NAMES) -> str:
    """List names, only the first of many: `a, b and 5 more`."""
    shown, rest = ", ".join(names[:limit]), len(names) - limit
    return f"{shown} and {rest} more" if rest > 0 else shown


def join_words(names: Iterable[str]) -> str:
    """List names in a sentence: `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def format_duration(seconds: float | None) -> str:
    """Format a duration: `42 s`, `3 min 05 s`, `2 h 07 min`, `1 d 02 h`; empty if unknown."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days} d {hours_left:02d} h"
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def format_percent(rate: float | None, *, signed: bool = False, unit: bool = True) -> str:
    """Format a rate, 0 to 1, as `70.0%`, without unit where a table names it; empty if missing."""
    text = format_number(None if rate is None else 100 * rate, 1, signed=signed)
    return f"{text}%" if text and unit else text


def format_points(difference: float | None) -> str:
    """Format a difference of rates in a sentence: `6.0 points`."""
    return f"{format_percent(difference, unit=False)} points"


def format_interval(low: float | None, high: float | None, *, least: float = 0.0) -> str:
    """Format an interval in percent, without the unit, cut at what is possible: `[59.8, 64.4]`.

    least: 0 for rates, -1 for differences of rates; the most is 1
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    ends = [format_percent(end, unit=False) for end in (max(least, low), min(1.0, high))]
    return f"[{', '.join(ends)}]"


def format_number(value: float | None, places: int = 2, *, signed: bool = False) -> str:
    """Format a number with a true minus sign; rounded to zero it has no sign; empty if missing."""
    if value is None or math.isnan(value):
        return ""
    text = f"{value:{'+' if signed else ''},.{places}f}"
    return text.replace("-", MINUS) if text.strip("+-0.,") else text.lstrip("+-")


def format_p(p: float | None) -> str:
    """Format a p-value: `.023`, `<.001`, `.0498`; empty if missing."""
    if p is None or math.isnan(p):
        return ""
    places = 3
    while places < MAX_PLACES and p != BORDER_P == round(p, places):
        places += 1
    return "<.001" if p < LEAST_P else f"{p:.{places}f}".removeprefix("0")


def format_p_claim(p: float) -> str:
    """Format a p-value in a sentence: `p = .023`, `p < .001`."""
    return "p < .001" if p < LEAST_P else f"p = {format_p(p)}"


def format_value(value: Any) -> str:
    """Format a value of a config as YAML and Hydra read it; texts that could be misread quoted."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _is_ambiguous(value) else value
    if isinstance(value, dict):  # Hydra takes no quoted keys
        return f"{{{', '.join(f'{key}: {_in_mapping(item)}' for key, item in value.items())}}}"
    if value is None or isinstance(value, bool | int | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return repr(value)


def _in_mapping(value: Any) -> str:
    """Format a value inside a mapping, where Hydra takes commas and braces for its own."""
    if isinstance(value, list):
        return f"[{', '.join(map(_in_mapping, value))}]"
    return format_word(value) if isinstance(value, str) else format_value(value)


def format_word(text: str) -> str:
    """Quote a text for Hydra unless it is plainly one word."""
    return format_value(text) if _PLAIN.fullmatch(text) else '"{}"'.format(text.replace('"', '\\"'))


def _is_ambiguous(text: str) -> bool:
    """Return whether an unquoted text would read as something else, or as two words."""
    if text.lower() in _YAML_WORDS or text != text.strip() or not text.isprintable():
        return True
    try:
        float(text.replace("_", ""))
    except ValueError:
        return False
    return True


def printable(text: str) -> str:
    """Replace every character that would steer a terminal."""
    return _STEERING.sub(_REPLACEMENT, text)


def format_os_error(error: OSError) -> str:
    """Name the place of an error of the system, and what is wrong there."""
    place = error.filename or _NAMELESS_PLACES.get(error.errno or 0)
    return f"{place}: {error.strerror}" if place else error.strerror or str(error)


def python_command(program: str, *words: object) -> str:
    """Format a call of a program, `-m` or a script of this checkout, that works where one is.

    The interpreter is named by its path unless its environment is active.
    """
    found, executable = shutil.which("python"), Path(sys.executable)
    is_active = found is not None and os.path.dirname(found) == str(executable.parent)
    python = "python" if is_active else relative_path(executable)
    script = PACKAGE_DIR.parent / program
    shown = relative_path(script) if script.is_file() else program
    return shlex.join([python, shown, *map(str, words)])


def relative_path(path: Path) -> str:
    """Format a path from the working directory where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
