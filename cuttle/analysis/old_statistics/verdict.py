"""The answers in plain words, one a question. Never "no difference" where the data cannot tell."""

from collections.abc import Iterator
from typing import Any

from cuttle.analysis.estimators.binomial import variance_components
from cuttle.analysis.estimators.core import ALPHA, NotComputable
from cuttle.analysis.estimators.omnibus import RobustAnova, welch_anova
from cuttle.analysis.estimators.paired import RepeatedAnova, repeated_anova
from cuttle.analysis.judgement import (
    Decision,
    Judged,
    Statement,
    detectable_text,
    join,
    judge_pair,
    summarise,
    winner,
)
from cuttle.analysis.learning import compare_curves, learning_curves
from cuttle.analysis.numbers import p_text, rate_text
from cuttle.analysis.opponents import no_runs
from cuttle.analysis.pairwise import Comparison, compare_types, complete_runs, equivalence_family
from cuttle.analysis.old_statistics.checks import compute as find_checks
from cuttle.analysis.old_statistics.variance import reading
from cuttle.analysis.study import Study
from cuttle.runs.formatting import pluralize as count

MAX_ERRORS = 3  # the others stand under checks


def compute(study: Study) -> Any:
    """Answer each question of the study, the primary opponent's first."""
    if not study.runs:
        return {"headline": f"No answer: {no_runs(study)}.", "statements": []}
    statements: list[Statement] = []
    headline = ""
    for opponent, role in study.roles.items():
        judged = _judged(study, opponent)
        statements += _about_types(study, opponent, role, judged)
        if not headline:  # opponents come with the primary one first
            headline = summarise(opponent, role, judged)
            statements += _about_study(study, opponent, role, judged)
    return {"headline": headline, "statements": [*statements, _trust(study)]}


def _judged(study: Study, opponent: str) -> list[Judged]:
    pairs = {(pair.a, pair.b): pair for pair in compare_types(study, opponent)}
    return [(pairs[e.a, e.b], e) for e in equivalence_family(study, opponent)]


def _about_types(
    study: Study, opponent: str, role: str, judged: list[Judged]
) -> Iterator[Statement]:
    """Answer whether types differ, which one is best, and every pair."""
    if len(study.groups(opponent)) > 2:
        yield _overall(study, opponent, role)
        yield _best(study, opponent, role, judged)
    for pair, equivalence in judged:
        decision, answer = judge_pair(pair, equivalence)
        question = f"Do {pair.a} and {pair.b} differ against {opponent}?"
        yield Statement(question, answer, decision, opponent, role, (pair.a, pair.b))
    if not judged:
        question = f"Do types differ against {opponent}?"
        answer = "There are fewer than two types with runs to compare."
        yield Statement(question, answer, Decision.NOT_COMPUTABLE, opponent, role)


def _overall(study: Study, opponent: str, role: str) -> Statement:
    question = f"Does the network type matter against {opponent}?"
    fit: RobustAnova | RepeatedAnova | NotComputable
    if study.is_paired:
        fit = repeated_anova(complete_runs(study, opponent))
        name = "repeated-measures ANOVA with Greenhouse-Geisser's epsilon"
    else:
        fit, name = welch_anova(study.groups(opponent)), "Welch ANOVA"
    if isinstance(fit, NotComputable):
        answer = f"Cannot be computed: {fit.reason}."
        return Statement(question, answer, Decision.NOT_COMPUTABLE, opponent, role)
    p, df1, df2 = fit.p, fit.df1, fit.df2
    if isinstance(fit, RepeatedAnova):
        p, df1, df2 = fit.p_gg, fit.epsilon_gg * fit.df1, fit.epsilon_gg * fit.df2
    numbers = f"({name}, F({df1:.3g}, {df2:.3g}) = {fit.F:.2f}, {p_text(p)})"
    if p < ALPHA:
        answer = f"Yes: at least two types differ {numbers}."
        return Statement(question, answer, Decision.DIFFERENT, opponent, role)
    answer = f"Not shown {numbers}; this is no evidence that the types are equal."
    return Statement(question, answer, Decision.UNDECIDED, opponent, role)


