"""The parts of the page: which tables it shows, with their notes."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from cuttle.analysis.data import Study, level_text
from cuttle.analysis.diff import cell_text, inside, open_side
from cuttle.analysis.numerics import rows_of
from cuttle.analysis.statistic import Statistic
from cuttle.analysis.statistics.classic import PROCEDURE, classical
from cuttle.analysis.statistics.factors import factorial, level_differences, level_means
from cuttle.analysis.statistics.final import descriptives
from cuttle.analysis.statistics.learning import area_comparisons
from cuttle.analysis.statistics.omnibus import omnibus
from cuttle.analysis.statistics.primary import comparisons, equivalence, power
from cuttle.analysis.statistics.resources import cost, networks
from cuttle.analysis.statistics.settings import best_settings, sensitivity
from cuttle.analysis.tables import (
    Columns,
    count,
    format_rows,
    learning_table,
    number_columns,
    rate,
    result_table,
    text,
)
from cuttle.runs.diff import flatten
from cuttle.runs.formatting import (
    format_duration,
    format_number,
    format_value,
    pluralize,
    truncate,
)

MAX_LEVELS = 6  # of a factor that have a column of their own
MAX_VALUES = 8
WIN_RATES = (
    "Win rate: wins / games, a draw is not a win; with half draws: (wins + draws / 2) / "
    "games, mean over runs."
)
AREAS = (
    "The area under the curve as a mean over rounds. Then the median first round from which two "
    "rounds in a row reach the threshold, and how many runs do; there is no median where half of "
    "the runs or more never do. Both are secondary."
)
POWER = (
    "At 80% power, in points; smaller differences are found with less power. SD: of runs, or of "
    "differences of paired runs; upper SD: its 80% limit. Runs: of each condition."
)
OVER_SETTINGS = (
    "On average over the settings (levels of the other factors) in which both have runs, with the "
    "variance pooled over all conditions; Holm over the pairs of a factor."
)
BEST = (
    "Cross-fitted: chosen on one half of the runs, estimated on the other, and the reverse. "
    "Optimism: the selection bias of the winner's mean."
)
LOSS = (
    "Against the own best setting; both settings are chosen on one half of the runs and estimated "
    "on the other, and the reverse. The setting shown is what all runs choose."
)


class Part(NamedTuple):
    """A table of text with its title, folded at first if it is secondary."""

    title: str
    frame: pd.DataFrame
    is_folded: bool = False
    notes: Sequence[str] = ()
    empty: str = "No results."

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Heads as (text, `text` or `number`): a column of numbers is one by its cells."""
        numbers = number_columns(self.frame)
        return [(str(head), "number" if head in numbers else "text") for head in self.frame]

    @property
    def rows(self) -> list[list[str]]:
        """Cells, row by row."""
        return self.frame.to_numpy().tolist()


def results(study: Study) -> list[dict[str, Any]]:
    """Return the descriptives and tests against each opponent."""
    return [
        {"name": opponent, "role": role, "parts": list(_parts(study, opponent))}
        for opponent, role in study.roles.items()
    ]


def _parts(study: Study, opponent: str) -> Iterator[Part]:
    def part(title: str, statistic: Statistic, *notes: str, is_folded: bool = True) -> Part:
        return Part(title, result_table(study, statistic, opponent), is_folded, notes)

    yield part("", descriptives, WIN_RATES, is_folded=False)
    about = _about_pairs(study, opponent)
    pairs = part("Pairs, in percentage points", comparisons, *about, is_folded=False)
    yield pairs._replace(empty="There is no pair to compare.")
    if len(study.varying) > 1:
        yield part("Factors: which matter", factorial, is_folded=False)
        yield part("Mean of each level", level_means, is_folded=False)
        yield part("Differences of levels, in percentage points", level_differences, OVER_SETTINGS)
        yield part("Best setting per network type", best_settings, BEST, is_folded=False)
        yield part("Loss at another's best setting", sensitivity, LOSS, is_folded=False)
    yield part("All conditions at once", omnibus)
    yield part("Equivalence", equivalence)
    yield part("The classical procedure", classical, PROCEDURE)
    yield Part("Sample efficiency", learning_table(study, opponent), True, [AREAS])
    yield part("Areas under the learning curves", area_comparisons)
    yield part("What differences could this study detect?", power, POWER)


def _about_pairs(study: Study, opponent: str) -> list[str]:
    """Name the test and the correction, and where the classical procedure decides otherwise."""
    sizes = comparisons(study, opponent).drop_duplicates("factor")[["factor", "family_size"]]
    families = ", ".join(
        f"{study.factor_text(row['factor'])}: {row['family_size']}" for row in rows_of(sizes)
    )
    test = "Paired t" if study.is_paired else "Welch"
    return [
        f"{test} test, two-sided; Holm over the planned pairs of a factor ({families}). Intervals "
        "are not adjusted.",
        *filter(None, classical(study, opponent)["disagreement"]),
    ]


