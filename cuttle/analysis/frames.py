"""The frames of a study."""

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cuttle.analysis.usable import MixedStudyError, UsableRun
from cuttle.runs.comparable import method_settings
from cuttle.runs.diff import canonical, differing
from cuttle.runs.formatting import format_value
from cuttle.runs.identity import settings_hash
from cuttle.runs.layout import MATCHES_COLUMNS, METRICS_COLUMNS, TIMINGS_COLUMNS, Stage
from cuttle.runs.reader import Experiment, Factor, planned_entries
from cuttle.runs.run_record import RunRecord

COUNTS = ["games", "wins", "draws", "losses"]
LAST_ROUND = "last_round"
MEASURED = ("parameters", "initial_q_sd")  # of a run, in its metadata
CLASS_KEY = "network_type._target_"  # which the factor network_type stands for


def build_frames(
    experiment: Experiment, usable: Sequence[UsableRun], reasons: Mapping[str, str]
) -> dict[str, Any]:
    """Build the frames of a study, by their names in `Study`, and its `final_source`.

    reasons: by run id, why runs are excluded
    """
    conditions = _conditions(experiment)
    labels = list(conditions.index)
    usable = sorted(usable, key=lambda u: (labels.index(u.record.condition), u.record.run))
    records = [run.record for run in usable]
    who = _identity(experiment.name, records, labels)
    conditions["n"] = who["condition"].value_counts(sort=False).reindex(labels).to_numpy()
    plays = _plays(usable)
    finals, source = _finals(plays)
    settings = [method_settings(record.config) for record in records]
    cells = [{key: _scalar(value) for key, value in run.items()} for run in settings]
    configs = pd.DataFrame(cells, index=who.index)
    levels = conditions.loc[who["condition"], list(experiment.factors)].infer_objects()
    runs = pd.concat([who, levels.set_axis(who.index), _facts(records)], axis="columns")
    last = finals.groupby("row")["round"].max().reindex(who.index)
    runs.insert(list(runs).index("duration_s"), "final_round", last)
    return dict(
        runs=add_hyperparameters(runs, configs),
        matches=_named(who, _with_rates(plays).drop(columns="half_draw_rate")),
        rounds=_rounds(records, who),
        excluded=_excluded(experiment, reasons, labels),
        final=_named(who, _with_rates(_over_seats(finals, ["row", "opponent"]))),
        curves=_named(who, _curves(plays)),
        conditions=conditions,
        provenance=_provenance(records, who),
        damage=_damage(experiment.name, records),  # last: reading the files found it
        configs=configs,
        final_source=source,
    )


def add_hyperparameters(runs: pd.DataFrame, configs: pd.DataFrame) -> pd.DataFrame:
    """Append a column per hyperparameter that differs between runs and is no column yet."""
    varying = [
        key
        for key in configs.columns
        if key not in runs and key != CLASS_KEY and configs[key].nunique(dropna=False) > 1
    ]
    return runs.join(configs[varying].infer_objects())


def _conditions(experiment: Experiment) -> pd.DataFrame:
    """List the planned conditions, and those that only directories know, by their levels."""
    known: dict[str, Mapping[str, Any]] = {}
    runs: dict[str, set[str]] = {}
    for entry in planned_entries(experiment.meta):
        label = str(entry.get("condition", entry.get("network_type")))
        known.setdefault(label, entry.get("levels") or {"network_type": label})
        runs.setdefault(label, set()).add(entry["run_id"])
    for record in sorted(experiment.runs, key=lambda record: record.condition):
        known.setdefault(record.condition, record.levels)
        runs.setdefault(record.condition, set()).add(record.run_id)
    rows = _distinct(_rows_of_levels(known, experiment.factors))
    index = pd.Index(list(known), name="condition", dtype="str")
    # As objects: null stays null, and 1 beside 0.5 stays 1.
    frame = pd.DataFrame(rows, index=index, columns=list(experiment.factors), dtype=object)
    frame["planned"] = [len(runs[label]) for label in known]
    places = [_places(frame[factor]) for factor in experiment.factors]
    return frame.iloc[np.lexsort(places[::-1])] if places else frame


