"""Tables of results for people, as text. Console, page and LaTeX choose columns.

Each function returns a frame of text; a row that could not be computed has its reason under NOTE.
"""

from typing import Any

import pandas as pd

from cuttle.analysis.cells import (
    Format,
    Row,
    count_cell,
    ends_cell,
    format_rows,
    number_cell,
    numbers_cell,
    p_cell,
    points_cell,
    rate_cell,
    text_cell,
)
from cuttle.analysis.data import Study
from cuttle.analysis.numerics import rows_of
from cuttle.analysis.statistics import (
    area_comparisons,
    areas,
    best_settings,
    classical,
    comparisons,
    descriptives,
    equivalence,
    factorial,
    level_means,
    omnibus,
    power,
    sensitivity,
    thresholds,
)
from cuttle.runs.formatting import (
    MINUS,
    format_number,
    format_percent,
)

OMNIBUS = {
    "anova": "one-way ANOVA",
    "welch_anova": "Welch ANOVA",
    "kruskal_wallis": "Kruskal-Wallis",
    "repeated_anova": "repeated-measures ANOVA (Greenhouse-Geisser)",
    "friedman": "Friedman",
    "permutation": "permutation test",
}
BRANCHES = {"student": "Student", "welch": "Welch", "mwu": "Mann-Whitney"}


PAIR: dict[str, Format] = {"a": text_cell("a"), "b": text_cell("b")}
DESCRIPTIVES: dict[str, Format] = {
    "n": count_cell("n"),
    "mean": rate_cell("mean"),
    "95% CI": ends_cell("ci_low", "ci_high"),
    "SD": rate_cell("sd"),
    "SE": rate_cell("se"),
    "min": rate_cell("min"),
    "Q1": rate_cell("q1"),
    "median": rate_cell("median"),
    "Q3": rate_cell("q3"),
    "max": rate_cell("max"),
    "IQM": rate_cell("iqm"),
    "with half draws": rate_cell("half_draw_rate"),
}
COMPARISONS: dict[str, Format] = {
    f"a {MINUS} b": points_cell("diff"),
    "95% CI": ends_cell("ci_low", "ci_high", -1.0),
    "p": p_cell("p"),
    "p Holm": p_cell("p_holm"),
    "p Shaffer": p_cell("p_shaffer"),
    "p permutation": p_cell("p_permutation"),
    "g": number_cell("hedges_g_exact"),
    "95% CI of g": numbers_cell("g_ci_low", "g_ci_high"),
    "dz": number_cell("dz"),
    "P(a > b)": number_cell("prob_improvement"),
    "95% CI of P": numbers_cell("prob_improvement_low", "prob_improvement_high"),
}
ONLY_INDEPENDENT = ("95% CI of g", "95% CI of P")  # not valid where runs are paired
ONLY_PAIRED = ("dz",)


def descriptives_table(study: Study, opponent: str) -> pd.DataFrame:
    """Describe the final win rates of every condition, in percent."""
    names = {study.noun: text_cell("condition")}
    return format_rows(_of(descriptives, study, opponent), {**names, **DESCRIPTIVES})


def comparison_table(study: Study, opponent: str) -> pd.DataFrame:
    """Compare pairs of conditions, in points; the family is named where there are several."""
    left_out = ONLY_INDEPENDENT if study.is_paired else ONLY_PAIRED
    columns = {head: form for head, form in COMPARISONS.items() if head not in left_out}
    frame = _of(comparisons, study, opponent)
    return format_rows(frame, {**_family(study), **PAIR, **columns})


def equivalence_table(study: Study, opponent: str) -> pd.DataFrame:
    """Test pairs for equivalence within the margin."""
    columns: dict[str, Format] = {
        "margin": rate_cell("margin"),
        f"90% CI of a {MINUS} b": ends_cell("ci_low", "ci_high", -1.0),
        "p TOST": p_cell("p"),
        "p Holm": p_cell("p_holm"),
        "equivalent": lambda row: "yes" if row["is_equivalent"] else "not shown",
    }
    return format_rows(_of(equivalence, study, opponent), {**_family(study), **PAIR, **columns})


def classical_table(study: Study, opponent: str) -> pd.DataFrame:
    """Show what the classical procedure did with every pair."""
    columns: dict[str, Format] = {
        "test": lambda row: BRANCHES.get(str(row["branch"]).partition("_")[0], ""),
        "why": text_cell("reason"),
        "statistic": number_cell("statistic_value"),
        "p": p_cell("p"),
        "p Bonferroni": p_cell("p_bonferroni"),
        "d": number_cell("cohens_d"),
        "size": text_cell("effect_band"),
    }
    return format_rows(_of(classical, study, opponent), {**_family(study), **PAIR, **columns})


