"""Tables for people, as text. Console, page and LaTeX choose columns.

A row that could not be computed has its reason under NOTE.
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.statistic import Statistic
from cuttle.analysis.statistics.learning import THRESHOLDS, areas, thresholds
from cuttle.analysis.statistics.omnibus import TESTS
from cuttle.analysis.statistics.primary import POINTS
from cuttle.runs.formatting import (
    MINUS,
    format_interval,
    format_number,
    format_p,
    format_percent,
)

NOTE = "note"
NUMERIC = re.compile(rf"[\[<]?[-+{MINUS}]?[\d.]|$")  # how a number or an interval begins
# Head of a column -> how to write it, and the columns of the frame that it is written from.
Columns = Mapping[str, tuple[Any, ...]]
BRANCHES = {"student": "Student", "welch": "Welch", "mwu": "Mann-Whitney"}

rate = partial(format_percent, unit=False)  # a column names the unit
points = partial(format_percent, unit=False, signed=True)
count = partial(format_number, places=0)
ends_of_difference = partial(format_interval, least=-1.0)


def text(value: Any) -> str:
    """Format a text; empty where there is none."""
    return "" if pd.isna(value) else str(value)


def ends(low: float, high: float) -> str:
    """Format an interval of numbers."""
    both = [format_number(low), format_number(high)]
    return f"[{', '.join(both)}]" if all(both) else ""


def degrees(*degrees_of_freedom: float) -> str:
    """Format degrees of freedom, whole ones without decimals."""
    known = [df for df in degrees_of_freedom if df == df]
    return ", ".join(format_number(df, 0 if df == round(df, 6) // 1 else 1) for df in known)


def effect_size(name: str, size: float) -> str:
    """Format an effect size with its name; empty where there is none."""
    return f"{name} {format_number(size)}" if size == size else ""


CI = ("ci_low", "ci_high")
DIFFERENCE: Columns = {
    f"a {MINUS} b": (points, "diff"), "95% CI": (ends_of_difference, *CI), "p": (format_p, "p"),
    "p Holm": (format_p, "p_holm"),
}  # fmt: skip
ONLY_INDEPENDENT = ("95% CI of g", "95% CI of P")  # not valid where runs are paired
ONLY_PAIRED = ("dz",)

# The columns of each statistic that has a table; those that name a pair come before.
TABLES: Mapping[str, Columns] = {
    "descriptives": {
        "condition": (text, "condition"), "n": (count, "n"), "mean": (rate, "mean"),
        "95% CI": (format_interval, *CI), "SD": (rate, "sd"), "SE": (rate, "se"),
        "min": (rate, "min"), "Q1": (rate, "q1"), "median": (rate, "median"), "Q3": (rate, "q3"),
        "max": (rate, "max"), "IQM": (rate, "iqm"), "with half draws": (rate, "half_draw_rate"),
    },
    "comparisons": {
        **DIFFERENCE, "p Shaffer": (format_p, "p_shaffer"),
        "p permutation": (format_p, "p_permutation"), "g": (format_number, "hedges_g_exact"),
        "95% CI of g": (ends, "g_ci_low", "g_ci_high"), "dz": (format_number, "dz"),
        "P(a > b)": (format_number, "prob_improvement"),
        "95% CI of P": (ends, "prob_improvement_low", "prob_improvement_high"),
    },
    "equivalence": {
        "margin": (rate, "margin"), f"90% CI of a {MINUS} b": (ends_of_difference, *CI),
        "p TOST": (format_p, "p"), "p Holm": (format_p, "p_holm"),
        "equivalent": (lambda is_one: "yes" if is_one else "not shown", "is_equivalent"),
    },
    "classical": {
        "test": (lambda branch: BRANCHES.get(branch.partition("_")[0], ""), "branch"),
        "why": (text, "reason"), "statistic": (format_number, "statistic_value"),
        "p": (format_p, "p"), "p Bonferroni": (format_p, "p_bonferroni"),
        "d": (format_number, "cohens_d"), "size": (text, "effect_band"),
    },
    "omnibus": {
        "test": (TESTS.get, "test"), "statistic": (format_number, "statistic_value"),
        "df": (degrees, "df1", "df2"), "p": (format_p, "p"),
        "effect size": (effect_size, "effect", "effect_size"),
    },
    "factorial": {
        "term": (text, "term"), "df": (degrees, "df", "df_residual"), "F": (format_number, "f"),
        "p": (format_p, "p"), "partial η²": (format_number, "eta2_partial"),
        "partial ω²": (format_number, "omega2_partial"), "in words": (text, "sentence"),
    },
    "level_means": {
        "factor": (text, "factor"), "level": (text, "level_text"), "n": (count, "n"),
        "mean": (rate, "mean"), "95% CI": (format_interval, *CI),
    },
    "level_differences": {"settings": (count, "num_settings"), **DIFFERENCE},
    "best_settings": {
        "network type": (text, "network_type"), "best setting": (text, "setting"),
        "of": (count, "num_settings"), "its mean": (rate, "naive_mean"),
        "cross-fitted": (rate, "crossfit_mean"), "SE": (rate, "crossfit_se"),
        "optimism": (points, "optimism"),
    },
    "sensitivity": {
        "network type": (text, "network_type"), "at the best setting of": (text, "at"),
        "setting": (text, "setting"), "loss": (points, "loss"), "SE": (rate, "se"),
    },
    "area_comparisons": DIFFERENCE,
    "power": {
        "SD": (rate, "sd"), "detectable": (rate, "mde"), "at upper SD": (rate, "mde_at_upper_sd"),
        **{f"runs for {p} points": (count, f"needed_{p}_points") for p in POINTS},
    },
}  # fmt: skip


def result_table(study: Study, statistic: Statistic, opponent: str) -> pd.DataFrame:
    """Return the table of a statistic; the factor is named where several vary."""
    frame, columns = statistic(study, opponent), dict(TABLES[statistic.__name__])
    if "factor" in frame:
        frame = frame.assign(factor=frame["factor"].map(study.factor_text))
    if "a" in frame:
        names = ["factor", "a", "b"] if len(study.varying) > 1 else ["a", "b"]
        columns = {**{name: (text, name) for name in names}, **columns}
    for head in ONLY_INDEPENDENT if study.is_paired else ONLY_PAIRED:
        columns.pop(head, None)
    return format_rows(frame, columns).rename(columns={"condition": study.noun})


def learning_table(study: Study, opponent: str) -> pd.DataFrame:
    """Show the area under the learning curve and the first round at each threshold."""
    frame = areas(study, opponent).set_index("condition", drop=False)
    columns: dict[str, tuple[Any, ...]] = {
        study.noun: (text, "condition"), "mean win rate over rounds": (rate, "mean"),
        "95% CI": (format_interval, *CI),
    }  # fmt: skip
    crossings = thresholds(study, opponent).set_index("condition")
    for threshold in THRESHOLDS:
        crossing = crossings.loc[crossings["threshold"] == threshold, ["median", "n_reached", "n"]]
        names = [f"{name}_{threshold}" for name in crossing]
        frame[names] = crossing
        columns[f"round of {format_percent(threshold)}"] = (_crossing, *names)
    return format_rows(frame, columns)


def number_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a table of text whose cells are numbers, intervals or empty."""
    is_number = frame.map(lambda cell: NUMERIC.match(cell) is not None).all()
    numbers = frame.columns[is_number.to_numpy(dtype=bool)]
    return [str(head) for head in numbers if head not in ("pair", NOTE)]


def _crossing(median: float, n_reached: int, n: int) -> str:
    """Format a median round with the share of runs that got there: `6.0 (7 of 7)`."""
    none = "no median" if n_reached else "never"
    return f"{format_number(median, 1) or none} ({n_reached} of {n})"


def format_rows(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Make a frame of text; notes are a last column where there are any."""
    data = {
        head: [form(*values) for values in zip(*(frame[name] for name in names), strict=True)]
        for head, (form, *names) in columns.items()
    }
    notes = list(map(text, frame[NOTE])) if NOTE in frame else []
    if any(notes):
        data[NOTE] = notes
    return pd.DataFrame(data, columns=list(data), dtype="str")
