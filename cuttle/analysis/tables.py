"""Tables for people: results as text by column, in percent. Console, page and LaTeX choose columns.

Each function returns a frame of text; a row that could not be computed has its reason under NOTE.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from cuttle.analysis.data import Study, level_text
from cuttle.analysis.numerics import rows_of
from cuttle.analysis.statistics import (
    area_comparisons,
    areas,
    best_settings,
    classical,
    comparisons,
    cost,
    descriptives,
    equivalence,
    factorial,
    level_means,
    networks,
    omnibus,
    power,
    sensitivity,
    thresholds,
)
from cuttle.runs.formatting import (
    MINUS,
    format_duration,
    format_interval,
    format_number,
    format_p,
    format_percent,
)

NOTE = "note"
Row = Mapping[str, Any]
Format = Callable[[Row], str]

OMNIBUS = {
    "anova": "one-way ANOVA",
    "welch_anova": "Welch ANOVA",
    "kruskal_wallis": "Kruskal-Wallis",
    "repeated_anova": "repeated-measures ANOVA (Greenhouse-Geisser)",
    "friedman": "Friedman",
    "permutation": "permutation test",
}
BRANCHES = {"student": "Student", "welch": "Welch", "mwu": "Mann-Whitney"}


def _rate(column: str) -> Format:
    return lambda row: format_percent(row[column], unit=False)


def _points(column: str) -> Format:
    return lambda row: format_percent(row[column], unit=False, signed=True)


def _ends(low: str, high: str, least: float = 0.0) -> Format:
    return lambda row: format_interval(row[low], row[high], least=least)


def _number(column: str, places: int = 2) -> Format:
    return lambda row: format_number(row[column], places)


def _numbers(low: str, high: str, places: int = 2) -> Format:
    def text(row: Row) -> str:
        ends = [format_number(row[end], places) for end in (low, high)]
        return f"[{', '.join(ends)}]" if all(ends) else ""

    return text


def _p(column: str) -> Format:
    return lambda row: format_p(row[column])


def _text(column: str) -> Format:
    return lambda row: "" if pd.isna(row[column]) else str(row[column])


def _count(column: str) -> Format:
    return lambda row: format_number(row[column], 0)


PAIR: dict[str, Format] = {"a": _text("a"), "b": _text("b")}
DESCRIPTIVES: dict[str, Format] = {
    "n": _count("n"),
    "mean": _rate("mean"),
    "95% CI": _ends("ci_low", "ci_high"),
    "SD": _rate("sd"),
    "SE": _rate("se"),
    "min": _rate("min"),
    "Q1": _rate("q1"),
    "median": _rate("median"),
    "Q3": _rate("q3"),
    "max": _rate("max"),
    "IQM": _rate("iqm"),
    "with half draws": _rate("half_draw_rate"),
}
COMPARISONS: dict[str, Format] = {
    f"a {MINUS} b": _points("diff"),
    "95% CI": _ends("ci_low", "ci_high", -1.0),
    "p": _p("p"),
    "p Holm": _p("p_holm"),
    "p Shaffer": _p("p_shaffer"),
    "p permutation": _p("p_permutation"),
    "g": _number("hedges_g_exact"),
    "95% CI of g": _numbers("g_ci_low", "g_ci_high"),
    "dz": _number("dz"),
    "P(a > b)": _number("prob_improvement"),
    "95% CI of P": _numbers("prob_improvement_low", "prob_improvement_high"),
}
ONLY_INDEPENDENT = ("95% CI of g", "95% CI of P")  # not valid where runs are paired
ONLY_PAIRED = ("dz",)


def descriptives_table(study: Study, opponent: str) -> pd.DataFrame:
    """Describe the final win rates of every condition, in percent."""
    names = {study.noun: _text("condition")}
    return _format(_of(descriptives, study, opponent), {**names, **DESCRIPTIVES})


def comparison_table(study: Study, opponent: str) -> pd.DataFrame:
    """Compare pairs of conditions, in points; the family is named where there are several."""
    left_out = ONLY_INDEPENDENT if study.is_paired else ONLY_PAIRED
    columns = {head: form for head, form in COMPARISONS.items() if head not in left_out}
    frame = _of(comparisons, study, opponent)
    return _format(frame, {**_family(study), **PAIR, **columns})


def equivalence_table(study: Study, opponent: str) -> pd.DataFrame:
    """Test pairs for equivalence within the margin."""
    columns: dict[str, Format] = {
        "margin": _rate("margin"),
        f"90% CI of a {MINUS} b": _ends("ci_low", "ci_high", -1.0),
        "p TOST": _p("p"),
        "p Holm": _p("p_holm"),
        "equivalent": lambda row: "yes" if row["is_equivalent"] else "not shown",
    }
    return _format(_of(equivalence, study, opponent), {**_family(study), **PAIR, **columns})


def classical_table(study: Study, opponent: str) -> pd.DataFrame:
    """Show what the classical procedure did with every pair."""
    columns: dict[str, Format] = {
        "test": lambda row: BRANCHES.get(str(row["branch"]).partition("_")[0], ""),
        "why": _text("reason"),
        "statistic": _number("statistic_value"),
        "p": _p("p"),
        "p Bonferroni": _p("p_bonferroni"),
        "d": _number("cohens_d"),
        "size": _text("effect_band"),
    }
    return _format(_of(classical, study, opponent), {**_family(study), **PAIR, **columns})


def omnibus_table(study: Study, opponent: str) -> pd.DataFrame:
    """Test all conditions at once."""
    columns: dict[str, Format] = {
        "test": lambda row: OMNIBUS.get(str(row["test"]), str(row["test"])),
        "statistic": _number("statistic_value"),
        "df": lambda row: ", ".join(filter(None, map(_df, (row["df1"], row["df2"])))),
        "p": _p("p"),
        "effect size": lambda row: (
            f"{row['effect']} {format_number(row['effect_size'])}"
            if format_number(row["effect_size"])
            else ""
        ),
    }
    return _format(_of(omnibus, study, opponent), columns)


def _df(value: float) -> str:
    return format_number(value, 0 if value == round(value, 6) // 1 else 1) if value == value else ""


def factorial_table(study: Study, opponent: str) -> pd.DataFrame:
    """Say which factors and interactions matter: a factorial ANOVA, type II."""
    columns: dict[str, Format] = {
        "term": _text("term"),
        "df": lambda row: ", ".join(map(_df, (row["df"], row["df_residual"]))),
        "F": _number("f"),
        "p": _p("p"),
        "partial η²": _number("eta2_partial"),
        "partial ω²": _number("omega2_partial"),
        "in words": _text("sentence"),
    }
    return _format(_of(factorial, study, opponent), columns)


def level_table(study: Study, opponent: str) -> pd.DataFrame:
    """Estimate the mean of every level of every factor, over the levels of the others."""
    columns: dict[str, Format] = {
        "factor": lambda row: study.factor_text(row["factor"]),
        "level": _text("level_text"),
        "n": _count("n"),
        "mean": _rate("mean"),
        "95% CI": _ends("ci_low", "ci_high"),
    }
    return _format(_of(level_means, study, opponent), columns)


def best_table(study: Study, opponent: str) -> pd.DataFrame:
    """Name the best setting of each network type, honestly estimated."""
    columns: dict[str, Format] = {
        "network type": _text("network_type"),
        "best setting": _text("setting"),
        "of": _count("num_settings"),
        "its mean": _rate("naive_mean"),
        "cross-fitted": _rate("crossfit_mean"),
        "SE": _rate("crossfit_se"),
        "optimism": _points("optimism"),
    }
    return _format(_of(best_settings, study, opponent), columns)


def sensitivity_table(study: Study, opponent: str) -> pd.DataFrame:
    """Say what each network type loses at the best setting of another."""
    columns: dict[str, Format] = {
        "network type": _text("network_type"),
        "at the best setting of": _text("at"),
        "setting": _text("setting"),
        "loss": _points("loss"),
        "SE": _rate("se"),
    }
    return _format(_of(sensitivity, study, opponent), columns)


def learning_table(study: Study, opponent: str) -> pd.DataFrame:
    """Show the area under the learning curve and the first round at each threshold."""
    frame = _of(areas, study, opponent).set_index("condition", drop=False)
    columns: dict[str, Format] = {
        study.noun: _text("condition"),
        "mean win rate over rounds": _rate("mean"),
        "95% CI": _ends("ci_low", "ci_high"),
    }
    for threshold, rows in _of(thresholds, study, opponent).groupby("threshold"):
        crossing = {row["condition"]: _crossing(row) for row in rows_of(rows)}
        frame[f"at {threshold}"] = frame["condition"].map(crossing)
        columns[f"round of {format_percent(float(str(threshold)))}"] = _text(f"at {threshold}")
    return _format(frame, columns)


def _crossing(row: Row) -> str:
    """Format a median round with the share of runs that got there: `6.0 (7 of 7)`."""
    none = "no median" if row["n_reached"] else "never"
    return f"{format_number(row['median'], 1) or none} ({row['n_reached']} of {row['n']})"


def area_table(study: Study, opponent: str) -> pd.DataFrame:
    """Compare pairs by the area under their learning curves, in points."""
    heads = (f"a {MINUS} b", "95% CI", "p", "p Holm")
    columns = {head: COMPARISONS[head] for head in heads}
    frame = _of(area_comparisons, study, opponent)
    return _format(frame, {**_family(study), **PAIR, **columns})


def power_table(study: Study, opponent: str) -> pd.DataFrame:
    """Show detectable differences, and the runs that smaller ones need."""
    columns: dict[str, Format] = {
        "SD": _rate("sd"),
        "detectable": _rate("mde"),
        "at upper SD": _rate("mde_at_upper_sd"),
        "runs for 2 points": _count("needed_2_points"),
        "runs for 5 points": _count("needed_5_points"),
        "runs for 10 points": _count("needed_10_points"),
    }
    return _format(_of(power, study, opponent), {**_family(study), **PAIR, **columns})


def network_table(study: Study) -> pd.DataFrame:
    """Show the size, the spread of first Q-values and the cost of each condition."""
    costs = cost.compute(study).pivot(index="condition", columns="quantity", values="mean")
    frame = networks.compute(study).join(costs, on="condition")
    columns: dict[str, Format] = {
        study.noun: _text("condition"),
        "parameters": lambda row: " to ".join(
            dict.fromkeys(map(str, map(_whole, (row["parameters_min"], row["parameters_max"]))))
        ),
        "initial Q sd": _number("initial_q_sd", 4),
        "time of a run": lambda row: format_duration(row["duration_s"]),
        "self-play games per second": _count("self_play_games_per_s"),
    }
    return _format(frame, columns)


def _whole(value: float) -> str:
    return format_number(value, 0)


def run_table(study: Study) -> pd.DataFrame:
    """Show every used run with its results, in percent."""
    rates = study.final.pivot(index="run_id", columns="opponent", values="win_rate")
    frame = study.runs.join(rates, on="run_id")
    columns: dict[str, Format] = {
        "run": _text("run_id"),
        study.noun: _text("condition"),
        "number": _text("run"),
        "seed": _text("seed"),
        "time": lambda row: format_duration(row["duration_s"]),
        **{opponent: _rate(opponent) for opponent in study.opponents},
    }
    return _format(frame, columns)


def factor_table(study: Study) -> pd.DataFrame:
    """Show the factors with their levels."""
    rows = [
        {
            "factor": name,
            "base": level_text(factor.base),
            "levels": ", ".join(map(level_text, study.levels(name))),
        }
        for name, factor in study.factors.items()
    ]
    return pd.DataFrame(rows, columns=["factor", "base", "levels"])


def excluded_table(study: Study) -> pd.DataFrame:
    """Name the runs that no number uses, and why."""
    columns = {"run": _text("run_id"), "state": _text("state"), "reason": _text("reason")}
    return _format(study.excluded, columns)


def _family(study: Study) -> dict[str, Format]:
    several = len(study.varying) > 1
    return {"factor": lambda row: study.factor_text(row["factor"])} if several else {}


def _of(statistic: Any, study: Study, opponent: str) -> pd.DataFrame:
    frame: pd.DataFrame = statistic.compute(study)
    return frame[frame["opponent"] == opponent]


def _format(frame: pd.DataFrame, columns: Mapping[str, Format]) -> pd.DataFrame:
    """Make a frame of text; notes are a last column where there are any."""
    rows = rows_of(frame)
    data: dict[str, Sequence[str]] = {
        head: [form(row) for row in rows] for head, form in columns.items()
    }
    notes = [str(row.get(NOTE) or "") for row in rows]
    if any(notes):
        data[NOTE] = notes
    return pd.DataFrame(data, columns=list(data), dtype="str")
