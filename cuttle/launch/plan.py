"""The plan of a launch: one planned run per job, with its condition, directory and seed.

Reads the experiment's plan; writes nothing.
"""

import itertools
from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Override

from cuttle.config.keys import fields_of
from cuttle.config.schema import Config, SeedMode
from cuttle.launch.compose import Composed, Composer, HydraPart, resolve
from cuttle.launch.conditions import Levels, Space, same_levels, short_digest
from cuttle.launch.output import with_progress
from cuttle.launch.overrides import REPEAT, expand, key_of
from cuttle.launch.refusal import Refusal
from cuttle.runs.diff import canonical, flatten, is_below
from cuttle.runs.files import MAX_INTEGER
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import run_name
from cuttle.runs.reader import Experiment, read_experiment
from cuttle.runs.seeds import run_seed

FLAGS = ("force", "dry_run", "init_only", "fail_fast", "checkpoint")
NOT_SWEPT = ("root", "description", *FLAGS)  # about the launch or the experiment as a whole


@dataclass(frozen=True)
class PlannedRun:
    """One run as asked for; `config` is resolved, its seed a plain number."""

    run_id: str
    condition: str
    levels: Levels
    run: int
    seed: int
    config: dict[str, Any]
    config_hash: str
    run_dir: Path
    overrides: tuple[str, ...]
    hydra: HydraPart


@dataclass(frozen=True)
class Plan:
    """The runs of a launch and the experiment that they belong to.

    factors: every known factor with its base level and the keys that it changes
    base_config, choices: the resolved base and the options of its groups
    experiment: as it is on disk; None for a new one
    """

    runs: tuple[PlannedRun, ...]
    experiment_dir: Path
    factors: dict[str, dict[str, Any]]
    base_config: dict[str, Any]
    choices: dict[str, str | None]
    experiment: Experiment | None


def plan(
    composer: Composer,
    overrides: Mapping[str, Override],
    *,
    label_group: str,
    swept: Sequence[str] = (),
) -> Plan:
    """Plan the runs that overrides mean; raise Refusal for what cannot be launched.

    swept: keys that another sweeper varies from job to job
    """
    expanded = expand(list(overrides.values()))
    jobs = [_job(composer, job) for job in with_progress(expanded, "planning runs")]
    experiment_dir = _experiment_dir([job.config for job in jobs])
    _require_directory(experiment_dir)
    experiment = read_experiment(experiment_dir) if experiment_dir.is_dir() else None
    space = _space(composer, overrides, experiment, label_group, swept)
    names = _Names(space, experiment)
    runs = [_plan_run(job, names, experiment_dir) for job in jobs]
    _refuse_copies(runs)
    return Plan(
        tuple(runs),
        experiment_dir,
        _factors(space, runs, experiment),
        space.base_config,
        space.choices,
        experiment,
    )


@dataclass(frozen=True)
class _Job:
    """One point of a sweep: its overrides, what they compose, and the config, resolved."""

    overrides: tuple[str, ...]
    composed: Composed
    config: dict[str, Any]


def _job(composer: Composer, overrides: tuple[str, ...]) -> _Job:
    composed = composer.compose(overrides)
    return _Job(overrides, composed, resolve(composed.config))


def _experiment_dir(configs: Sequence[dict[str, Any]]) -> Path:
    names = list(dict.fromkeys(str(_checked(config)["experiment"]) for config in configs))
    if len(names) > 1:
        raise Refusal(
            f"a sweep belongs to one experiment, got experiment={','.join(names[:3])}; launch each "
            "by itself"
        )
    return _root(configs[0]["root"]) / names[0]


def _root(text: str) -> Path:
    """Return the directory of experiments; `~` is the home directory, as in a shell."""
    try:
        return Path(text).expanduser().resolve()
    except RuntimeError as error:
        raise Refusal(f"root={text}: {error}") from error


def _require_directory(experiment_dir: Path) -> None:
    """Raise Refusal where a file lies in the way of an experiment."""
    place = next(place for place in (experiment_dir, *experiment_dir.parents) if place.exists())
    if not place.is_dir():
        raise Refusal(f"{place} is not a directory; use another root= or experiment=")


def _checked(config: dict[str, Any]) -> dict[str, Any]:
    """Refuse what the schema does not allow of the launch: other apps have no schema."""
    for key in ("experiment", "run", "root", *FLAGS):
        if key not in config:
            raise Refusal(f"{key} is missing from the config")
        try:
            fields_of(Config)[key].convert(config[key])
        except ValueError as error:
            raise Refusal(str(error)) from None
    if not config["root"]:
        raise Refusal("root= is empty: name a directory, . for the working directory")
    return config


