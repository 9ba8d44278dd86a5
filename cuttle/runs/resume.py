"""The command that resumes an experiment. Runs nothing.

The latest command that planned every run is used; later ones may have planned a part. If there is
none, the command is made of the overrides that each run was composed with, recorded beside it.
"""

import itertools
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cuttle.runs.formatting import format_value, format_word, python_command, relative_path
from cuttle.runs.layout import DEFAULT_ROOT, OVERRIDES_FILE, RunState
from cuttle.runs.reader import Experiment
from cuttle.runs.run_record import RunRecord

UNFINISHED = (RunState.PENDING, RunState.PREPARED, RunState.INTERRUPTED, RunState.FAILED)
# Of one launch, not of what is trained; the name and the place are those of today.
OF_A_LAUNCH = ("experiment", "root", "force", "init_only", "dry_run", "fail_fast")
CONFIG_OPTIONS = ("--config-", "-cd", "-cn", "-cp")
MIN_RANGE = 4  # runs in a row that are written as a range

Overrides = dict[str, str]  # by key, with its prefix: `+study` -> `input_representation`
Block = list[tuple[str, list[str]]]  # one launch: the values of each key


def resume_command(experiment: Experiment) -> str:
    """Return one line of shell that finishes every unfinished run, and trains no others.

    Empty where nothing is unfinished, where a launch is at work, or where it is not known how the
    runs were composed.
    """
    unfinished = [run for run in experiment.runs if run.state in UNFINISHED]
    if not unfinished or any(run.state is RunState.RUNNING for run in experiment.runs):
        return ""
    if whole_launch := _whole_launch(experiment):
        return whole_launch
    found = {run.run_id: read_overrides(run) for run in experiment.runs}
    composed = [found[run.run_id] or _guess(run, found.values(), experiment) for run in unfinished]
    if not all(composed):
        return ""
    # completed runs are skipped at launch: together with them the plan is often a plain product
    sound = [run for run in experiment.runs if run.state is not RunState.DAMAGED]
    whole = [found[run.run_id] for run in sound if found[run.run_id]]
    wider = [block for block in _blocks(whole + composed) if _holds_any(block, composed)]
    blocks = min(_blocks(composed), wider, key=len)
    _, words = next(_launches(experiment), (0, []))
    options, _ = split_config_options(words)
    place = _place(experiment.path)
    return " && ".join(_command(block, options, place) for block in blocks)


def _whole_launch(experiment: Experiment) -> str:
    """Return the command of the latest launch that planned all runs, as one would type it today.

    Empty where there is none, or where a damaged run would make it fail.
    """
    if any(run.state is RunState.DAMAGED for run in experiment.runs):
        return ""
    for num_runs, words in _launches(experiment):
        if num_runs == len(experiment.runs):
            options, others = split_config_options(words)
            kept = [word for word in others if word.partition("=")[0] not in OF_A_LAUNCH]
            return python_command("train.py", *options, *kept, *_place(experiment.path))
    return ""


def _launches(experiment: Experiment) -> Iterator[tuple[Any, list[str]]]:
    """Yield how many runs each launch planned, the latest first, and its words after train.py."""
    history = [entry for entry in experiment.meta.get("history", []) if isinstance(entry, dict)]
    for entry in reversed(history):
        with suppress(ValueError):  # the file may have been edited
            yield entry.get("num_runs"), shlex.split(str(entry.get("command_line")))[2:]


def split_config_options(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Separate the options of a command line that find its config, which come first, from the rest.

    Hydra takes overrides before or behind an option with a value, not both.
    """
    options: list[str] = []
    others: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if not word.startswith(CONFIG_OPTIONS):
            others.append(word)
        else:
            options += [word] if "=" in word else [word, *itertools.islice(remaining, 1)]
    return options, others


def read_overrides(run: RunRecord) -> Overrides:
    """Return the overrides a run was composed with, without those of its launch."""
    from cuttle.runs.yaml_file import read_yaml_list  # of no use where nothing is unfinished

    try:
        words = read_yaml_list(run.path / OVERRIDES_FILE)
    except (OSError, ValueError):
        return {}
    pairs = (str(word).partition("=") for word in words)
    return {key: value for key, sign, value in pairs if sign and key not in OF_A_LAUNCH}


def _guess(run: RunRecord, known: Iterable[Overrides], experiment: Experiment) -> Overrides:
    """Compose a planned run, of which nothing is left, like another one but at its own levels."""
    other = next((overrides for overrides in known if overrides), None)
    if other is None:
        return {}
    # a factor that was added after the run had been planned stands at its base
    bases = {key: f.base for key, f in experiment.factors.items() if key in other}
    levels = {key: format_value(level) for key, level in (bases | run.levels).items()}
    return {**other, **levels, "run": str(run.run)}  # in the order of the other


def _holds_any(block: Block, composed: Sequence[Overrides]) -> bool:
    values = dict(block)
    return any(
        overrides.keys() == values.keys()
        and all(value in values[key] for key, value in overrides.items())
        for overrides in composed
    )


def _blocks(composed: Sequence[Overrides]) -> list[Block]:
    """Cover runs by as few products of values as follow from their order, and by nothing else."""
    by_keys: dict[tuple[str, ...], list[Overrides]] = {}
    for overrides in composed:
        # the run number is split last, so that conditions with equal numbers come together
        keys = tuple(sorted(overrides, key=lambda key: key == "run"))
        by_keys.setdefault(keys, []).append(overrides)
    blocks: list[Block] = []
    for keys, members in by_keys.items():
        rows = dict.fromkeys(tuple(member[key] for key in keys) for member in members)
        blocks += _products(keys, list(rows))
    return blocks


def _products(keys: Sequence[str], rows: Sequence[tuple[str, ...]]) -> list[Block]:
    """Write a set of rows as products: values of the first key with equal rests share one."""
    if not keys:
        return [[]]
    rests: dict[str, list[tuple[str, ...]]] = {}
    for row in rows:
        rests.setdefault(row[0], []).append(row[1:])
    alike: dict[frozenset[tuple[str, ...]], list[str]] = {}
    for value, rest in rests.items():
        alike.setdefault(frozenset(rest), []).append(value)
    return [
        [(keys[0], values), *block]
        for values in alike.values()
        for block in _products(keys[1:], rests[values[0]])
    ]


def _command(block: Block, options: Sequence[str], place: Sequence[str]) -> str:
    is_sweep = any(len(values) > 1 for _, values in block)
    words = [f"{key}={_values(key, values)}" for key, values in block]
    return python_command("train.py", *["-m"] * is_sweep, *options, *words, *place)


def _values(key: str, values: Sequence[str]) -> str:
    numbers = [int(value) for value in values] if all(map(str.isdecimal, values)) else []
    is_row = key == "run" and len(numbers) >= MIN_RANGE
    if is_row and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"range({numbers[0]},{numbers[-1] + 1})"
    return ",".join(values)


def _place(path: Path) -> list[str]:
    """Name an experiment where it lies today."""
    where = path.resolve()
    is_default = where.parent == DEFAULT_ROOT.resolve()
    root = [] if is_default else [f"root={format_word(relative_path(where.parent))}"]
    return [f"experiment={where.name}", *root]
