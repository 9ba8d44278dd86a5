"""Differences of settings, as frames: between experiments, runs and files, or inside an experiment.

Settings come as a long frame: a row per `side`, `run` and `key`, with the run's `condition` and its
`value`, which is ABSENT where the run lacks the key. They are compared as a wide frame: a row per
`key` and `where` it was compared (a condition, LEVELS, or empty for everywhere), a column per side.
"""

import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from cuttle.config.roles import neutral_values
from cuttle.runs.diff import ABSENT, IGNORED_KEYS, Flat, canonical, flatten, is_below, subtree
from cuttle.runs.formatting import format_value, truncate
from cuttle.runs.layout import CONFIG_FILE, run_name
from cuttle.runs.locate import find_side, is_run
from cuttle.runs.reader import Factor, read_experiment
from cuttle.runs.run_record import NOT_STARTED, RunRecord
from cuttle.runs.yaml_file import read_yaml

# Identity of a run and what its seed alone decides: different in every run, never a difference.
OWN_METADATA = (
    "schema", "run_id", "condition", "levels", "network_type", "run", "seed", "command_line", "pid",
    "initial_q_sd", "parameters", "sha256",
)  # fmt: skip
MAX_VALUES = 6  # of one side in a table
LEVELS = "levels"  # in place of a condition: the key is a factor, the cells are its levels

# Distinct values of one side by their meaning, each with the runs that have it.
Cell = Mapping[Hashable, tuple[Any, Sequence[str]]]
NO_RUNS: Cell = {canonical(ABSENT): (ABSENT, ())}


class Kind(StrEnum):
    """What an argument of diff turned out to be."""

    EXPERIMENT = "experiment"
    RUN = "run"
    FILE = "file"


class Member(NamedTuple):
    """One run of a side, or a file: its settings and its origin by dotted key."""

    run_id: str
    condition: str
    levels: Mapping[str, Any]
    config: Flat
    provenance: Flat


@dataclass(frozen=True)
class Side:
    """One argument of a comparison, read; `notes` say what could not be.

    choices: the option of each config group that the base was composed of
    names: what the comparison calls a condition, by its label here
    """

    label: str
    kind: Kind
    path: Path
    members: tuple[Member, ...]
    records: tuple[RunRecord, ...] = ()
    factors: Mapping[str, Factor] = field(default_factory=dict)
    choices: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def condition(self, label: str) -> str:
        """Return what the comparison calls a condition of this side."""
        return self.names.get(label, label)

    def run_id(self, record: RunRecord) -> str:
        """Return what the comparison calls a run of this side."""
        name = self.condition(record.condition)
        return record.run_id if name == record.condition else run_name(name, record.run)

    def level(self, member: Member, name: str) -> Any:
        """Return a run's level of a factor; of a side without it, the value of the key."""
        section = subtree(member.config, name) or ABSENT
        base = self.factors[name].base if name in self.factors else self.choices.get(name, section)
        return member.levels.get(name, member.config.get(name, base))


def open_side(root: Path, text: str) -> Side:
    """Read the YAML file, run or experiment that an argument means."""
    path = find_side(root, text)
    if not os.path.exists(text):  # a name or a part of one: say which it was
        text = path.name if path.parent == root else f"{path.parent.name}/{path.name}"
    if path.is_file():
        return Side(text, Kind.FILE, path, (_document(read_yaml(path)),))
    if is_run(path):
        read_yaml(path / CONFIG_FILE)  # of a run, a config that cannot be read is no side
        return _of_records(text, Kind.RUN, path, [RunRecord(path)])
    experiment = read_experiment(path)
    if any(os.path.exists(record.path / CONFIG_FILE) for record in experiment.runs):
        side = _of_records(text, Kind.EXPERIMENT, path, experiment.runs)
        choices = experiment.meta.get("choices")
        known = choices if isinstance(choices, dict) else {}
        return replace(side, factors=experiment.factors, choices=known)
    base = experiment.meta.get("base_config")
    if not isinstance(base, dict):
        why = "; ".join(experiment.problems) or "it has no configuration yet"
        raise ValueError(f"{path}: nothing to compare: {why}")
    note = f"{text}: no run is prepared yet; its base configuration is compared"
    return Side(text, Kind.EXPERIMENT, path, (_document(base),), notes=(note,))


