"""The keys of the config as text: for `train.py --help` and for docs/configuration.md."""

import itertools
import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cuttle.config.keys import Key, Role, fields_of, walk
from cuttle.config.schema import Config

HELP_WIDTH = 96  # characters
NAME_WIDTH = 29
NO_BREAK_SPACE = "\u00a0"
ROLES = {
    Role.METHOD: "what is trained and measured; equal in all runs of a condition",
    Role.SEED: "which run of its condition it is",
    Role.COMPUTE: "where it is computed; changes rounding at most",
    Role.DESIGN: "how seeds are drawn and results are read",
    Role.NAMING: "what the experiment is called",
    Role.EXECUTION: "how a launch is carried out; changes no number",
}
TITLE = """\
# Configuration

Every key of the config with its type, its range and its default. `python train.py --help` prints
the same for the values of its command line. This page is generated from `cuttle/config/schema.py`
and `conf/`: `make pages` writes it.
"""
GROUPS = """\
## Groups

A group is a folder of `conf/`. `GROUP=OPTION` on the command line selects one of its files; a
study is added with `+study=OPTION`.

| group | option | what it is |
|---|---|---|"""

ValueOf = Callable[[str], Any]  # the value of a dotted key


def help_keys(value_of: ValueOf) -> str:
    """Return every key for a terminal, section by section."""
    lines: list[str] = []
    for section, keys in _sections():
        if section is not None:
            lines += ["", *textwrap.wrap(f"{section.name}: {section.meaning}", HELP_WIDTH)]
        for key in keys:
            lines += _help_lines(key, value_of(key.name))
    return "\n".join(lines)


def _help_lines(key: Key, value: Any) -> list[str]:
    name, kept_together = key.name.rpartition(".")[2], _type(key).replace(" ", NO_BREAK_SPACE)
    lines = textwrap.wrap(
        f"{key.meaning} [{kept_together}] {_shown(value)}",
        HELP_WIDTH,
        initial_indent=f"  {name}".ljust(NAME_WIDTH),
        subsequent_indent=" " * NAME_WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(NO_BREAK_SPACE, " ") for line in lines]


def markdown(value_of: ValueOf, conf: Path) -> str:
    """Return docs/configuration.md for the defaults and the options in `conf`."""
    lines = [TITLE, GROUPS, *_options(conf), ""]
    for section, keys in _sections():
        lines += [f"## `{section.name}`\n\n{section.meaning}" if section else "## Top level"]
        lines += [*_table(keys, value_of), ""]
    lines += ["## Roles\n", "| role | what depends on such a key |", "|---|---|"]
    lines += [f"| {role} | {meaning} |" for role, meaning in ROLES.items()]
    return "\n".join(lines) + "\n"


def _table(keys: list[Key], value_of: ValueOf) -> Iterator[str]:
    """Yield the table of a section; a role that all its keys share is named above it."""
    roles = {key.role for key in keys}
    is_mixed = len(roles) > 1
    yield "" if is_mixed else f"Role: {roles.pop()}.\n"
    columns = ["key", "type", "default", *(["role"] if is_mixed else []), "meaning"]
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for key in keys:
        cells = [f"`{key.name}`", _type(key), f"`{_shown(value_of(key.name))}`"]
        cells += [key.role] if is_mixed else []
        yield f"| {' | '.join([*cells, key.meaning])} |"


def _sections() -> Iterator[tuple[Key | None, list[Key]]]:
    """Yield each section that has values of its own, with these; None for the top level."""
    yield None, [key for key in fields_of(Config).values() if key.section is None]
    for section in walk(Config):
        if section.section is not None:
            keys = fields_of(section.section, section.name, section.role).values()
            yield section, [key for key in keys if key.section is None]


def _options(conf: Path) -> Iterator[str]:
    for path in sorted(conf.glob("*/*.yaml")):
        lines = path.read_text("utf-8").splitlines()
        opening = itertools.takewhile(lambda line: line.startswith("# "), lines)
        about = [line.removeprefix("# ") for line in opening if not line.startswith("# @package")]
        yield f"| `{path.parent.name}` | `{path.stem}` | {' '.join(about)} |"


def _type(key: Key) -> str:
    """Return type and range in words."""
    limits = str(key.limits)
    if key.value_type is str:
        return limits or key.kind
    kind = key.kind.removeprefix("a ")
    return f"{kind}, {limits}" if limits else kind


def _shown(value: Any) -> str:
    """Return a value as it would be written in YAML, on one line."""
    return value if isinstance(value, str) and value else json.dumps(value)
