"""Verdict on several factors: which matter, which depend on others, which settings win."""

from collections.abc import Iterator

from cuttle.analysis.data import Study
from cuttle.analysis.interpretation import Decision, Statement, capitalize
from cuttle.analysis.numerics import ALPHA, Row, rows_of
from cuttle.analysis.statistics.factors import factorial
from cuttle.analysis.statistics.settings import best_settings, sensitivity
from cuttle.runs.formatting import format_percent, format_points, join_words, pluralize


def answer_factors(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer which factors matter and which effects depend on others."""
    for row in rows_of(factorial(study, opponent)):
        *others, last = [study.factor_text(factor) for factor in row["factors"]]
        question, factor = f"Does the {last} matter against {opponent}?", row["factors"][0]
        if others:
            on, factor = join_words([f"the {name}" for name in others]), row["term"]
            question = f"Does the effect of the {last} depend on {on} against {opponent}?"
        if not row["sentence"]:
            text = f"Cannot be computed: {row['note']}."
            yield Statement(question, text, Decision.NOT_COMPUTABLE, factor)
            continue
        f = f"F({row['df']:.3g}, {row['df_residual']:.3g}) = {row['f']:.2f}"
        numbers = f"factorial ANOVA, {f}, partial η² = {row['eta2_partial']:.2f}"
        decision = Decision.DIFFERENT if row["p"] < ALPHA else Decision.UNDECIDED
        yield Statement(question, f"{capitalize(row['sentence'])}; {numbers}.", decision, factor)


def shown_interactions(study: Study, opponent: str) -> list[str]:
    """Name the interactions that are significant."""
    terms = factorial(study, opponent)
    is_shown = (terms["p"] < ALPHA) & (terms["factors"].map(len) > 1)
    return list(terms.loc[is_shown, "sentence"])


def answer_settings(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer how good each network type is at its best, and what it loses at another's."""
    losses = sensitivity(study, opponent)
    for row in rows_of(best_settings(study, opponent)):
        name = row["network_type"]
        question = f"What is the best setting of {name} against {opponent}?"
        if row["note"]:
            yield Statement(
                question, f"Cannot be computed: {row['note']}.", Decision.NOT_COMPUTABLE
            )
            continue
        chosen = {row["chosen_first"], row["chosen_second"]}
        agree = "both halves chose it" if chosen == {row["setting"]} else "the halves disagree"
        text = (
            f"{row['setting']}: {format_percent(row['crossfit_mean'])}, chosen on one half of the "
            f"runs and estimated on the other ({agree}). Its uncorrected mean of "
            f"{format_percent(row['naive_mean'])}, the highest of "
            f"{pluralize(row['num_settings'], 'setting')}, is {_optimism(row['optimism'])}."
        )
        yield Statement(question, text, "", "", (row["condition"],))
        here = losses[(losses["network_type"] == name) & (losses["note"] == "")]
        if parts := [_loss(loss) for loss in rows_of(here)]:
            question = f"What does {name} lose at other settings against {opponent}?"
            text = f"{join_words(parts)} (chosen on one half of the runs, estimated on the other)."
            yield Statement(question, text, "")


def _loss(row: Row) -> str:
    change = "lost" if row["loss"] >= 0 else "gained"
    return f"{format_points(abs(row['loss']))} {change} at what is best for {row['at']}"


def _optimism(optimism: float) -> str:
    """Describe the bias of selecting and estimating on the same runs."""
    if abs(optimism) < 0.0005:
        return "the same"
    side = "higher" if optimism > 0 else "lower"
    return f"{format_points(abs(optimism))} {side}, because it was selected on the same runs"