def _document(config: Mapping[str, Any]) -> Member:
    return Member("", "", {}, flatten(config), {})


def _of_records(label: str, kind: Kind, path: Path, records: Sequence[RunRecord]) -> Side:
    """Make a side of the runs that have a configuration; name those without."""
    members = []
    without: dict[str, list[str]] = {}
    for record in records:
        is_begun = record.state not in NOT_STARTED
        if record.config:
            known = record.metadata if is_begun else {}  # half of it comes at the start
            origin = flatten({k: v for k, v in known.items() if k not in OWN_METADATA})
            config = {**neutral_values(), **flatten(record.config)}
            members.append(Member(record.run_id, record.condition, record.levels, config, origin))
        else:
            is_damaged = is_begun or os.path.exists(record.path / CONFIG_FILE)
            reason = f"{CONFIG_FILE} cannot be read" if is_damaged else "not prepared yet"
            without.setdefault(reason, []).append(record.run_id)
    notes = [f"{label}: {reason}, excluded: {truncate(runs)}" for reason, runs in without.items()]
    return Side(label, kind, path, tuple(members), tuple(records), notes=tuple(notes))


def aligned(sides: Sequence[Side]) -> list[Side]:
    """Return sides that call conditions of equal levels alike: a label depends on the base.

    The name is the first label; where that has other levels already, with the levels behind it.
    Sides that record too little for that keep their labels.
    """
    factors = list(dict.fromkeys(name for side in sides for name in side.factors))
    groups = {name for side in sides for name in side.choices}
    unknown = [
        name for side in sides for name in factors
        if name in groups and name not in side.factors and name not in side.choices
    ]  # fmt: skip
    if not factors or unknown or not all(side.factors for side in sides):
        return list(sides)
    names: dict[Hashable, str] = {}
    found = []
    for side in sides:
        mine: dict[str, str] = {}
        for label, levels in _levels_by_label(side, factors).items():
            name, key = label, canonical(levels)
            if key not in names and name in names.values():
                name += f" ({', '.join(f'{f}={format_value(x)}' for f, x in levels.items())})"
            mine[label] = names.setdefault(key, name)
        if len(set(mine.values())) < len(mine):
            return list(sides)
        members = tuple(m._replace(condition=mine[m.condition]) for m in side.members)
        found.append(replace(side, members=members, names=mine))
    return found


