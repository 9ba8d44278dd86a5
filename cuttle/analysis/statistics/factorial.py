"""Which factors matter, and does the effect of one depend on another: factorial ANOVA."""

import itertools
from collections.abc import Sequence
from typing import Any

import pandas as pd
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import ALPHA, degenerate, table
from cuttle.analysis.per_study import once_per_study
from cuttle.runs.formatting import format_p_claim, join_words

COLUMNS = (
    "opponent", "term", "factors", "df", "df_residual", "sum_sq", "f", "p", "eta2_partial",
    "omega2_partial", "sentence", "note",
)  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Fit final win rates by all varying factors and their interactions, with type II sums.

    Only of studies with two varying factors or more. Interactions that the conditions with runs
    cannot tell apart are left out, from the highest on.
    """
    rows = []
    if len(study.varying) > 1:
        for opponent in study.opponents:
            rows += [{"opponent": opponent, **row} for row in _fit(study, opponent)]
    return table(rows, COLUMNS)


def term_text(factors: Sequence[str]) -> str:
    """Name a term: factors, and between the factors of an interaction a cross."""
    return " × ".join(factors)  # noqa: RUF001  # the sign of an interaction


def _fit(study: Study, opponent: str) -> list[dict[str, Any]]:
    final = study.final[study.final["opponent"] == opponent]
    data = final.join(study.conditions[list(study.varying)].astype("str"), on="condition")
    names = {f"factor_{place}": factor for place, factor in enumerate(study.varying)}
    data = data.rename(columns={factor: name for name, factor in names.items()})
    levels = {name: data[name].nunique() for name in names}
    names = {name: factor for name, factor in names.items() if levels[name] > 1}
    note = degenerate({c: x for c, x in by_condition(final, "win_rate").items() if x.size}, least=1)
    if len(names) < 2:
        note = "fewer than two factors have runs at two levels"
    elif len(data) <= data["condition"].nunique():
        note = "one run per condition leaves no variance"
    if note:
        return [{"term": join_words(study.varying), "factors": list(study.varying), "note": note}]
    terms = _estimable(data, list(names))
    formula = "win_rate ~ " + " + ".join(":".join(f"C({n})" for n in term) for term in terms)
    anova = anova_lm(ols(formula, data).fit(), typ=2)
    left_out = "interactions that the conditions with runs cannot tell apart are left out"
    note = left_out * (len(terms) < 2 ** len(names) - 1)
    residual = anova.loc["Residual"]
    return [
        {**_row(study, [names[n] for n in term], line, residual, len(data)), "note": note}
        for term, (_, line) in zip(terms, anova.drop("Residual").iterrows(), strict=True)
    ]


def _estimable(data: pd.DataFrame, names: list[str]) -> list[tuple[str, ...]]:
    """Return the terms up to the highest order at which every combination of levels has runs."""
    terms: list[tuple[str, ...]] = [(name,) for name in names]
    for order in range(2, len(names) + 1):
        for term in itertools.combinations(names, order):
            seen = data.groupby(list(term)).ngroups
            expected = 1
            for name in term:
                expected *= data[name].nunique()
            if seen == expected:
                terms.append(term)
    return terms


def _row(
    study: Study,
    factors: list[str],
    line: "pd.Series[float]",
    residual: "pd.Series[float]",
    num_runs: int,
) -> dict[str, Any]:
    df, f, p = line["df"], line["F"], line["PR(>F)"]
    eta2 = line["sum_sq"] / (line["sum_sq"] + residual["sum_sq"])
    omega2 = df * (f - 1) / (df * (f - 1) + num_runs)
    return {
        "term": term_text(factors),
        "factors": factors,
        "df": df,
        "df_residual": residual["df"],
        "sum_sq": line["sum_sq"],
        "f": f,
        "p": p,
        "eta2_partial": eta2,
        "omega2_partial": omega2,
        "sentence": _sentence(
            [f"the {study.factor_text(factor)}" for factor in factors],
            format_p_claim(p),
            is_shown=p < ALPHA,
        ),
    }


def _sentence(factors: list[str], claim: str, *, is_shown: bool) -> str:
    *others, last = factors
    if not others:
        return f"{last} {'matters' if is_shown else 'is not shown to matter'} ({claim})"
    verb = "depends on" if is_shown else "is not shown to depend on"
    return f"the effect of {last} {verb} {join_words(others)} ({claim})"
