"""Several factors: which matter, on which others their effects depend, how levels compare."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from cuttle.analysis.data import Study, by_condition, level_text
from cuttle.analysis.multiplicity import holm
from cuttle.analysis.numerics import ALPHA, ONE_EACH, FloatArray, degenerate, rows_of, table
from cuttle.analysis.pairs import planned_levels
from cuttle.analysis.statistic import by_opponent
from cuttle.runs.formatting import format_p_claim, join_words

T_TEST = {
    "std err": "se", "P>|t|": "p", "Conf. Int. Low": "ci_low", "Conf. Int. Upp.": "ci_high",
}  # fmt: skip
LEVEL_DIFFERENCES = "factor a b num_settings of diff se ci_low ci_high t df p p_holm note"


@by_opponent("term factors df df_residual sum_sq f p eta2_partial omega2_partial sentence note")
def factorial(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Fit final win rates by all varying factors and their interactions: ANOVA, type II sums.

    Only of studies with two varying factors or more. Interactions that the conditions with runs
    cannot tell apart are left out, from the highest on; factors that they cannot have no test.
    """
    if len(study.varying) < 2:
        return []
    final = study.finals(opponent)
    data = final.join(study.conditions[list(study.varying)].map(level_text), on="condition")
    names = {f"factor_{place}": factor for place, factor in enumerate(study.varying)}
    data = data.rename(columns={factor: name for name, factor in names.items()})
    levels = {name: data[name].nunique() for name in names}
    names = {name: factor for name, factor in names.items() if levels[name] > 1}
    note = degenerate({c: x for c, x in by_condition(final, "win_rate").items() if x.size}, least=1)
    if len(names) < 2:
        note = "fewer than two factors have runs at two levels"
    elif len(data) <= data["condition"].nunique():
        note = ONE_EACH
    if note:
        return [{"term": join_words(study.varying), "factors": list(study.varying), "note": note}]
    terms = _estimable(data, levels, list(names))
    if not terms:
        return _aliased(study, data, names)
    anova = anova_lm(_model(data, terms).fit(), typ=2)
    excluded = "interactions that cannot be estimated from these conditions are omitted"
    note = excluded * (len(terms) < 2 ** len(names) - 1)
    residual = anova.loc["Residual"]
    return [
        {**_term(study, [names[n] for n in term], line, residual, len(data)), "note": note}
        for term, (_, line) in zip(terms, anova.drop("Residual").iterrows(), strict=True)
    ]


def _model(data: pd.DataFrame, terms: Sequence[Sequence[str]]) -> Any:
    return ols("win_rate ~ " + " + ".join(":".join(f"C({n})" for n in t) for t in terms), data)


def _num_dependent(data: pd.DataFrame, terms: Sequence[Sequence[str]]) -> int:
    """Return how many columns of the design matrix the others determine."""
    columns = _model(data, terms).exog
    return int(columns.shape[1] - np.linalg.matrix_rank(columns))


def _estimable(
    data: pd.DataFrame, levels: dict[str, int], names: list[str]
) -> list[tuple[str, ...]]:
    """Return the factors and the interactions of which every combination of levels has runs.

    Only up to the order at which the conditions tell all of them apart; none where not even the
    factors can be.
    """
    orders = range(1, len(names) + 1)
    terms = [
        term
        for term in itertools.chain.from_iterable(itertools.combinations(names, o) for o in orders)
        if data.groupby(list(term)).ngroups == math.prod(levels[name] for name in term)
    ]
    by_order = ([t for t in terms if len(t) <= order] for order in reversed(orders))
    return next((model for model in by_order if not _num_dependent(data, model)), [])


