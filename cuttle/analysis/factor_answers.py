"""Verdict on several factors: which matter, which depend on others, which settings win."""

from collections.abc import Iterator, Mapping, Sequence

from cuttle.analysis.data import Study
from cuttle.analysis.interpretation import (
    MAX_IN_HEADLINE,
    Decision,
    Statement,
    capitalize,
    interval_ahead,
    ranked,
)
from cuttle.analysis.numerics import ALPHA, Row, rows_of
from cuttle.analysis.statistics.factors import factorial, level_differences
from cuttle.analysis.statistics.settings import best_settings, sensitivity
from cuttle.runs.formatting import (
    format_p_claim,
    format_percent,
    format_points,
    join_words,
    pluralize,
)
from cuttle.runs.run_record import NETWORK_TYPE

MAX_TYPES = 4  # whose highest mean the headline names


def summarise_factors(study: Study, opponent: str) -> list[str]:
    """Answer the question of several factors in clauses; none where no ANOVA can be computed.

    First how the levels of the main factor compare on average and on what that depends, then the
    other factors, then the highest mean of each type.
    """
    terms = [row for row in rows_of(factorial(study, opponent)) if row["sentence"]]
    if not terms:
        return []
    main, *others = _by_importance(study)
    pairs = {frozenset(row["factors"]): row for row in terms if len(row["factors"]) == 2}
    with_main = {other: row for other in others if (row := pairs.get(frozenset({main, other})))}
    average = _on_average(study, opponent)
    parts = [*filter(None, [average]), *_dependence(study, with_main, others)]
    for row in terms:
        is_told = row in with_main.values() or (average and row["factors"] == [main])
        if not is_told and (len(row["factors"]) == 1 or row["p"] < ALPHA):
            parts.append(row["sentence"])
    best = best_settings(study, opponent).dropna(subset="crossfit_mean")
    best = best[(best["num_settings"] > 1) & (best["num_best"] == 1)]
    if len(best) <= MAX_TYPES:
        parts += [
            f"highest mean of {row['network_type']}: {format_percent(row['naive_mean'])} at "
            f"{row['setting']} (cross-fitted {format_percent(row['crossfit_mean'])})"
            for row in rows_of(best)
        ]
    return parts


