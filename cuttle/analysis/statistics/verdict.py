"""The answers in plain words, one per question. Never "no difference" where data cannot tell."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.factor_answers import (
    answer_factors,
    answer_settings,
    shown_interactions,
)
from cuttle.analysis.interpretation import (
    SIGNIFICANT,
    Decision,
    Row,
    Statement,
    answer,
    by_family,
    decided_pairs,
    detectable_text,
    missing_conditions,
    summarise,
    winner,
)
from cuttle.analysis.numerics import ALPHA, rows_of, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics import (
    checks,
    learning_differences,
    omnibus,
    variance,
)
from cuttle.runs.formatting import (
    format_p_claim,
    format_percent,
    format_points,
    join_words,
    pluralize,
    truncate,
)

MAX_ERRORS = 3  # the others stand under checks
MAX_SINGLE = 10  # pairs or conditions that are answered one by one; more are summed up
DECIDED = (*SIGNIFICANT, Decision.EQUIVALENT)
COLUMNS = ("question", "answer", "decision", "opponent", "role", "factor", "conditions", "note")
OMNIBUS = {
    "welch_anova": "Welch ANOVA",
    "repeated_anova": "repeated-measures ANOVA with the Greenhouse-Geisser correction",
    "permutation": "permutation test of all runs",
}


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Answer each question of the study, the primary opponent's first."""
    rows: list[dict[str, Any]] = []
    pairs = decided_pairs(study)
    for opponent, role in study.roles.items():
        of_opponent = [pair for pair in pairs if pair["opponent"] == opponent]
        for statement in _statements(study, opponent, of_opponent):
            rows.append({**statement._asdict(), "opponent": opponent, "role": role})
    if len(study.runs):
        rows.append({**_trust(study)._asdict(), "opponent": "", "role": ""})
    return table(rows, COLUMNS)


def headline(study: Study) -> str:
    """Answer the study's question in one sentence, about the primary opponent."""
    if not len(study.runs):
        return f"No answer: {checks.no_runs(study)}."
    opponent, pairs = study.first_opponent, decided_pairs(study)
    rows = [pair for pair in pairs if pair["opponent"] == opponent]
    parts = [missing] if (missing := missing_conditions(study, opponent)) else []
    families = by_family(rows)
    for factor, family in families.items():
        name = f"by {study.factor_text(factor)}, " * (len(families) > 1)
        parts.append(name + summarise(family, study.noun))
    parts += [row["sentence"] for row in shown_interactions(study, opponent)]
    undecided = [row for row in rows if row["decision"] is Decision.UNDECIDED]
    if len(families) == 1 and (text := detectable_text(undecided)):
        parts.append(text)
    if not rows:
        parts.append(f"no comparison, as there is a single {study.noun}")
    return f"Against {opponent} ({study.roles[opponent]} opponent): {'; '.join(parts)}."


def _statements(study: Study, opponent: str, pairs: Sequence[Row]) -> Iterator[Statement]:
    if len(study.varying) > 1:
        yield from answer_factors(study, opponent)
        yield from answer_settings(study, opponent)
    elif sum(x.size > 0 for x in study.rates(opponent).values()) > 2:
        yield _overall(study, opponent, pairs)
        yield _best(study, opponent, pairs)
    for family in by_family(pairs).values():
        yield from _pairs(study, opponent, family)
    if not pairs:
        question = f"Do {study.noun}s differ against {opponent}?"
        text = f"There is a single {study.noun}: nothing to compare."
        yield Statement(question, text, Decision.NOT_COMPUTABLE)
    for factor, family in by_family(pairs).items():
        if text := detectable_text(family):
            yield _detectable(study, opponent, factor, text)
    if opponent == study.first_opponent:
        yield from _spread(study, opponent)
        yield from _curves(study, opponent)


