"""The sides of a diff: experiments, runs and YAML files as flat documents. Compares nothing."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cuttle.runs.diff import Flat, Source, flatten
from cuttle.runs.formatting import truncate
from cuttle.runs.layout import CONFIG_FILE, RunState
from cuttle.runs.locate import find_side, is_run
from cuttle.runs.reader import Experiment, RunRecord, read_experiment
from cuttle.runs.yaml_file import read_yaml

# Identity of a run and what its seed alone decides: different in every run, never a difference.
OWN_METADATA = (
    "schema", "run_id", "network_type", "run", "seed", "command_line", "pid", "initial_q_sd",
    "sha256",
)  # fmt: skip
NOT_STARTED = (RunState.PENDING, RunState.PREPARED)


class SideKind(StrEnum):
    """What an argument of diff turned out to be."""

    EXPERIMENT = "experiment"
    GROUP = "network type"  # the runs of one type of an experiment
    RUN = "run"
    FILE = "file"


@dataclass(frozen=True)
class Side:
    """One argument of a comparison, read.

    config, provenance: flat documents by run id
    records: its runs, none for a file
    notes: what could not be read
    """

    label: str
    kind: SideKind
    path: Path
    config: Source
    provenance: Source
    records: tuple[RunRecord, ...] = ()
    notes: list[str] = field(default_factory=list)


def open_side(root: Path, text: str) -> Side:
    """Read the YAML file, run or experiment an argument means."""
    path = find_side(root, text)
    if not Path(text).exists():  # a name or a part of one: say which it was
        text = path.name if path.parent == root else f"{path.parent.name}/{path.name}"
    if path.is_file():
        return Side(text, SideKind.FILE, path, {"": flatten(read_yaml(path))}, {})
    if is_run(path):
        record = RunRecord(path)
        if not (path / CONFIG_FILE).exists():
            raise ValueError(f"{path} has no {CONFIG_FILE}: the run was never prepared")
        read_yaml(path / CONFIG_FILE)  # of one run, a config that cannot be read is no side
        return _side_of_records(text, SideKind.RUN, path, (record,))
    experiment = read_experiment(path)
    if not any((record.path / CONFIG_FILE).exists() for record in experiment.runs):
        return _side_of_plan(text, experiment)
    return _side_of_records(text, SideKind.EXPERIMENT, path, tuple(experiment.runs))


def _side_of_plan(label: str, experiment: Experiment) -> Side:
    """Take the configuration an experiment was described with, before any run was prepared."""
    base = experiment.meta.get("base_config")
    if not isinstance(base, dict):
        raise ValueError(f"{experiment.path} has no configuration yet; nothing to compare")
    return Side(
        label,
        SideKind.EXPERIMENT,
        experiment.path,
        {"": flatten(base)},
        {},
        tuple(experiment.runs),
        [f"{label}: no run is prepared yet; its base configuration is compared"],
    )


def _side_of_records(
    label: str, kind: SideKind, path: Path, records: tuple[RunRecord, ...]
) -> Side:
    """Flatten the configuration and metadata of every run that has them; name those without."""
    configs: dict[str, Flat] = {}
    provenance: dict[str, Flat] = {}
    without: dict[str, list[str]] = {}
    for record in records:
        if record.config:
            configs[record.run_id] = flatten(record.config)
        else:
            is_begun = (record.path / CONFIG_FILE).exists() or record.state not in NOT_STARTED
            reason = f"{CONFIG_FILE} cannot be read" if is_begun else "not prepared yet"
            without.setdefault(reason, []).append(record.run_id)
        if record.metadata and record.state not in NOT_STARTED:  # half of it comes at the start
            provenance[record.run_id] = provenance_of(record)
    notes = [f"{label}: {reason}, left out: {truncate(runs)}" for reason, runs in without.items()]
    return Side(label, kind, path, configs, provenance, records, notes)


def provenance_of(record: RunRecord) -> Flat:
    """Return the versions, machine and commit of a run, without what is different in every run."""
    return flatten({k: v for k, v in record.metadata.items() if k not in OWN_METADATA})


def split_by_type(side: Side) -> list[Side]:
    """Split an experiment into one side a network type, to see what varies inside it."""
    types = dict.fromkeys(record.network_type for record in side.records)
    parts = []
    for network_type in types:
        records = tuple(r for r in side.records if r.network_type == network_type)
        ids = {record.run_id for record in records}
        config = {run: flat for run, flat in side.config.items() if run in ids}
        known = {run: flat for run, flat in side.provenance.items() if run in ids}
        if config:
            parts.append(Side(network_type, SideKind.GROUP, side.path, config, known, records))
    return parts