def _best(study: Study, opponent: str, role: str, judged: list[Judged]) -> Statement:
    question = f"Which type is best against {opponent}?"
    means = {name: float(x.mean()) for name, x in study.groups(opponent).items()}
    top = max(means, key=lambda name: means[name])
    rivals = [
        pair.b if pair.a == top else pair.a
        for pair, _ in judged
        if top in (pair.a, pair.b)
        and not (isinstance(pair, Comparison) and pair.is_significant and winner(pair) == top)
    ]
    if not rivals:
        answer = f"{top}: better than every other type after correction."
        return Statement(question, answer, Decision.DIFFERENT, opponent, role, (top,))
    answer = (
        f"No type is shown to be best: {top} has the highest mean ({rate_text(means[top])}), but "
        f"is not distinguished from {join(rivals)}."
    )
    return Statement(question, answer, Decision.UNDECIDED, opponent, role, (top, *rivals))


def _about_study(
    study: Study, opponent: str, role: str, judged: list[Judged]
) -> Iterator[Statement]:
    """Answer what the study could see, whether seeds matter, and whether curves differ."""
    if detectable := detectable_text([pair for pair, _ in judged]):
        question = f"What could this study have seen against {opponent}?"
        answer = (
            f"Differences of about {detectable} with 80 % power after correction for all pairs, "
            "larger ones with more, smaller ones with less; one that is significant at low power "
            "is likely to be overstated."
        )
        yield Statement(question, answer, None, opponent, role)
    for name, tallies in study.tallies(opponent).items():
        if tallies:
            part = variance_components([t.wins for t in tallies], [t.games for t in tallies])
            is_known = not isinstance(part, NotComputable) and part.p_over < ALPHA
            question = f"Do the runs of {name} differ by more than luck against {opponent}?"
            decision = Decision.DIFFERENT if is_known else Decision.UNDECIDED
            if isinstance(part, NotComputable):
                decision = Decision.NOT_COMPUTABLE
            answer = f"{name}: {reading(part)}."
            yield Statement(question, answer, decision, opponent, role, (name,))
    yield from _about_curves(study, opponent, role)


def _about_curves(study: Study, opponent: str, role: str) -> Iterator[Statement]:
    rounds = learning_curves(study, opponent).rounds
    for pair in compare_curves(study, opponent):
        question = f"Do {pair.a} and {pair.b} differ in any round of learning against {opponent}?"
        if isinstance(pair.max_t, NotComputable) or pair.p_holm is None:
            reason = getattr(pair.max_t, "reason", "no test")
            answer, decision = f"Cannot be computed: {reason}.", Decision.NOT_COMPUTABLE
        elif pair.p_holm < ALPHA:
            per_round = zip(rounds, pair.max_t.p_adjusted_per_round, strict=True)
            differing = [str(number) for number, p in per_round if p < ALPHA]
            noun = "round" if len(differing) == 1 else "rounds"
            answer = f"Yes, in {noun} {join(differing)} (max-T, Holm {p_text(pair.p_holm)})."
            decision = Decision.DIFFERENT
        else:
            answer = (
                f"Not shown in any of {count(rounds.size, 'round')} (max-T, Holm "
                f"{p_text(pair.p_holm)}); this is no evidence that they learn alike."
            )
            decision = Decision.UNDECIDED
        yield Statement(question, answer, decision, opponent, role, (pair.a, pair.b))


def _trust(study: Study) -> Statement:
    question = "Can these numbers be taken at face value?"
    findings = find_checks(study)
    errors = [finding.text for finding in findings if finding.level == "error"]
    warnings = sum(finding.level == "warning" for finding in findings)
    if errors:
        more = len(errors) - MAX_ERRORS
        rest = f"; and {more} more, listed under checks" if more > 0 else ""
        answer = f"No: {'; '.join(errors[:MAX_ERRORS])}{rest}."
        return Statement(question, answer, None)
    if warnings:
        answer = f"With {count(warnings, 'reservation')}, listed under checks."
        return Statement(question, answer, None)
    return Statement(question, "Nothing suspicious was found.", None)