def omnibus_table(study: Study, opponent: str) -> pd.DataFrame:
    """Test all conditions at once."""
    columns: dict[str, Format] = {
        "test": lambda row: OMNIBUS.get(str(row["test"]), str(row["test"])),
        "statistic": number_cell("statistic_value"),
        "df": lambda row: ", ".join(filter(None, map(_df, (row["df1"], row["df2"])))),
        "p": p_cell("p"),
        "effect size": lambda row: (
            f"{row['effect']} {format_number(row['effect_size'])}"
            if format_number(row["effect_size"])
            else ""
        ),
    }
    return format_rows(_of(omnibus, study, opponent), columns)


def _df(value: float) -> str:
    return format_number(value, 0 if value == round(value, 6) // 1 else 1) if value == value else ""


def factorial_table(study: Study, opponent: str) -> pd.DataFrame:
    """Say which factors and interactions matter: a factorial ANOVA, type II."""
    columns: dict[str, Format] = {
        "term": text_cell("term"),
        "df": lambda row: ", ".join(map(_df, (row["df"], row["df_residual"]))),
        "F": number_cell("f"),
        "p": p_cell("p"),
        "partial η²": number_cell("eta2_partial"),
        "partial ω²": number_cell("omega2_partial"),
        "in words": text_cell("sentence"),
    }
    return format_rows(_of(factorial, study, opponent), columns)


def level_table(study: Study, opponent: str) -> pd.DataFrame:
    """Estimate the mean of every level of every factor, over the levels of the others."""
    columns: dict[str, Format] = {
        "factor": lambda row: study.factor_text(row["factor"]),
        "level": text_cell("level_text"),
        "n": count_cell("n"),
        "mean": rate_cell("mean"),
        "95% CI": ends_cell("ci_low", "ci_high"),
    }
    return format_rows(_of(level_means, study, opponent), columns)


def best_table(study: Study, opponent: str) -> pd.DataFrame:
    """Name the best setting of each network type, honestly estimated."""
    columns: dict[str, Format] = {
        "network type": text_cell("network_type"),
        "best setting": text_cell("setting"),
        "of": count_cell("num_settings"),
        "its mean": rate_cell("naive_mean"),
        "cross-fitted": rate_cell("crossfit_mean"),
        "SE": rate_cell("crossfit_se"),
        "optimism": points_cell("optimism"),
    }
    return format_rows(_of(best_settings, study, opponent), columns)


def sensitivity_table(study: Study, opponent: str) -> pd.DataFrame:
    """Say what each network type loses at the best setting of another."""
    columns: dict[str, Format] = {
        "network type": text_cell("network_type"),
        "at the best setting of": text_cell("at"),
        "setting": text_cell("setting"),
        "loss": points_cell("loss"),
        "SE": rate_cell("se"),
    }
    return format_rows(_of(sensitivity, study, opponent), columns)


def learning_table(study: Study, opponent: str) -> pd.DataFrame:
    """Show the area under the learning curve and the first round at each threshold."""
    frame = _of(areas, study, opponent).set_index("condition", drop=False)
    columns: dict[str, Format] = {
        study.noun: text_cell("condition"),
        "mean win rate over rounds": rate_cell("mean"),
        "95% CI": ends_cell("ci_low", "ci_high"),
    }
    for threshold, rows in _of(thresholds, study, opponent).groupby("threshold"):
        crossing = {row["condition"]: _crossing(row) for row in rows_of(rows)}
        frame[f"at {threshold}"] = frame["condition"].map(crossing)
        columns[f"round of {format_percent(float(str(threshold)))}"] = text_cell(f"at {threshold}")
    return format_rows(frame, columns)


def _crossing(row: Row) -> str:
    """Format a median round with the share of runs that got there: `6.0 (7 of 7)`."""
    none = "no median" if row["n_reached"] else "never"
    return f"{format_number(row['median'], 1) or none} ({row['n_reached']} of {row['n']})"


def area_table(study: Study, opponent: str) -> pd.DataFrame:
    """Compare pairs by the area under their learning curves, in points."""
    heads = (f"a {MINUS} b", "95% CI", "p", "p Holm")
    columns = {head: COMPARISONS[head] for head in heads}
    frame = _of(area_comparisons, study, opponent)
    return format_rows(frame, {**_family(study), **PAIR, **columns})


def power_table(study: Study, opponent: str) -> pd.DataFrame:
    """Show detectable differences, and the runs that smaller ones need."""
    columns: dict[str, Format] = {
        "SD": rate_cell("sd"),
        "detectable": rate_cell("mde"),
        "at upper SD": rate_cell("mde_at_upper_sd"),
        "runs for 2 points": count_cell("needed_2_points"),
        "runs for 5 points": count_cell("needed_5_points"),
        "runs for 10 points": count_cell("needed_10_points"),
    }
    return format_rows(_of(power, study, opponent), {**_family(study), **PAIR, **columns})


def _family(study: Study) -> dict[str, Format]:
    several = len(study.varying) > 1
    return {"factor": lambda row: study.factor_text(row["factor"])} if several else {}


def _of(statistic: Any, study: Study, opponent: str) -> pd.DataFrame:
    frame: pd.DataFrame = statistic.compute(study)
    return frame[frame["opponent"] == opponent]