def _levels_by_label(side: Side, factors: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the levels of the conditions of a side; of those without a config, as planned."""
    found = {
        record.condition: {f: record.levels.get(f, side.factors[f].base) for f in factors}
        for record in side.records
        if side.factors.keys() >= set(factors)
    }
    return found | {m.condition: {f: side.level(m, f) for f in factors} for m in side.members}


def compare(sides: Sequence[Side]) -> pd.DataFrame:
    """Return the wide frame of all settings; experiments are joined on their conditions.

    What belongs to a factor is compared where all sides have the condition, so that types which
    one side lacks do not drown the difference; and once, where it is the same in all of them.
    """
    long = _long(sides, [[member.config for member in side.members] for side in sides])
    factors = {name: factor for side in sides for name, factor in side.factors.items()}
    if not factors or not all(side.factors or side.kind is Kind.RUN for side in sides):
        return _wide(long.assign(where=""), len(sides))
    is_owned = _is_below(long, [key for factor in factors.values() for key in factor.keys])
    owned = long.assign(where=long["condition"])[is_owned]
    has_all = owned.groupby("condition")["side"].transform("nunique") == len(sides)
    owned = owned[has_all]
    by_condition = _wide(owned, len(sides)).map(frozenset).groupby("key").nunique()
    is_same = owned["key"].isin(by_condition.index[(by_condition == 1).all(axis=1)])
    parts = [long.assign(where="")[~is_owned], owned.assign(where=owned["where"].mask(is_same, ""))]
    if all(side.factors for side in sides):
        levels = [[{f: side.level(m, f) for f in factors} for m in side.members] for side in sides]
        parts.append(_long(sides, levels).assign(where=LEVELS))
    return _wide(pd.concat(parts), len(sides))


def compare_provenance(sides: Sequence[Side]) -> tuple[pd.DataFrame, list[str]]:
    """Return the wide frame of versions, host and commit, and which sides record none."""
    known = [
        replace(side, members=tuple(m for m in side.members if m.provenance)) for side in sides
    ]
    unrecorded = [side.label for side in known if not side.members]
    documents = [[] if unrecorded else [m.provenance for m in side.members] for side in known]
    return _wide(_long(known, documents).assign(where=""), len(sides)), unrecorded


def inside(side: Side) -> dict[str, pd.DataFrame]:
    """Return what varies inside an experiment: per factor a wide frame with a column per level.

    Under an empty name: what no factor explains, with a single column.
    """
    configs = [member.config for member in side.members]
    long = _long([side], [configs]).drop(columns="side")
    found = {}
    for name, factor in side.factors.items():
        levels = _cell((side.level(member, name), member.run_id) for member in side.members)
        if len(levels) > 1:
            place = {run: n for n, (_, runs) in enumerate(levels.values()) for run in runs}
            own = long[_is_below(long, factor.keys)]
            table = _wide(own.assign(where="", side=own["run"].map(place)), len(levels))
            heads = [format_value(level) for level, _ in levels.values()]
            found[name] = different(table).set_axis(heads, axis="columns")
    is_owned = _is_below(long, [key for factor in side.factors.values() for key in factor.keys])
    rest = long.assign(where=long["condition"].where(is_owned, ""), side=0)
    mixed = _wide(rest[~_is_below(long, [*IGNORED_KEYS, "seed"])], 1)
    mixed = mixed[mixed[0].map(len) > 1].groupby("key", as_index=False, sort=False).head(1)
    return found | ({"": mixed.set_axis(["values"], axis="columns")} if len(mixed) else {})


def different(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a wide frame in which sides differ."""
    return table[table.map(frozenset).nunique(axis="columns") > 1]


def kinds(table: pd.DataFrame) -> list[str]:
    """Return how each row differs; among more than two sides only `changed` has a meaning."""
    names = {(True, False): "added", (False, True): "removed"}
    is_absent = table.map(lambda cell: cell.keys() == NO_RUNS.keys())
    return [names.get(row, "changed") for row in is_absent.itertuples(index=False, name=None)]


def cell_text(cell: Cell, brackets: str = "{}") -> str:
    """Format the values of one side, several of them in brackets."""
    texts = [format_value(value) for value, _ in cell.values()]
    if len(texts) == 1:
        return texts[0]
    rest = len(texts) - MAX_VALUES
    listed = ", ".join(texts[:MAX_VALUES]) + f" and {rest} more" * (rest > 0)
    return f"{brackets[:1]}{listed}{brackets[1:]}"


def _long(sides: Sequence[Side], documents: Sequence[Sequence[Flat]]) -> pd.DataFrame:
    """Return the long frame of the documents of each side's members."""
    keys = dict.fromkeys(key for of_side in documents for flat in of_side for key in flat)
    rows = [
        (number, member.run_id, member.condition, key, flat.get(key, ABSENT))
        for number, (side, of_side) in enumerate(zip(sides, documents, strict=True))
        for member, flat in zip(side.members if of_side else (), of_side, strict=True)
        for key in keys
    ]
    return pd.DataFrame(rows, columns=["side", "run", "condition", "key", "value"], dtype=object)


def _wide(long: pd.DataFrame, num_sides: int) -> pd.DataFrame:
    """Return the wide frame of a long one that has `where`; a side without runs is absent."""
    entries = pd.Series([*zip(long["value"], long["run"], strict=True)], index=long.index)
    cells = entries.groupby([long["key"], long["where"], long["side"]]).agg(_cell).unstack("side")
    cells = cells.reindex(columns=range(num_sides))
    return cells.map(lambda cell: cell if isinstance(cell, dict) else NO_RUNS)


def _cell(entries: Iterable[tuple[Any, str]]) -> Cell:
    cell: dict[Hashable, tuple[Any, list[str]]] = {}
    for value, run_id in entries:
        cell.setdefault(canonical(value), (value, []))[1].append(run_id)
    return cell


def _is_below(long: pd.DataFrame, names: Sequence[str]) -> "pd.Series[bool]":
    below = {key: is_below(key, names) for key in long["key"].unique()}
    return long["key"].map(below).astype(bool)
