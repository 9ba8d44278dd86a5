"""Tables of results for people, as text. Console, page and LaTeX choose columns.

A column is its head and a function from a row to text; a row that could not be computed has its
reason under NOTE.
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import Row, rows_of
from cuttle.analysis.statistic import Statistic
from cuttle.analysis.statistics.learning import areas, thresholds
from cuttle.runs.formatting import (
    MINUS,
    format_interval,
    format_number,
    format_p,
    format_percent,
)

NOTE = "note"
Format = Callable[[Row], str]
Columns = Mapping[str, Format]
OMNIBUS = {
    "anova": "one-way ANOVA",
    "welch_anova": "Welch ANOVA",
    "kruskal_wallis": "Kruskal-Wallis",
    "repeated_anova": "repeated-measures ANOVA (Greenhouse-Geisser)",
    "friedman": "Friedman",
    "permutation": "permutation test",
}
BRANCHES = {"student": "Student", "welch": "Welch", "mwu": "Mann-Whitney"}


def rate(column: str) -> Format:
    """Write a rate, in percent."""
    return lambda row: format_percent(row[column], unit=False)


def points(column: str) -> Format:
    """Write a difference of rates, in points with its sign."""
    return lambda row: format_percent(row[column], unit=False, signed=True)


def ends(least: float = 0.0) -> Format:
    """Write an interval of rates, or from -1 on of differences, in percent."""
    return lambda row: format_interval(row["ci_low"], row["ci_high"], least=least)


def number(column: str, places: int = 2) -> Format:
    """Write a number."""
    return lambda row: format_number(row[column], places)


def numbers(low: str, high: str) -> Format:
    """Write an interval of numbers."""

    def interval(row: Row) -> str:
        both = [format_number(row[end]) for end in (low, high)]
        return f"[{', '.join(both)}]" if all(both) else ""

    return interval


def p_value(column: str) -> Format:
    """Write a p-value."""
    return lambda row: format_p(row[column])


def text(column: str) -> Format:
    """Write a text; empty where there is none."""
    return lambda row: "" if pd.isna(row[column]) else str(row[column])


def count(column: str) -> Format:
    """Write a whole number."""
    return number(column, 0)


def degrees(*columns: str) -> Format:
    """Write degrees of freedom, whole ones without decimals."""

    def listed(row: Row) -> str:
        known = [row[column] for column in columns if row[column] == row[column]]
        whole = [value == round(value, 6) // 1 for value in known]
        return ", ".join(format_number(v, 0 if w else 1) for v, w in zip(known, whole, strict=True))

    return listed


def _effect_size(row: Row) -> str:
    size = format_number(row["effect_size"])
    return f"{row['effect']} {size}" if size else ""


DIFFERENCE: Columns = {
    f"a {MINUS} b": points("diff"), "95% CI": ends(-1.0), "p": p_value("p"),
    "p Holm": p_value("p_holm"),
}  # fmt: skip
ONLY_INDEPENDENT = ("95% CI of g", "95% CI of P")  # not valid where runs are paired
ONLY_PAIRED = ("dz",)

# The columns of each statistic that has a table; those that name a pair come before.
TABLES: Mapping[str, Columns] = {
    "descriptives": {
        "condition": text("condition"), "n": count("n"), "mean": rate("mean"), "95% CI": ends(),
        "SD": rate("sd"), "SE": rate("se"), "min": rate("min"), "Q1": rate("q1"),
        "median": rate("median"), "Q3": rate("q3"), "max": rate("max"), "IQM": rate("iqm"),
        "with half draws": rate("half_draw_rate"),
    },
    "comparisons": {
        **DIFFERENCE, "p Shaffer": p_value("p_shaffer"), "p permutation": p_value("p_permutation"),
        "g": number("hedges_g_exact"), "95% CI of g": numbers("g_ci_low", "g_ci_high"),
        "dz": number("dz"), "P(a > b)": number("prob_improvement"),
        "95% CI of P": numbers("prob_improvement_low", "prob_improvement_high"),
    },
    "equivalence": {
        "margin": rate("margin"), f"90% CI of a {MINUS} b": ends(-1.0), "p TOST": p_value("p"),
        "p Holm": p_value("p_holm"),
        "equivalent": lambda row: "yes" if row["is_equivalent"] else "not shown",
    },
    "classical": {
        "test": lambda row: BRANCHES.get(str(row["branch"]).partition("_")[0], ""),
        "why": text("reason"), "statistic": number("statistic_value"), "p": p_value("p"),
        "p Bonferroni": p_value("p_bonferroni"), "d": number("cohens_d"),
        "size": text("effect_band"),
    },
    "omnibus": {
        "test": lambda row: OMNIBUS[row["test"]], "statistic": number("statistic_value"),
        "df": degrees("df1", "df2"), "p": p_value("p"), "effect size": _effect_size,
    },
    "factorial": {
        "term": text("term"), "df": degrees("df", "df_residual"), "F": number("f"),
        "p": p_value("p"), "partial η²": number("eta2_partial"),
        "partial ω²": number("omega2_partial"), "in words": text("sentence"),
    },
    "level_means": {
        "factor": text("factor"), "level": text("level_text"), "n": count("n"),
        "mean": rate("mean"), "95% CI": ends(),
    },
    "level_differences": {"settings": count("num_settings"), **DIFFERENCE},
    "best_settings": {
        "network type": text("network_type"), "best setting": text("setting"),
        "of": count("num_settings"), "its mean": rate("naive_mean"),
        "cross-fitted": rate("crossfit_mean"), "SE": rate("crossfit_se"),
        "optimism": points("optimism"),
    },
    "sensitivity": {
        "network type": text("network_type"), "at the best setting of": text("at"),
        "setting": text("setting"), "loss": points("loss"), "SE": rate("se"),
    },
    "area_comparisons": DIFFERENCE,
    "power": {
        "SD": rate("sd"), "detectable": rate("mde"), "at upper SD": rate("mde_at_upper_sd"),
        "runs for 2 points": count("needed_2_points"),
        "runs for 5 points": count("needed_5_points"),
        "runs for 10 points": count("needed_10_points"),
    },
}  # fmt: skip


def result_table(study: Study, statistic: Statistic, opponent: str) -> pd.DataFrame:
    """Return the table of a statistic; the factor is named where several vary."""
    frame, columns = statistic(study, opponent), dict(TABLES[statistic.__name__])
    if "factor" in frame:
        frame = frame.assign(factor=frame["factor"].map(study.factor_text))
    if "a" in frame:
        names = ["factor", "a", "b"] if len(study.varying) > 1 else ["a", "b"]
        columns = {**{name: text(name) for name in names}, **columns}
    for head in ONLY_INDEPENDENT if study.is_paired else ONLY_PAIRED:
        columns.pop(head, None)
    return format_rows(frame, columns).rename(columns={"condition": study.noun})


def learning_table(study: Study, opponent: str) -> pd.DataFrame:
    """Show the area under the learning curve and the first round at each threshold."""
    frame = areas(study, opponent).set_index("condition", drop=False)
    columns: dict[str, Format] = {
        study.noun: text("condition"), "mean win rate over rounds": rate("mean"), "95% CI": ends(),
    }  # fmt: skip
    for threshold, rows in thresholds(study, opponent).groupby("threshold"):
        assert isinstance(threshold, float)
        crossing = {row["condition"]: _crossing(row) for row in rows_of(rows)}
        frame[f"at {threshold}"] = frame["condition"].map(crossing)
        columns[f"round of {format_percent(threshold)}"] = text(f"at {threshold}")
    return format_rows(frame, columns)


def _crossing(row: Row) -> str:
    """Format a median round with the share of runs that got there: `6.0 (7 of 7)`."""
    none = "no median" if row["n_reached"] else "never"
    return f"{format_number(row['median'], 1) or none} ({row['n_reached']} of {row['n']})"


def format_rows(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Make a frame of text; notes are a last column where there are any."""
    rows = rows_of(frame)
    data: dict[str, Sequence[str]] = {
        head: [form(row) for row in rows] for head, form in columns.items()
    }
    if any(notes := [str(row.get(NOTE) or "") for row in rows]):
        data[NOTE] = notes
    return pd.DataFrame(data, columns=list(data), dtype="str")