def _aliased(study: Study, data: pd.DataFrame, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Name the factors that the conditions cannot tell apart, which leaves all without a test."""
    lost = _num_dependent(data, [(name,) for name in names])
    aliased = [n for n in names if _num_dependent(data, [(m,) for m in names if m != n]) < lost]
    rows = []
    for name, factor in names.items():
        others = join_words(study.factor_text(names[n]) for n in aliased if n != name)
        note = f"its levels are confounded with those of {others}"
        if name not in aliased:
            note = f"levels of {others} are confounded"
        rows.append({"term": factor, "factors": [factor], "note": note})
    return rows


def _term(
    study: Study, factors: list[str], line: pd.Series, residual: pd.Series, num_runs: int
) -> dict[str, Any]:
    """Return what the ANOVA says of a factor, or of an interaction of several."""
    df, f, p = line["df"], line["F"], line["PR(>F)"]
    *others, last = map(study.factor_text, factors)
    if p >= ALPHA:
        effect = (
            f"interaction of {last} with {join_words(others)}" if others else f"effect of {last}"
        )
        sentence = f"no significant {effect}"
    else:
        effect = f"the effect of {last} depends on {join_words(others)}" if others else ""
        sentence = effect or f"significant effect of {last}"
    return {
        "term": " × ".join(factors),  # noqa: RUF001  # the sign of an interaction
        "factors": factors, "df": df, "df_residual": residual["df"], "sum_sq": line["sum_sq"],
        "f": f, "p": p, "eta2_partial": line["sum_sq"] / (line["sum_sq"] + residual["sum_sq"]),
        "omega2_partial": df * (f - 1) / (df * (f - 1) + num_runs),
        "sentence": f"{sentence} ({format_p_claim(p)})",
    }  # fmt: skip


@by_opponent("factor level level_text n mean se ci_low ci_high note")
def level_means(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Estimate the mean of each level over the levels of the others, every condition alike.

    The intervals rest on the variance pooled over all conditions. Only of studies with two varying
    factors or more.
    """
    groups, fit, note = _cell_means(study, opponent)
    rows, weights = [], []
    for factor, level in [(f, level) for f in _crossed(study) for level in study.levels(f)]:
        texts = study.conditions[factor].map(level_text)
        here = list(texts.index[texts == level_text(level)])
        is_member = np.isin(list(groups), here)
        missing, num_runs = len(here) - int(is_member.sum()), [x.size for x in groups.values()]
        partial = f"{missing} of {len(here)} conditions have no results" * (missing > 0)
        row = {"factor": factor, "level": level, "level_text": level_text(level)}
        rows.append({**row, "n": int(is_member @ num_runs), "note": note or partial})
        weights.append(is_member / max(1, is_member.sum()))
    return _contrasts(rows, weights, groups, fit, "mean")


@by_opponent(LEVEL_DIFFERENCES)
def level_differences(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Compare levels of a factor, a minus b, on average over the settings that both have.

    A setting is a combination of levels of the other factors; in num_settings of them both levels
    have runs. Errors rest on the variance pooled over all conditions, of runs as if independent;
    Holm over the planned pairs of levels. Only of studies with two varying factors or more.
    """
    groups, fit, note = _cell_means(study, opponent)
    rows, weights = [], []
    for factor in _crossed(study):
        others = [other for other in study.varying if other != factor]
        texts = study.conditions[list(study.varying)].map(level_text).reset_index()
        labels = texts.pivot(index=others, columns=factor, values="condition")
        known = labels.where(labels.isin(list(groups)))
        for a, b in planned_levels(study, factor):
            row = {"factor": factor, "a": level_text(a), "b": level_text(b), "of": len(labels)}
            both = known[[row["a"], row["b"]]].dropna()
            absent = "no setting in which both have runs" * both.empty
            rows.append({**row, "num_settings": len(both), "note": note or absent})
            of_a, of_b = (np.isin(list(groups), both[row[side]]) for side in "ab")
            weights.append((of_a * 1.0 - of_b) / max(1, len(both)))
    result = table(_contrasts(rows, weights, groups, fit, "diff"), LEVEL_DIFFERENCES.split())
    for _, family in result.groupby("factor", sort=False):
        result.loc[family.index, "p_holm"] = holm(family["p"])
    return rows_of(result)


def _contrasts(
    rows: list[dict[str, Any]],
    weights: list[FloatArray],
    groups: Mapping[str, FloatArray],
    fit: Any,
    estimate: str,
) -> list[dict[str, Any]]:
    """Add to each row its weighted sum of the conditions' means, with its t test; 0 has none."""
    known = [number for number, weight in enumerate(weights) if weight.any()]
    means = np.array([rates.mean() for rates in groups.values()])
    for number in known:
        rows[number][estimate] = weights[number] @ means
    if fit is not None and known:
        tests = fit.t_test(np.array([weights[number] for number in known]))
        found = tests.summary_frame(alpha=ALPHA).rename(columns=T_TEST).drop(columns="coef")
        for number, test in zip(known, rows_of(found), strict=True):
            rows[number] |= {**test, "df": fit.df_resid}
    return rows


def _crossed(study: Study) -> tuple[str, ...]:
    """Return the varying factors, none where one alone varies."""
    return study.varying if len(study.varying) > 1 else ()


def _cell_means(study: Study, opponent: str) -> tuple[dict[str, FloatArray], Any, str]:
    """Return the rates of conditions with runs, and a fit of their means or why there is none."""
    groups = {name: x for name, x in study.rates(opponent).items() if x.size}
    num_runs = sum(x.size for x in groups.values())
    note = ONE_EACH if num_runs <= len(groups) else degenerate(groups, least=0)
    if note or not _crossed(study):
        return groups, None, note
    final = study.finals(opponent)
    data = final.assign(condition=final["condition"].cat.remove_unused_categories())
    return groups, ols("win_rate ~ 0 + C(condition)", data).fit(), ""