def states(study: Study) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the state of every run, by condition in the order of the plan."""
    columns = ["condition", "run_id", "run", "state"]
    frame = pd.concat([study.runs.assign(state="completed")[columns], study.excluded[columns]])
    groups = frame.sort_values("run").groupby("condition", observed=False, sort=True)
    return [(str(condition), rows_of(rows)) for condition, rows in groups]


def runs(study: Study) -> list[Part]:
    """Return the tables of excluded and of used runs."""
    rates = study.final.pivot(index="run_id", columns="opponent", values="win_rate")
    rates = rates.add_prefix("against ")  # an opponent may be called like a column
    columns: dict[str, tuple[Any, ...]] = {
        "run": (text, "run_id"), study.noun: (text, "condition"), "number": (text, "run"),
        "seed": (text, "seed"), "time": (format_duration, "duration_s"),
    }  # fmt: skip
    for name in study.opponents:
        columns |= {f"against {name}" if name in columns else name: (rate, f"against {name}")}
    used = format_rows(study.runs.join(rates, on="run_id"), columns)
    why: Columns = {"run": (text, "run_id"), "state": (text, "state"), "reason": (text, "reason")}
    title = f"{pluralize(len(used), 'run')} used; {len(study.excluded):,} excluded"
    empty = "No run is excluded." if len(used) else "There is no run."
    return [
        Part(title, format_rows(study.excluded, why), empty=empty),
        Part("All used runs, win rates in percent", used, True),
    ]


def configuration(study: Study) -> list[Part]:
    """Return the factors, the settings that follow them or vary otherwise, and all common ones."""
    if not len(study.runs):
        empty = "No run is used, so there are no settings to show."
        return [Part("Settings", pd.DataFrame(), empty=empty)]
    path = study.paths[0]
    varying = inside(open_side(path.parent, str(path)))
    are_equal = study.configs.astype(str).nunique(dropna=False) == 1
    constant = study.configs.loc[:, are_equal].iloc[0].dropna()
    common = pd.DataFrame({"key": constant.index, "value": [*map(level_text, constant)]})
    levels = [
        (name, level_text(factor.base), ", ".join(map(level_text, study.levels(name))))
        for name, factor in study.factors.items()
    ]
    parts = [
        Part("Factors", pd.DataFrame(levels, columns=["factor", "base", "levels"])),
        *(_settings(study, name, found) for name, found in varying.items()),
        Part("Networks", _networks(study)),
        Part(f"All {len(common)} common settings", common, is_folded=True),
    ]
    return [part for part in parts if len(part.frame)]


def _networks(study: Study) -> pd.DataFrame:
    """Show the size, the spread of first Q-values and the cost of each condition."""
    costs = cost(study).pivot(index="condition", columns="quantity", values="mean")
    columns: Columns = {
        study.noun: (text, "condition"),
        "parameters": (_range, "parameters_min", "parameters_max"),
        "initial Q sd": (partial(format_number, places=4), "initial_q_sd"),
        "training time per run": (format_duration, "duration_s"),
        "self-play games per second": (count, "self_play_games_per_s"),
    }
    return format_rows(networks(study).join(costs, on="condition"), columns)


def _range(low: float, high: float) -> str:
    return " to ".join(dict.fromkeys([count(low), count(high)]))


def _settings(study: Study, name: str, found: pd.DataFrame) -> Part:
    """Show the settings that differ between the levels of a factor, or that none explains."""
    title = f"Settings by {study.factor_text(name)}" if name else "Varies within conditions"
    texts = found.map(cell_text).reset_index("key").reset_index(drop=True)
    if len(found.columns) > MAX_LEVELS:
        levels = texts.drop(columns="key").to_numpy().tolist()
        values = [truncate(list(dict.fromkeys(row))) for row in levels]
        texts = texts[["key"]].assign(values=values)
    return Part(title, texts.astype("str"))


def provenance(study: Study) -> list[Part]:
    """Return where the numbers come from: commit, versions, machines."""
    keys = ("created_at", "git", "seed_mode", "rules_version")
    meta = flatten({key: study.meta.get(key) for key in keys})
    recorded = study.provenance.drop(columns=["experiment", "run_id", "condition", "run"])
    about = pd.DataFrame({"experiment": list(meta), "value": [*map(format_value, meta.values())]})
    values = [
        truncate(list(dict.fromkeys(map(str, recorded[column].dropna()))), MAX_VALUES)
        for column in recorded
    ]
    of_runs = pd.DataFrame({"recorded by the runs": list(recorded), "value": values})
    return [Part("", frame.astype(str)) for frame in (about, of_runs) if len(frame)]


def history(study: Study) -> list[str]:
    """Return the commands that launched the experiment."""
    entries = study.meta.get("history") or []
    return [
        str(e.get("command_line", "")) if isinstance(e, dict) else json.dumps(e, ensure_ascii=False)
        for e in entries
    ]