def _distinct(conditions: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the levels of each condition, equal ones written alike: 1.0 beside 1 is 1."""
    written: dict[Hashable, Any] = {}
    first: dict[Hashable, str] = {}
    rows = []
    for label, levels in conditions.items():
        rows.append({f: written.setdefault((f, canonical(x)), x) for f, x in levels.items()})
        other = first.setdefault(canonical(levels), label)
        if levels and other != label:
            listed = ", ".join(f"{key} {format_value(level)}" for key, level in levels.items())
            raise MixedStudyError(
                f"conditions {other} and {label} have the same levels ({listed}); move the runs "
                "of one to an experiment of their own."
            )
    return rows


def ordered_levels(column: pd.Series) -> list[Any]:
    """Return the distinct levels of a factor: numbers ascending, else in the order of the plan."""
    levels = list({canonical(level): level for level in column}.values())
    are_numbers = all(type(level) in (int, float) for level in levels)
    return sorted(levels) if are_numbers else levels


def _places(column: pd.Series) -> list[int]:
    """Return the place of each condition's level among all levels of a factor."""
    levels = list(map(canonical, ordered_levels(column)))
    return [levels.index(canonical(level)) for level in column]


def _rows_of_levels(
    conditions: Mapping[str, Mapping[str, Any]], factors: Mapping[str, Factor]
) -> dict[str, dict[str, Any]]:
    """Return the levels of each condition; one that is not recorded stands at its base.

    Of levels that are sections, entries in which all of them are the base are left out.
    """
    rows = {
        label: {key: levels.get(key, factor.base) for key, factor in factors.items()}
        for label, levels in conditions.items()
    }
    for key, factor in factors.items():
        levels = [factor.base, *(row[key] for row in rows.values())]
        if len(set(map(canonical, levels))) > 1 and all(isinstance(x, dict) for x in levels):
            varying = differing(levels)
            for row in rows.values():
                row[key] = {name: value for name, value in row[key].items() if name in varying}
    return {
        label: {key: _scalar(level) for key, level in row.items()} for label, row in rows.items()
    }


def _scalar(value: Any) -> Any:
    """Return what a cell can hold: lists and mappings become JSON text."""
    return json.dumps(value, default=str) if isinstance(value, list | dict) else value


def _identity(name: str, records: Sequence[RunRecord], labels: Sequence[str]) -> pd.DataFrame:
    ordered = pd.CategoricalDtype(list(labels), ordered=True)
    return pd.DataFrame(
        {
            "experiment": pd.Series([name] * len(records), dtype="str"),
            "run_id": pd.Series([record.run_id for record in records], dtype="str"),
            "condition": pd.Series([record.condition for record in records], dtype=ordered),
            "run": np.array([record.run for record in records], dtype=np.int64),
        }
    )


def _facts(records: Sequence[RunRecord]) -> pd.DataFrame:
    """Return what the files of every run record of it."""
    rows = [(r.seed, r.status.get("duration_s"), *map(r.metadata.get, MEASURED)) for r in records]
    facts = pd.DataFrame(rows, columns=["seed", "duration_s", *MEASURED])
    kinds = {"seed": "Int64", **dict.fromkeys(["duration_s", *MEASURED], "float64")}
    return facts.astype(kinds)


def _plays(usable: Sequence[UsableRun]) -> pd.DataFrame:
    """Stack the match rows of all runs; `row` is the place of a run among them."""
    tuples = [match for run in usable for match in run.matches]
    frame = pd.DataFrame(tuples, columns=list(MATCHES_COLUMNS))
    frame = frame.astype({"stage": "str", "opponent": "str"})
    frame = frame.astype(dict.fromkeys(["round", "seat", *COUNTS], np.int64))
    frame.insert(0, "row", np.repeat(np.arange(len(usable)), [len(r.matches) for r in usable]))
    return frame


def _finals(plays: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """Take the final evaluation; where no run has one, every run's last round of validation."""
    if plays.empty:
        return plays, None
    finals = plays[plays["stage"] == Stage.FINAL]
    if len(finals):
        return _latest(finals), str(Stage.FINAL)
    last = plays.groupby("row")["round"].transform("max")
    return _latest(plays[plays["round"] == last]), LAST_ROUND


def _latest(plays: pd.DataFrame) -> pd.DataFrame:
    """Keep the last of rows that were written twice."""
    return plays.drop_duplicates(["row", "opponent", "round", "seat"], keep="last")


def _curves(plays: pd.DataFrame) -> pd.DataFrame:
    """Add up the seats of validation, over the rounds that all seats of a run have."""
    played = _latest(plays[plays["stage"] == Stage.VALIDATION])
    seats = played.groupby(["row", "opponent"])["seat"].transform("nunique")
    here = played.groupby(["row", "opponent", "round"])["seat"].transform("size")
    summed = _over_seats(played[seats == here], ["row", "opponent", "round"])
    places = {name: place for place, name in enumerate(dict.fromkeys(plays["opponent"]))}
    order = [summed["row"], summed["opponent"].map(places), summed["round"]]
    return _with_rates(summed.iloc[np.lexsort(order[::-1])])


def _over_seats(plays: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return plays.groupby(keys, sort=False, as_index=False)[COUNTS].sum()


def _with_rates(plays: pd.DataFrame) -> pd.DataFrame:
    return plays.assign(
        win_rate=plays["wins"] / plays["games"],
        half_draw_rate=(plays["wins"] + 0.5 * plays["draws"]) / plays["games"],
    )


def _named(who: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Add the run of every row, in place of the run's place."""
    named = who.iloc[frame["row"].to_numpy()].reset_index(drop=True)
    rest = frame.drop(columns="row").reset_index(drop=True)
    return pd.concat([named, rest], axis=1)


def _rounds(records: Sequence[RunRecord], who: pd.DataFrame) -> pd.DataFrame:
    """Join metrics and timings of every run by round; of rows written twice, the last counts."""
    columns = [*METRICS_COLUMNS, *TIMINGS_COLUMNS[1:]]
    rows: list[list[Any]] = []
    places: list[int] = []
    for place, record in enumerate(records):
        clocks = {row["round"]: row for row in record.timings}
        for metrics in {row["round"]: row for row in record.metrics}.values():
            row = {**clocks.get(metrics["round"], {}), **metrics}
            rows.append([row.get(column) for column in columns])
            places.append(place)
    values: NDArray[Any] = np.array(rows, dtype=np.float64).reshape(-1, len(columns))
    frame = pd.DataFrame(values, columns=columns).astype({"round": np.int64})
    frame.insert(0, "row", np.array(places, dtype=np.int64))
    return _named(who, frame)


def _excluded(
    experiment: Experiment, reasons: Mapping[str, str], labels: Sequence[str]
) -> pd.DataFrame:
    records = [run for run in experiment.runs if run.run_id in reasons]
    records.sort(key=lambda run: run.run_id)
    rows = [(run.seed, str(run.state), reasons[run.run_id]) for run in records]
    facts = pd.DataFrame(rows, columns=["seed", "state", "reason"])
    kinds = {"seed": "Int64", "state": "str", "reason": "str"}
    return _identity(experiment.name, records, labels).join(facts.astype(kinds))


def _provenance(records: Sequence[RunRecord], who: pd.DataFrame) -> pd.DataFrame:
    rows = [_origin(record.metadata, record.config, record.seed) for record in records]
    columns = None if rows else list(_origin({}, {}, None))
    return who.join(pd.DataFrame(rows, columns=columns, dtype=object))


def _origin(
    metadata: Mapping[str, Any], config: dict[str, Any], seed: int | None
) -> dict[str, Any]:
    """Return where the results of a run come from, and what each of its files calls its seed."""
    git, own_seed = metadata.get("git") or {}, config.get("seed")
    facts = {
        "host": metadata.get("host"), "commit": git.get("commit"), "dirty": git.get("dirty"),
        "source_hash": metadata.get("source_hash"), "rules_version": metadata.get("rules_version"),
        "arithmetic": (metadata.get("arithmetic") or {}).get("mode", "native"),
        "settings_hash": settings_hash(config),
        "seed_status": seed, "seed_metadata": metadata.get("seed"),
        "seed_config": own_seed.get("value") if isinstance(own_seed, dict) else None,
        **{f"versions.{name}": text for name, text in (metadata.get("versions") or {}).items()},
    }  # fmt: skip
    return {name: _scalar(value) for name, value in facts.items()}


def _damage(name: str, records: Sequence[RunRecord]) -> pd.DataFrame:
    rows = [(name, record.run_id, problem) for record in records for problem in record.problems]
    return pd.DataFrame(rows, columns=["experiment", "run_id", "problem"], dtype="str")


def final_results(runs: Sequence[UsableRun]) -> tuple[pd.DataFrame, str | None]:
    """Return the final counts of runs by place (`row`) and opponent, and where they come from."""
    finals, source = _finals(_plays(runs))
    return _with_rates(_over_seats(finals, ["row", "opponent"])), source
