"""The parts of the page: which tables it shows, with their notes."""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from cuttle.analysis import study_tables, tables
from cuttle.analysis.data import Study
from cuttle.analysis.diff import Difference, Side, cell_text, inside, open_side
from cuttle.analysis.numerics import rows_of
from cuttle.analysis.statistics import classical, comparisons
from cuttle.runs.diff import flatten
from cuttle.runs.formatting import format_value, pluralize, truncate

MAX_LEVELS = 6  # of a factor that have a column of their own
MAX_VALUES = 8
WIN_RATES = (
    "Win rate: wins / games, a draw counts as not won; with half draws: (wins + draws / 2) / "
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
BEST = (
    "Cross-fitted: chosen on one half of the runs, estimated on the other, and the reverse. "
    "Optimism: what the mean of the winner flatters itself by."
)
_NUMERIC = re.compile(r"^[\[<]?[-+\N{MINUS SIGN}]?[\d.].*$|^$")


class Table(NamedTuple):
    """A table of text; heads are (text, `text` or `number`)."""

    heads: list[tuple[str, str]]
    rows: list[list[str]]


class Part(NamedTuple):
    """A table with its title, folded at first if it is secondary."""

    title: str
    table: Table
    is_folded: bool = False
    notes: Sequence[str] = ()
    empty: str = "No results."


def make_table(frame: pd.DataFrame) -> Table:
    """Turn a frame of text into a table; columns of numbers are told by their cells."""
    kinds = [
        "number" if all(_NUMERIC.match(cell) for cell in frame[column]) else "text"
        for column in frame
    ]
    return Table(list(zip(map(str, frame), kinds, strict=True)), frame.to_numpy().tolist())


def results(study: Study) -> list[dict[str, Any]]:
    """Return the descriptives and tests against each opponent."""
    return [
        {"name": opponent, "role": role, "parts": list(_parts(study, opponent))}
        for opponent, role in study.roles.items()
    ]


def _parts(study: Study, opponent: str) -> list[Part]:
    def folded(title: str, frame: pd.DataFrame, *notes: str) -> Part:
        return Part(title, make_table(frame), is_folded=True, notes=notes)

    pairs = tables.comparison_table(study, opponent)
    many = [
        folded("Factors: which matter", tables.factorial_table(study, opponent)),
        folded("Mean of each level", tables.level_table(study, opponent)),
        folded("Best setting per network type", tables.best_table(study, opponent), BEST),
        folded("Loss at another's best setting", tables.sensitivity_table(study, opponent)),
    ]
    return [
        Part("", make_table(tables.descriptives_table(study, opponent)), notes=[WIN_RATES]),
        Part(
            "Pairs, in percentage points",
            make_table(pairs),
            notes=_about_pairs(study, opponent),
            empty="There is no pair to compare.",
        ),
        *([part._replace(is_folded=False) for part in many] if len(study.varying) > 1 else []),
        folded("All conditions at once", tables.omnibus_table(study, opponent)),
        folded("Equivalence", tables.equivalence_table(study, opponent)),
        folded(
            "The classical procedure",
            tables.classical_table(study, opponent),
            classical.PROCEDURE,
        ),
        folded("Sample efficiency", tables.learning_table(study, opponent), AREAS),
        folded("Areas under the learning curves", tables.area_table(study, opponent)),
        folded(
            "What differences could this study detect?", tables.power_table(study, opponent), POWER
        ),
    ]


def _about_pairs(study: Study, opponent: str) -> list[str]:
    """Name the test and the correction, and where the classical procedure decides otherwise."""
    frame = comparisons.compute(study).query("opponent == @opponent")
    sizes = frame.drop_duplicates("factor")[["factor", "family_size"]]
    families = ", ".join(
        f"{study.factor_text(row['factor'])}: {row['family_size']}" for row in rows_of(sizes)
    )
    test = "Paired t" if study.is_paired else "Welch"
    verdicts = classical.compute(study).query("opponent == @opponent")["disagreement"]
    return [
        f"{test} test, two-sided; Holm over the planned pairs of a factor ({families}). Intervals "
        "are not adjusted.",
        *filter(None, verdicts),
    ]


def states(study: Study) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the state of every run, by condition in the order of the plan."""
    columns = ["condition", "run_id", "run", "state"]
    frame = pd.concat([study.runs.assign(state="completed")[columns], study.excluded[columns]])
    groups = frame.sort_values("run").groupby("condition", observed=False, sort=False)
    return [(str(condition), rows_of(rows)) for condition, rows in groups]


def runs(study: Study) -> list[Part]:
    """Return the tables of excluded and of used runs."""
    used = pluralize(len(study.runs), "run")
    excluded = make_table(study_tables.excluded_table(study))
    return [
        Part(
            f"{used} used; {len(study.excluded):,} excluded",
            excluded,
            empty="No run is excluded." if len(study.runs) else "There is no run.",
        ),
        Part(
            "All used runs, win rates in percent", make_table(study_tables.run_table(study)), True
        ),
    ]


def configuration(study: Study) -> list[Part]:
    """Return the factors, the settings that follow them or vary otherwise, and all common ones."""
    if not len(study.runs):
        empty = "No run is used, so there are no settings to show."
        return [Part("Settings", Table([], []), empty=empty)]
    path = study.paths[0]
    varying = inside(open_side(path.parent, str(path)))
    constant = study.configs.loc[:, study.configs.astype(str).nunique() == 1].iloc[0].dropna()
    common = pd.DataFrame({"key": constant.index, "value": [*map(format_value, constant)]})
    parts = [
        Part("Factors", make_table(study_tables.factor_table(study))),
        *(_settings(study, name, *found) for name, found in varying.items()),
        Part("Networks", make_table(study_tables.network_table(study))),
        Part(f"All {len(common)} common settings", make_table(common), is_folded=True),
    ]
    return [part for part in parts if part.table.rows]


def _settings(
    study: Study, name: str, sides: Sequence[Side], differences: Sequence[Difference]
) -> Part:
    """Show the settings that differ between the levels of a factor, or that none explains."""
    title = f"Settings by {study.factor_text(name)}" if name else "Varies within conditions"
    heads = [side.label for side in sides] if name and len(sides) <= MAX_LEVELS else ["values"]
    rows = []
    for difference in differences:
        texts = [cell_text(cell) for cell in difference.cells]
        values = texts if len(texts) == len(heads) else [truncate(list(dict.fromkeys(texts)))]
        rows.append([difference.key, *values])
    return Part(title, make_table(pd.DataFrame(rows, columns=["key", *heads], dtype="str")))


def _distinct(values: "pd.Series[Any]") -> str:
    return truncate(list(dict.fromkeys(map(str, values))), MAX_VALUES)


def provenance(study: Study) -> list[Part]:
    """Return where the numbers come from: commit, versions, machines."""
    keys = ("created_at", "git", "seed_mode", "rules_version")
    meta = flatten({key: study.meta.get(key) for key in keys})
    recorded = study.provenance.drop(columns=["experiment", "run_id", "condition", "run"])
    about = pd.DataFrame({"experiment": list(meta), "value": [*map(format_value, meta.values())]})
    values = [_distinct(recorded[column].dropna()) for column in recorded]
    of_runs = pd.DataFrame({"recorded by the runs": list(recorded), "value": values})
    return [Part("", make_table(frame.astype(str))) for frame in (about, of_runs) if len(frame)]


def history(study: Study) -> list[str]:
    """Return the commands that launched the experiment."""
    entries = study.meta.get("history") or []
    return [
        str(entry.get("command_line", ""))
        if isinstance(entry, dict)
        else json.dumps(entry, ensure_ascii=False)
        for entry in entries
    ]
