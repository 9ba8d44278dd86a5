"""What may be said of several factors: which matter, which depend on others, which settings win."""

from collections.abc import Iterator
from typing import Any

from cuttle.analysis.data import Study
from cuttle.analysis.interpretation import Decision, Row, Statement
from cuttle.analysis.numerics import ALPHA, rows_of
from cuttle.analysis.statistics import best_settings, factorial, sensitivity
from cuttle.runs.formatting import format_percent, format_points, join_words, pluralize


def answer_factors(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer which factors matter and which effects depend on others."""
    terms = factorial.compute(study)
    for row in rows_of(terms[terms["opponent"] == opponent]):
        *others, last = [study.factor_text(factor) for factor in row["factors"]]
        question = f"Does the {last} matter against {opponent}?"
        if others:
            on = join_words([f"the {name}" for name in others])
            question = f"Does the effect of the {last} depend on {on} against {opponent}?"
        factor = row["factors"][0] if not others else row["term"]
        if not row["sentence"]:
            text = f"Cannot be computed: {row['note']}."
            yield Statement(question, text, Decision.NOT_COMPUTABLE, factor)
            continue
        numbers = f"F({row['df']:.3g}, {row['df_residual']:.3g}) = {row['f']:.2f}"
        sizes = f"partial η² = {row['eta2_partial']:.2f}"
        is_shown = row["p"] < ALPHA
        sentence = row["sentence"][:1].upper() + row["sentence"][1:]
        text = f"{sentence}; factorial ANOVA, {numbers}, {sizes}."
        yield Statement(
            question, text, Decision.DIFFERENT if is_shown else Decision.UNDECIDED, factor
        )


def shown_interactions(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Return the interactions that are significant."""
    terms = factorial.compute(study)
    rows = rows_of(terms[(terms["opponent"] == opponent) & (terms["p"] < ALPHA)])
    return [row for row in rows if len(row["factors"]) > 1]


def answer_settings(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer how good each network type is at its best, and what it loses at another's."""
    best, losses = best_settings.compute(study), sensitivity.compute(study)
    for row in rows_of(best[best["opponent"] == opponent]):
        name = row["network_type"]
        question = f"What is the best setting of {name} against {opponent}?"
        if row["note"]:
            yield Statement(question, f"Cannot be told: {row['note']}.", Decision.NOT_COMPUTABLE)
            continue
        chosen = {row["chosen_first"], row["chosen_second"]}
        agree = "both halves chose it" if chosen == {row["setting"]} else "the halves disagree"
        text = (
            f"{row['setting']}: {format_percent(row['crossfit_mean'])}, chosen on one half of the "
            f"runs and estimated on the other ({agree}). Its plain mean of "
            f"{format_percent(row['naive_mean'])}, the highest of "
            f"{pluralize(row['num_settings'], 'setting')}, is {_optimism(row['optimism'])}."
        )
        yield Statement(question, text, "", "", (row["condition"],))
        here = losses[(losses["opponent"] == opponent) & (losses["network_type"] == name)]
        parts = [_loss(loss) for loss in rows_of(here) if not loss["note"]]
        if parts:
            question = f"What does {name} lose at other settings against {opponent}?"
            text = f"{join_words(parts)} (chosen on one half of the runs, estimated on the other)."
            yield Statement(question, text, "")


def _loss(row: Row) -> str:
    change = "lost" if row["loss"] >= 0 else "gained"
    return f"{format_points(abs(row['loss']))} {change} at what is best for {row['at']}"


def _optimism(optimism: float) -> str:
    """Say by how much choosing and estimating on the same runs flatters."""
    if abs(optimism) < 0.0005:
        return "the same"
    side = "higher" if optimism > 0 else "lower"
    return f"{format_points(abs(optimism))} {side}, as it was chosen on the same runs"
