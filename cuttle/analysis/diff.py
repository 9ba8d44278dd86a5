"""Differences of settings: between experiments, runs and files, or inside an experiment.

Experiments are joined on their conditions: what belongs to a factor is compared where both sides
have the condition, so that types which one side lacks do not drown the difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from cuttle.config.roles import neutral_values
from cuttle.runs.diff import ABSENT, IGNORED_KEYS, Flat, canonical, differing, flatten, is_below
from cuttle.runs.formatting import format_value, truncate
from cuttle.runs.layout import CONFIG_FILE, RunState
from cuttle.runs.locate import find_side, is_run
from cuttle.runs.reader import Factor, RunRecord, read_experiment
from cuttle.runs.yaml_file import read_yaml

# Identity of a run and what its seed alone decides: different in every run, never a difference.
OWN_METADATA = (
    "schema", "run_id", "condition", "levels", "network_type", "run", "seed", "command_line", "pid",
    "initial_q_sd", "parameters", "sha256",
)  # fmt: skip
NOT_STARTED = (RunState.PENDING, RunState.PREPARED)
NOTHING: tuple[tuple[Any, tuple[str, ...]], ...] = ((ABSENT, ()),)

MAX_VALUES = 6  # of one side in a table
LEVELS = "levels"  # in place of a condition: the key is a factor, the cells are its levels

Cell = tuple[tuple[Any, tuple[str, ...]], ...]  # distinct values, each with the runs that have it


class Kind(StrEnum):
    """What an argument of diff turned out to be."""

    EXPERIMENT = "experiment"
    RUN = "run"
    FILE = "file"


class Difference(NamedTuple):
    """A key whose values differ, with a cell per side.

    where: the condition it was compared in, or LEVELS; empty for all conditions
    """

    key: str
    where: str
    cells: tuple[Cell, ...]

    @property
    def kind(self) -> str:
        """How the key differs; among more than two sides only `changed` has a meaning."""
        absent = [all(value is ABSENT for value, _ in cell) for cell in self.cells]
        names = {(True, False): "added", (False, True): "removed"}
        return names.get(tuple(absent), "changed")  # type: ignore[arg-type]  # of any length


class Member(NamedTuple):
    """The settings of one run, or of a file, by dotted key."""

    run_id: str
    condition: str
    levels: Mapping[str, Any]
    config: Flat
    provenance: Flat


@dataclass(frozen=True)
class Side:
    """One argument of a comparison, read; `notes` say what could not be.

    choices: the option of each config group that the base was composed of
    """

    label: str
    kind: Kind
    path: Path
    members: tuple[Member, ...]
    records: tuple[RunRecord, ...] = ()
    factors: Mapping[str, Factor] = field(default_factory=dict)
    choices: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def open_side(root: Path, text: str) -> Side:
    """Read the YAML file, run or experiment that an argument means."""
    path = find_side(root, text)
    if not Path(text).exists():  # a name or a part of one: say which it was
        text = path.name if path.parent == root else f"{path.parent.name}/{path.name}"
    if path.is_file():
        return Side(text, Kind.FILE, path, (_document(read_yaml(path)),))
    if is_run(path):
        read_yaml(path / CONFIG_FILE)  # of a run, a config that cannot be read is no side
        return _of_records(text, Kind.RUN, path, [RunRecord(path)])
    experiment = read_experiment(path)
    if any((record.path / CONFIG_FILE).exists() for record in experiment.runs):
        side = _of_records(text, Kind.EXPERIMENT, path, experiment.runs)
        choices = experiment.meta.get("choices")
        known = choices if isinstance(choices, dict) else {}
        return replace(side, factors=experiment.factors, choices=known)
    base = experiment.meta.get("base_config")
    if not isinstance(base, dict):
        raise ValueError(f"{path} has no configuration yet; nothing to compare")
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
            origin = provenance_of(record) if is_begun else {}  # half of it comes at the start
            config = {**neutral_values(), **flatten(record.config)}
            members.append(Member(record.run_id, record.condition, record.levels, config, origin))
        else:
            is_damaged = is_begun or (record.path / CONFIG_FILE).exists()
            reason = f"{CONFIG_FILE} cannot be read" if is_damaged else "not prepared yet"
            without.setdefault(reason, []).append(record.run_id)
    notes = [f"{label}: {reason}, excluded: {truncate(runs)}" for reason, runs in without.items()]
    return Side(label, kind, path, tuple(members), tuple(records), notes=tuple(notes))


def provenance_of(record: RunRecord) -> Flat:
    """Return the versions, machine and commit of a run, without what differs in every run."""
    return flatten({k: v for k, v in record.metadata.items() if k not in OWN_METADATA})


def levels_of(side: Side, name: str) -> Cell:
    """Return the levels of a factor; of a side without it, the values of the key."""
    base = side.factors[name].base if name in side.factors else side.choices.get(name, ABSENT)
    return _cell({m.run_id: m.levels.get(name, m.config.get(name, base)) for m in side.members})


def compare(sides: Sequence[Side]) -> list[Difference]:
    """Return what differs in the settings of sides, experiments joined on their conditions."""
    if not all(side.factors or side.kind is Kind.RUN for side in sides) or not any(
        side.factors for side in sides
    ):
        return _differing([_cells(side.members) for side in sides])
    factors = {name: factor for side in sides for name, factor in side.factors.items()}
    owned = tuple(key for factor in factors.values() for key in factor.keys)
    base = _differing([_cells(side.members) for side in sides])
    found = [difference for difference in base if not is_below(difference.key, owned)]
    if all(side.factors for side in sides):
        levels = [{name: levels_of(side, name) for name in factors} for side in sides]
        found += _differing(levels, LEVELS)
    return [*found, *_by_condition(sides, owned)]


def _by_condition(sides: Sequence[Side], owned: Sequence[str]) -> list[Difference]:
    """Compare what belongs to factors in every condition that all sides have."""
    groups = [_grouped(side) for side in sides]
    shared = [name for name in groups[0] if all(name in group for group in groups)]
    found: dict[str, list[Difference]] = {}
    for condition in shared:
        for difference in _differing([_cells(g[condition]) for g in groups], condition):
            if is_below(difference.key, owned):
                found.setdefault(difference.key, []).append(difference)
    rows: list[Difference] = []
    for same in found.values():
        meanings = {tuple(map(_meaning, difference.cells)) for difference in same}
        is_everywhere = len(meanings) == 1 and len(same) == len(shared)
        rows += [same[0]._replace(where="")] if is_everywhere else same
    return rows


def _grouped(side: Side) -> dict[str, list[Member]]:
    groups: dict[str, list[Member]] = {}
    for member in side.members:
        groups.setdefault(member.condition, []).append(member)
    return groups


def inside(side: Side) -> dict[str, tuple[list[Side], list[Difference]]]:
    """Return what varies inside an experiment: by factor its levels as sides, and their settings.

    Under an empty name: what no factor explains, over all runs.
    """
    found: dict[str, tuple[list[Side], list[Difference]]] = {}
    for name, factor in side.factors.items():
        levels = [
            replace(side, label=format_value(level), members=_of_runs(side.members, runs))
            for level, runs in levels_of(side, name)
        ]
        if len(levels) > 1:
            rows = _differing([_cells(level.members) for level in levels])
            found[name] = levels, [row for row in rows if is_below(row.key, factor.keys)]
    owned = tuple(key for factor in side.factors.values() for key in factor.keys)
    mixed: dict[str, Difference] = {}
    for condition, members in {"": list(side.members), **_grouped(side)}.items():
        known = (*IGNORED_KEYS, "seed", *(() if condition else owned))
        for key, cell in _cells(members).items():
            if len(cell) > 1 and not is_below(key, known):
                mixed.setdefault(key, Difference(key, condition, (cell,)))
    if mixed:
        found[""] = [side], list(mixed.values())
    return found


def _of_runs(members: Iterable[Member], runs: Sequence[str]) -> tuple[Member, ...]:
    return tuple(member for member in members if member.run_id in runs)


def compare_provenance(sides: Sequence[Side]) -> tuple[list[Difference], list[str]]:
    """Return what differs in versions, host and commit, or else which sides record none."""
    documents = [
        _cells([m._replace(config=m.provenance) for m in side.members if m.provenance])
        for side in sides
    ]
    unrecorded = [side.label for side, cells in zip(sides, documents, strict=True) if not cells]
    return ([], unrecorded) if unrecorded else (_differing(documents), [])


def _differing(documents: Sequence[Mapping[str, Cell]], where: str = "") -> list[Difference]:
    rows = differing(documents, _meaning, absent=NOTHING)
    return [Difference(key, where, tuple(cells)) for key, cells in rows.items()]


def _meaning(cell: Cell) -> frozenset[Any]:
    return frozenset(canonical(value) for value, _ in cell)


def _cells(members: Iterable[Member]) -> dict[str, Cell]:
    """Collect the values of every setting over runs."""
    configs = {member.run_id: member.config for member in members}
    keys = dict.fromkeys(key for config in configs.values() for key in config)
    return {key: _cell({run: c.get(key, ABSENT) for run, c in configs.items()}) for key in keys}


def _cell(values: Mapping[str, Any]) -> Cell:
    """Group runs by the meaning of their value, in the order of first appearance."""
    groups: dict[Any, tuple[Any, list[str]]] = {}
    for run_id, value in values.items():
        groups.setdefault(canonical(value), (value, []))[1].append(run_id)
    return tuple((value, tuple(runs)) for value, runs in groups.values())


def cell_text(cell: Cell, brackets: str = "{}") -> str:
    """Format the values of one side, several of them in brackets."""
    texts = [format_value(value) for value, _ in cell[:MAX_VALUES]]
    if len(cell) == 1:
        return texts[0]
    rest = len(cell) - len(texts)
    listed = ", ".join(texts) + (f" and {rest} more" if rest else "")
    return f"{brackets[:1]}{listed}{brackets[1:]}"