def _pairs(study: Study, opponent: str, family: Sequence[Row]) -> Iterator[Statement]:
    """Answer every pair, of a large family only those that are decided, and count the others."""
    is_large = len(family) > MAX_SINGLE
    told = [p for p in family if not is_large or p["decision"] in DECIDED]
    for pair in told:
        question = f"Do {pair['a']} and {pair['b']} differ against {opponent}?"
        names = (pair["a"], pair["b"])
        text = answer(pair, study.noun)
        yield Statement(question, text, pair["decision"], pair["factor"], names)
    rest = [pair for pair in family if pair not in told]
    if rest:
        question = f"Do the other pairs of {study.noun}s differ against {opponent}?"
        failed = sum(pair["decision"] is Decision.NOT_COMPUTABLE for pair in rest)
        text = f"Inconclusive in {pluralize(len(rest) - failed, 'pair')}"
        text += f"; {pluralize(failed, 'pair')} cannot be compared" * (failed > 0)
        yield Statement(question, f"{text}.", Decision.UNDECIDED, family[0]["factor"])


def _overall(study: Study, opponent: str, pairs: Sequence[Row]) -> Statement:
    noun, factor = study.noun, study.varying[0]
    question = f"Does the {study.factor_text(factor)} matter against {opponent}?"
    tests = omnibus.compute(study)
    fit = rows_of(tests[(tests["opponent"] == opponent) & tests["is_primary"]])[0]
    if not fit["p"] >= 0:
        text = f"Cannot be tested for all {noun}s at once: {fit['note']}."
        return Statement(question, text, Decision.NOT_COMPUTABLE, factor)
    name, degrees = OMNIBUS[fit["test"]], ""
    if fit["df2"] == fit["df2"]:
        f = f"F({fit['df1']:.3g}, {fit['df2']:.3g}) = {fit['statistic_value']:.2f}"
        degrees = f"{f}, "
    numbers = f"({name}, {degrees}{format_p_claim(fit['p'])})"
    if fit["p"] < ALPHA:
        text = f"Yes: at least two {noun}s differ {numbers}."
        return Statement(question, text, Decision.DIFFERENT, factor)
    decisions = {pair["decision"] for pair in pairs}
    if decisions == {Decision.EQUIVALENT}:
        margin = format_points(study.margin)
        text = f"No significant difference {numbers}; all pairs are equivalent within {margin}."
        return Statement(question, text, Decision.EQUIVALENT, factor)
    rest = f"this is not evidence that the {noun}s are equal"
    if Decision.EQUIVALENT in decisions:
        rest = f"this is not evidence that all {noun}s are equal, though some pairs are equivalent"
    return Statement(
        question, f"No significant difference {numbers}; {rest}.", Decision.UNDECIDED, factor
    )


def _best(study: Study, opponent: str, pairs: Sequence[Row]) -> Statement:
    noun, factor = study.noun, study.varying[0]
    question = f"Which {noun} is best against {opponent}?"
    means = {name: float(x.mean()) for name, x in study.rates(opponent).items() if x.size}
    highest = max(means.values())
    top = [name for name, mean in means.items() if highest - mean < 1e-12]
    beaten = {
        pair["b"] if winner(pair) == pair["a"] else pair["a"]
        for pair in pairs
        if pair["decision"] in SIGNIFICANT and winner(pair) in top
    }
    rivals = [name for name in means if name not in beaten and name not in top]
    shown = format_percent(highest)
    if len(top) > 1:
        text = f"No {noun} is shown to be best: {join_words(top)} share the highest mean ({shown})."
        return Statement(question, text, Decision.UNDECIDED, factor, tuple(top))
    if rivals:
        text = (
            f"No {noun} is shown to be best: {top[0]} has the highest mean ({shown}), but does "
            f"not differ significantly from {truncate(rivals)}."
        )
        return Statement(question, text, Decision.UNDECIDED, factor, (top[0], *rivals))
    absent = " that has runs" * (len(means) < len(study.labels))
    text = f"{top[0]}: better than every other {noun}{absent} after correction."
    return Statement(question, text, Decision.DIFFERENT, factor, (top[0],))


