"""Run directories as DataFrames: `load` is the only reader of the analysis.

    >>> from cuttle.analysis import load
    >>> study = load("demo", root="multirun")
    >>> study.final.groupby(["opponent", "condition"], observed=True)["win_rate"].mean()
    >>> study.curves.query("opponent == 'gap_maximizer'").pivot_table("win_rate", "round", "run_id")

Rates are fractions, 0 to 1; columns that end in `_s` are seconds; `seat` 0 moves first. The columns
`experiment`, `run_id`, `condition` and `run` say in every frame whose row it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cuttle.analysis.frames import LAST_ROUND, add_hyperparameters, build_frames, ordered_levels
from cuttle.analysis.usable import (
    MixedStudyError,
    is_paired,
    refuse_mixture,
    seed_mode,
    sort_runs,
)
from cuttle.runs.diff import canonical
from cuttle.runs.formatting import format_value
from cuttle.runs.layout import DEFAULT_ROOT
from cuttle.runs.locate import find_experiment
from cuttle.runs.reader import Experiment, Factor, read_experiment
from cuttle.runs.run_record import NETWORK_TYPE

__all__ = ["MixedStudyError", "Study", "load", "study_of"]

DEFAULT_PRIMARY_OPPONENT = "gap_maximizer"  # the study's definition of its primary metric
DEFAULT_MARGIN = 0.05  # win rate; the study's definition of "as good as equal"


@dataclass(frozen=True, eq=False)
class Study:
    """All that statistics, figures and exports need of one experiment, or of several for `load`.

    runs: a row per used run: `seed`, a column per factor, `final_round`, `duration_s`,
        `parameters`, `initial_q_sd` (sd of the untrained network's Q-values), and every
        hyperparameter that varies, by its dotted key
    matches: a row per used run, stage, round, opponent and seat: `games`, `wins`, `draws`,
        `losses`, `win_rate` (a draw is not a win)
    rounds: a row per used run and round: the columns of metrics.jsonl and timings.jsonl
    excluded: a row per run that no statistic uses, with its `state` and the `reason`
    final: a row per used run and opponent: the final evaluation with both seats added, or the last
        round where no run has a final evaluation; `half_draw_rate` counts a draw as half a win
    curves: a row per used run, opponent and round: validation, both seats added
    conditions: planned conditions in the order of their levels, as the index: a column per factor,
        `planned` runs, and `n` used ones, which may be none
    provenance: a row per used run: host, commit, versions, recorded seeds
    damage: a row per problem with the files of a used run
    configs: a row per row of `runs`: every setting of its method, by dotted key
    factors: what varies, by config key; see `cuttle.runs.reader.Factor`
    margin: the difference of win rates that counts as equal
    is_paired: runs of the same number share their seed across conditions
    final_source: `final`, `last_round`, or None without runs
    problems: what is odd about the experiment's own files
    """

    name: str
    paths: tuple[Path, ...]
    runs: pd.DataFrame
    matches: pd.DataFrame
    rounds: pd.DataFrame
    excluded: pd.DataFrame
    final: pd.DataFrame
    curves: pd.DataFrame
    conditions: pd.DataFrame
    provenance: pd.DataFrame
    damage: pd.DataFrame
    configs: pd.DataFrame
    factors: Mapping[str, Factor]
    primary_opponent: str
    margin: float
    is_paired: bool
    seed_mode: str | None
    rules_version: Any
    final_source: str | None
    problems: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    results: dict[Any, pd.DataFrame] = field(default_factory=dict, repr=False)  # of statistics

    @property
    def opponents(self) -> tuple[str, ...]:
        """Opponents met, the primary one first, then as the runs list them."""
        met = dict.fromkeys([*self.final["opponent"], *self.curves["opponent"]])
        return tuple(sorted(met, key=lambda opponent: opponent != self.primary_opponent))

    @property
    def roles(self) -> dict[str, str]:
        """Each opponent's role: `primary` or `secondary`."""
        return {o: "primary" if o == self.primary_opponent else "secondary" for o in self.opponents}

    @property
    def first_opponent(self) -> str:
        """Opponent that figures of a single one are about: the primary one if it was met."""
        return next(iter(self.opponents), self.primary_opponent)

    @property
    def labels(self) -> list[str]:
        """Labels of the planned conditions, in the order of their levels."""
        return list(self.conditions.index)

    @property
    def varying(self) -> tuple[str, ...]:
        """Factors with two levels or more among the planned conditions."""
        return tuple(f for f in self.factors if len(self.levels(f)) > 1)

    @property
    def noun(self) -> str:
        """What sentences call a condition: a type where only the network type varies."""
        return "type" if set(self.varying) <= {NETWORK_TYPE} else "condition"

    def levels(self, factor: str) -> list[Any]:
        """Levels of a factor among the planned conditions: numbers ascending, else as planned."""
        column = self.conditions[factor]
        return ordered_levels(column[[level == level for level in column]])  # NaN: it is mixed

    def factor_text(self, factor: str) -> str:
        """Return what sentences call a factor: the end of its key, or all of it if not unique."""
        ends = [key.rpartition(".")[2] for key in self.factors]
        end = factor.rpartition(".")[2]
        return end.replace("_", " ") if ends.count(end) == 1 else factor

    def finals(self, opponent: str) -> pd.DataFrame:
        """Return the final results against one opponent."""
        return self.final[self.final["opponent"] == opponent]

    def rates(self, opponent: str) -> dict[str, NDArray[np.float64]]:
        """Final win rates by planned condition, by run number; empty for one without runs."""
        return by_condition(self.finals(opponent), "win_rate")

    def against(self, opponents: Sequence[str]) -> "Study":
        """Return the study of these opponents only; ValueError for one that no run has met."""
        known = ", ".join(self.opponents) or "none"
        if not opponents:
            raise ValueError(f"name an opponent of {self.name}; there are: {known}")
        if unknown := [name for name in opponents if name not in self.opponents]:
            raise ValueError(
                f"no games against {', '.join(unknown)} in {self.name}; there are: {known}"
            )
        rest = [name for name in self.opponents if name not in opponents]
        kept = ", ".join(name for name in self.opponents if name in opponents)
        note = f"only games against {kept} were requested, not {', '.join(rest)}"
        frames = {
            name: frame[frame["opponent"].isin(opponents)].reset_index(drop=True)
            for name in ("matches", "final", "curves")
            for frame in [getattr(self, name)]
        }
        problems = (*self.problems, note) if rest else self.problems
        return replace(self, **frames, problems=problems, results={})


def load(
    experiment: str | Path | Iterable[str | Path],
    root: str | Path = DEFAULT_ROOT,
    *,
    opponents: str | Sequence[str] = (),
) -> Study:
    """Read the completed runs of an experiment, or of several, into DataFrames.

    experiment: names under `root`, unambiguous parts of names, or paths
    opponents: keep the games against these only, or against this one

    Raises ValueError for no name, an unknown or repeated one, a directory without an experiment or
    an opponent that nobody met, and MixedStudyError where runs of one must not be compared.
    """
    names = [experiment] if isinstance(experiment, str | Path) else list(experiment)
    paths = [find_experiment(Path(root), str(name)) for name in names]
    if not paths:
        raise ValueError("no experiment was named: load takes a name or path, or several")
    resolved = [path.resolve() for path in paths]
    if twice := [str(path) for path in resolved if resolved.count(path) > 1]:
        raise ValueError(f"{twice[0]} is named twice; name each experiment once")
    studies = [study_of(read_experiment(path)) for path in paths]
    study = studies[0] if len(studies) == 1 else _concatenate(studies)
    kept = [opponents] if isinstance(opponents, str) else opponents
    return study.against(kept) if kept else study


def study_of(experiment: Experiment) -> Study:
    """Make the study of one experiment; raise MixedStudyError where runs cannot be compared."""
    usable, reasons = sort_runs(experiment.runs, experiment.meta)
    refuse_mixture(usable, experiment.factors)
    frames = build_frames(experiment, usable, reasons)
    configs = [run.record.config for run in usable]
    settings = _settings(experiment.meta, configs)
    study = Study(
        name=experiment.name,
        paths=(experiment.path,),
        **frames,
        factors=experiment.factors,
        primary_opponent=str(settings.get("primary_opponent", DEFAULT_PRIMARY_OPPONENT)),
        margin=_margin(settings.get("equivalence_margin", DEFAULT_MARGIN)),
        is_paired=is_paired(experiment.meta, usable),
        seed_mode=seed_mode(experiment.meta, usable),
        rules_version=usable[0].record.metadata.get("rules_version") if usable else None,
        meta=experiment.meta,
    )
    return replace(study, problems=(*experiment.problems, *_oddities(study)))


def by_condition(frame: pd.DataFrame, column: str) -> dict[str, NDArray[np.float64]]:
    """Split a column by condition, absent ones included; NaN is dropped."""
    values = frame[column].to_numpy(dtype=np.float64)
    codes = frame["condition"].cat.codes.to_numpy()
    return {
        str(label): values[(codes == code) & ~np.isnan(values)]
        for code, label in enumerate(frame["condition"].cat.categories)
    }


def level_text(level: Any) -> str:
    """Format a level for tables and figures: the text "1" is not the number."""
    if isinstance(level, np.generic):
        level = level.item()
    return format_value(level)


def _oddities(study: Study) -> list[str]:
    """Name what the runs do not have that others have, or that the study is about."""
    notes = []
    if study.final_source == LAST_ROUND:
        notes.append(
            "no run has a separate final evaluation: the results are those of the last round"
        )
    if len(study.runs) and study.primary_opponent not in study.opponents:
        notes.append(f"no run has games against the primary opponent {study.primary_opponent}")
    for opponent in study.opponents:
        met = study.final.loc[study.final["opponent"] == opponent, "run_id"]
        missing = study.runs.loc[~study.runs["run_id"].isin(met), "run_id"]
        if len(missing):
            notes.append(f"no final games against {opponent}: {', '.join(missing)}")
    return notes


def _settings(meta: Mapping[str, Any], configs: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return what the experiment declares about its analysis; experiment.json may be lost."""
    base = meta.get("base_config") or (configs[0] if configs else {})
    settings = base.get("analysis")
    return settings if isinstance(settings, Mapping) else {}


def _margin(margin: Any) -> float:
    if type(margin) in (int, float) and 0 < margin < 1:
        return float(margin)
    raise ValueError(f"analysis.equivalence_margin must be between 0 and 1, got {margin!r}")


def _concatenate(studies: Sequence[Study]) -> Study:
    """Put the frames of several experiments one under the other; the first says what is primary.

    A label that means other levels in another experiment has none.
    """
    factors = {key: factor for study in reversed(studies) for key, factor in study.factors.items()}
    studies = [_with_factors(study, factors) for study in studies]
    labels = dict.fromkeys(label for study in studies for label in study.labels)
    ordered = pd.CategoricalDtype(list(labels), ordered=True)

    def stacked(name: str) -> pd.DataFrame:
        frames: list[pd.DataFrame] = [getattr(study, name) for study in studies]
        frame = pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True)
        if "condition" in frame:
            frame["condition"] = frame["condition"].astype(ordered)
        return frame

    conditions = pd.concat([study.conditions for study in studies])
    levels = {
        label: {key: _only_level(rows[key]) for key in factors}
        for label, rows in conditions.groupby(level="condition", sort=False)
    }
    merged = pd.DataFrame.from_dict(levels, orient="index", dtype=object).infer_objects()
    counts = conditions.groupby(level="condition")[["planned", "n"]].sum()
    names = [f.name for f in fields(Study) if f.type is pd.DataFrame and f.name != "conditions"]
    frames: dict[str, Any] = {name: stacked(name) for name in names}
    frames["runs"] = add_hyperparameters(frames["runs"], frames["configs"])
    return replace(
        studies[0],
        name=" + ".join(study.name for study in studies),
        paths=tuple(path for study in studies for path in study.paths),
        **frames,
        conditions=merged.rename_axis("condition").join(counts),
        factors=factors,
        problems=tuple(f"{s.name}: {text}" for s in studies for text in s.problems),
        meta={},
        results={},
    )


def _only_level(levels: "pd.Series[Any]") -> Any:
    """Return the level that a label has in all experiments that know it; NaN where they differ."""
    known = {canonical(level): level for level in levels if level == level}
    return known.popitem()[1] if len(known) == 1 else np.nan


def _with_factors(study: Study, factors: Mapping[str, Factor]) -> Study:
    """Add the factors that only other experiments vary: what its own configs, or groups, are."""
    lacking = [key for key in factors if key not in study.factors]
    choices = study.meta.get("choices") or {}
    groups = {key: choices.get(key, np.nan) for key in lacking if key not in study.configs}
    values = study.configs[[key for key in lacking if key not in groups]]
    of_condition = values.groupby(study.runs["condition"].astype("str")).first()
    return replace(
        study,
        runs=study.runs.assign(**groups, **values.where(values.notna()).infer_objects()),
        conditions=study.conditions.join(of_condition).assign(**groups),
    )