def _space(
    composer: Composer,
    overrides: Mapping[str, Override],
    experiment: Experiment | None,
    label_group: str,
    swept: Sequence[str],
) -> Space:
    """Separate the factors from what is asked for all runs."""
    new = [key_of(o) for o in overrides.values() if o.is_sweep_override()]
    _refuse_what_cannot_vary(composer, overrides, [*new, *swept])
    known = experiment.factors if experiment else {}
    factors = dict.fromkeys([label_group, *known, *new, *swept])
    _refuse_overlaps([key for key in factors if not composer.is_group(key)], known)
    is_begun = experiment is not None and any(run.is_begun for run in experiment.runs)
    meta = experiment.meta if experiment and is_begun else {}
    options = {key: f.base for key, f in known.items() if composer.is_group(key)} if meta else {}
    return Space(
        composer,
        shared={
            key_of(o): str(o.input_line)
            for o in overrides.values()
            if not o.is_sweep_override() and key_of(o) not in (REPEAT, *swept)
        },
        factors=[key for key in factors if key not in ("", REPEAT, "experiment")],
        recorded_base=meta.get("base_config"),
        recorded_choices={**options, **meta.get("choices", {})},
        label_group=label_group,
    )


def _refuse_what_cannot_vary(
    composer: Composer, overrides: Mapping[str, Override], factors: Sequence[str]
) -> None:
    """Raise Refusal for keys that cannot be swept, or not in this way."""
    for key in factors:
        if key in NOT_SWEPT:
            raise Refusal(
                f"{key} cannot be swept: it controls the launch and does not affect results"
            )
    for override in overrides.values():
        values = getattr(override.value(), "list", ()) if override.is_sweep_override() else ()
        if composer.is_group(key_of(override)) and any(isinstance(v, dict) for v in values):
            raise Refusal(
                f"{override.input_line}: a group is swept by its options; sweep its keys instead, "
                f"as in {key_of(override)}.KEY=VALUE,VALUE"
            )
    if any(key_of(o) == "rules.name" for o in overrides.values()):
        raise Refusal("rules.name only names the option of the group: write rules=OPTION")


def _refuse_overlaps(keys: Sequence[str], known: Container[str]) -> None:
    """Raise Refusal for a section that becomes a factor beside a key of its own, or the reverse."""
    for inner, outer in itertools.permutations(keys, 2):
        if is_below(inner, [outer]) and not (inner in known and outer in known):
            raise Refusal(f"{outer} contains the factor {inner}: sweep its keys one by one")


class _Names:
    """Name conditions, each in one way: a label that is on disk keeps meaning what it did."""

    def __init__(self, space: Space, experiment: Experiment | None) -> None:
        self.space = space
        runs = experiment.runs if experiment else ()
        self._levels = {run.condition: run.levels for run in runs}
        self._labels: dict[Hashable, str] = {}

    def label(self, levels: Levels) -> str:
        """Return the label of a condition, with a digest where another condition has it."""
        key = canonical(levels)
        if key not in self._labels:
            label = self.space.label(levels)
            while not same_levels(self._levels.setdefault(label, levels), levels):
                label += f"-{short_digest(repr(sorted(levels.items())))}"
            self._labels[key] = label
        return self._labels[key]


def _plan_run(job: _Job, names: _Names, experiment_dir: Path) -> PlannedRun:
    flat = flatten(job.config)
    _refuse_large_numbers(flat)
    levels = names.space.levels(job.composed.choices, flat)
    condition, run, section = names.label(levels), int(job.config["run"]), job.config["seed"]
    try:
        seed = run_seed(
            SeedMode(section["mode"]),
            base=section["base"],
            value=section["value"],
            condition=condition,
            run=run,
        )
    except ValueError as error:
        raise Refusal(str(error)) from error
    config = {**job.config, "seed": {**section, "value": seed}}
    run_id = run_name(condition, run)
    return PlannedRun(
        run_id=run_id,
        condition=condition,
        levels=levels,
        run=run,
        seed=seed,
        config=config,
        config_hash=config_hash(config),
        run_dir=experiment_dir / run_id,
        overrides=job.overrides,
        hydra=job.composed.hydra,
    )


def _refuse_large_numbers(flat: Mapping[str, Any]) -> None:
    """Raise Refusal for a number that could be frozen but not read back."""
    for key, value in flat.items():
        if type(value) is int and abs(value) > MAX_INTEGER:
            raise Refusal(f"{key} must be at most {MAX_INTEGER}, got {value}")


def _refuse_copies(runs: Sequence[PlannedRun]) -> None:
    seen: dict[Path, PlannedRun] = {}
    for run in runs:
        other = seen.setdefault(run.run_dir, run)
        if other is not run:
            raise Refusal(
                f"two jobs would train in {run.run_dir}: {_quoted(other)} and {_quoted(run)}; "
                "give each value once"
            )


def _quoted(run: PlannedRun) -> str:
    return "`" + " ".join(run.overrides) + "`"


def _factors(
    space: Space, runs: Sequence[PlannedRun], experiment: Experiment | None
) -> dict[str, dict[str, Any]]:
    """Return every factor with its base level and all keys that its levels change."""
    found = {}
    for factor in space.factors:
        known = experiment.factors.get(factor) if experiment else None
        keys = list(known.keys) if known else []
        changed = space.changes(factor, (run.levels for run in runs))
        keys += [key for key in changed if not is_below(key, keys)]
        found[factor] = {"base": space.base_level(factor), "keys": keys}
    return found