def answer_factors(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer how levels compare on average, which factors matter and which depend on others."""
    main = _by_importance(study)[0]
    levels = level_differences(study, opponent).query("factor == @main")
    if average := _on_average(study, opponent):
        decision = Decision.DIFFERENT if (levels["p_holm"] < ALPHA).any() else Decision.UNDECIDED
        question = f"How do levels of {study.factor_text(main)} compare on average against "
        text = f"{capitalize(average)}."
        yield Statement(f"{question}{opponent}?", text, decision, main)
    for row in rows_of(factorial(study, opponent)):
        *others, last = [study.factor_text(factor) for factor in row["factors"]]
        question = f"Is there an effect of {last} against {opponent}?"
        if others:
            on = join_words(others)
            question = f"Does the effect of {last} depend on {on} against {opponent}?"
        if not row["sentence"]:
            text = f"Cannot be computed: {row['note']}."
            yield Statement(question, text, Decision.NOT_COMPUTABLE, row["term"])
            continue
        f = f"F({row['df']:.3g}, {row['df_residual']:.3g}) = {row['f']:.2f}"
        numbers = f"factorial ANOVA, {f}, partial η² = {row['eta2_partial']:.2f}"
        decision = Decision.DIFFERENT if row["p"] < ALPHA else Decision.UNDECIDED
        text = f"{capitalize(row['sentence'])}; {numbers}."
        yield Statement(question, text, decision, row["term"])


def answer_settings(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer how good each network type is at its best, and what it loses at another's."""
    losses = sensitivity(study, opponent)
    for row in rows_of(best_settings(study, opponent)):
        name = row["network_type"]
        question = f"What is the best setting of {name} against {opponent}?"
        if not row["crossfit_mean"] >= 0:
            text = f"Cannot be computed: {row['note']}."
            yield Statement(question, text, Decision.NOT_COMPUTABLE)
            continue
        agree = row["chosen_first"] == row["chosen_second"] == row["setting"]
        halves = "both halves chose it" if agree else "not both halves chose it"
        highest, settings = format_percent(row["naive_mean"]), f"{row['num_settings']} settings"
        text = (
            f"{row['setting']} has the highest mean of {settings}, {highest}; "
            f"{format_percent(row['crossfit_mean'])} if chosen on one half of the runs and "
            f"estimated on the other ({halves})."
        )
        if row["num_settings"] == 1:
            text = f"Only {row['setting']} has runs: {highest}."
        elif row["num_best"] > 1:
            text = f"{row['num_best']} of {settings} share the highest mean, {highest}."
        yield Statement(question, text, "", "", (row["condition"],))
        here = losses[(losses["network_type"] == name) & losses["loss"].notna()]
        if parts := [_loss(loss) for loss in rows_of(here)]:
            question = f"What does {name} lose at other settings against {opponent}?"
            text = f"{join_words(parts)} (chosen on one half of the runs, estimated on the other)."
            yield Statement(question, text, "")


def _by_importance(study: Study) -> list[str]:
    """Return the varying factors, the network type first."""
    return sorted(study.varying, key=lambda factor: factor != NETWORK_TYPE)


def _on_average(study: Study, opponent: str) -> str:
    """Compare the levels of the main factor over the settings that both have, with intervals.

    Empty where no two levels have one.
    """
    main, *others = _by_importance(study)
    rows = rows_of(level_differences(study, opponent).query("factor == @main"))
    known = [row for row in rows if row["p"] == row["p"]]
    if not known:
        return ""
    shown = [row for row in known if row["p_holm"] < ALPHA]
    name, over = study.factor_text(main), "over the settings that both have"
    if all(row["num_settings"] == row["of"] for row in known):
        over = f"over the levels of {join_words(map(study.factor_text, others))}"
    if len(known) > MAX_IN_HEADLINE:
        pairs = pluralize(len(rows), "pair")
        parts = [f"{len(shown)} of {pairs} of levels of {name} differ significantly"]
    else:
        rest = [row for row in known if row not in shown]
        parts = [_compared(row, len(rows)) for row in (*shown, *rest)]
    if missing := len(rows) - len(known):
        parts.append(f"{pluralize(missing, 'pair')} cannot be compared")
    about = "" if main == NETWORK_TYPE else f"{name}: "
    return f"{about}on average {over}, {', '.join(parts)}"


def _compared(row: Row, family_size: int) -> str:
    """Compare two levels in words and numbers."""
    (ahead, behind), points = ranked(row), format_points(abs(row["diff"]))
    p = f"{'Holm ' * (family_size > 1)}{format_p_claim(row['p_holm'])}"
    numbers = f"95% CI {interval_ahead(row)}, {p}"
    if row["p_holm"] < ALPHA:
        return f"{ahead} beats {behind} by {points} ({numbers})"
    return f"{ahead} and {behind} do not differ significantly ({points}, {numbers})"


def _dependence(study: Study, terms: Mapping[str, Row], factors: Sequence[str]) -> Iterator[str]:
    """Describe on which other factors the differences between levels of the main one depend."""
    names = {factor: study.factor_text(factor) for factor in factors}
    texts = {f: f"{names[f]} ({format_p_claim(row['p'])})" for f, row in terms.items()}
    shown = [texts[factor] for factor, row in terms.items() if row["p"] < ALPHA]
    rest = [text for text in texts.values() if text not in shown]
    unknown = [names[factor] for factor in factors if factor not in terms]
    if shown:
        yield f"how they compare depends on {join_words(shown)}"
    if rest:
        yield f"no significant interaction with {' or '.join(rest)}"
    if unknown:
        yield f"an interaction with {join_words(unknown)} cannot be estimated"


def _loss(row: Row) -> str:
    change = "lost" if row["loss"] >= 0 else "gained"
    return f"{format_points(abs(row['loss']))} {change} at what is best for {row['at']}"