def _detectable(study: Study, opponent: str, factor: str, text: str) -> Statement:
    by = f" of the {study.factor_text(factor)}" * (len(study.varying) > 1)
    question = f"What differences{by} could this study detect against {opponent}?"
    sentence = f"{text[:1].upper()}{text[1:]}, after correction for all pairs"
    caution = "one that is significant at low power is likely to be overstated"
    return Statement(question, f"{sentence}; {caution}.", "", factor)


def _spread(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer whether runs vary more than their games explain."""
    parts = variance.compute(study)
    parts = parts[(parts["opponent"] == opponent) & (parts["n"] > 0)]
    if len(parts) > MAX_SINGLE:
        shown = list(parts.loc[parts["p_over"] < ALPHA, "condition"])
        question = f"Where do runs vary more than sampling error explains against {opponent}?"
        where = f"In {len(shown)} of {len(parts)} {study.noun}s"
        text = f"{where}: {truncate(shown)}." if shown else f"{where}."
        yield Statement(question, text, "", "", tuple(shown))
        return
    for row in rows_of(parts):
        name = row["condition"]
        question = (
            f"Do the runs of {name} vary more than sampling error explains against {opponent}?"
        )
        decision = Decision.DIFFERENT if row["p_over"] < ALPHA else Decision.UNDECIDED
        if row["note"]:
            decision = Decision.NOT_COMPUTABLE
        yield Statement(question, f"{name}: {row['reading']}.", decision, "", (name,))


def _curves(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer where curves differ; of a large family only the pairs that do."""
    tests = learning_differences.compute(study)
    tests = tests[tests["opponent"] == opponent]
    for factor, family in tests.groupby("factor", sort=False):
        pairs = {
            (str(a), str(b)): rounds for (a, b), rounds in family.groupby(["a", "b"], sort=False)
        }
        told = [p for p in pairs if len(pairs) <= MAX_SINGLE or pairs[p]["differs"].any()]
        for a, b in told:
            question = f"Do {a} and {b} differ in any round of learning against {opponent}?"
            text, decision = _rounds(pairs[a, b])
            yield Statement(question, text, decision, str(factor), (a, b))
        if rest := len(pairs) - len(told):
            question = f"Do other {study.noun}s differ in any round of learning against {opponent}?"
            text = f"No significant difference in any round of {pluralize(rest, 'pair')}."
            yield Statement(question, text, Decision.UNDECIDED, str(factor))


def _rounds(rounds: pd.DataFrame) -> tuple[str, Decision]:
    """Say in which rounds a pair differs, corrected over rounds and pairs."""
    first = rounds.iloc[0]
    if not first["method"]:
        return f"Cannot be tested: {first['note']}.", Decision.NOT_COMPUTABLE
    claim = format_p_claim(first["p_pair_holm"])
    if rounds["differs"].any():
        numbers = [f"{number:g}" for number in rounds.loc[rounds["differs"], "round"]]
        noun = "round" if len(numbers) == 1 else "rounds"
        text = f"Yes, in {noun} {join_words(numbers)} (max-T over rounds, Holm {claim})."
        return text, Decision.DIFFERENT
    return (
        f"No significant difference in any of {pluralize(len(rounds), 'round')} (max-T, Holm "
        f"{claim}); this is not evidence that they learn alike."
    ), Decision.UNDECIDED


def _trust(study: Study) -> Statement:
    question = "Can these numbers be taken at face value?"
    found = checks.compute(study)
    errors = list(found.loc[found["level"] == "error", "text"])
    caveats = int((found["level"] == "warning").sum())
    unknown = list(found.loc[found["id"] == "not_assessed", "text"])
    if errors:
        more = len(errors) - MAX_ERRORS
        rest = f"; and {more} more (see Checks)" if more > 0 else ""
        text = f"No: {'; '.join(errors[:MAX_ERRORS])}{rest}."
    elif unknown:
        text = f"Only in part: {'; '.join(unknown)}."
    elif caveats:
        text = f"Yes, with {pluralize(caveats, 'caveat')} (see Checks)."
    else:
        text = "No problem was found with the runs, their files, seeds, sources and numbers."
    return Statement(question, text, "")
