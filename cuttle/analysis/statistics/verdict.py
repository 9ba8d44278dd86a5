"""Answers in plain words. Never "no difference" where data cannot tell."""

from collections.abc import Iterator, Sequence

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.factor_answers import answer_factors, answer_settings, summarise_factors
from cuttle.analysis.interpretation import (
    SIGNIFICANT,
    Decision,
    Statement,
    answer,
    by_family,
    capitalize,
    decided_pairs,
    detectable_text,
    missing_conditions,
    ranked,
    summarise,
)
from cuttle.analysis.numerics import ALPHA, Row, rows_of
from cuttle.analysis.pairs import no_pairs
from cuttle.analysis.statistic import statistic
from cuttle.analysis.statistics.checks import checks, no_runs
from cuttle.analysis.statistics.final import variance
from cuttle.analysis.statistics.learning import learning_differences
from cuttle.analysis.statistics.omnibus import TESTS, omnibus
from cuttle.analysis.statistics.settings import TIED
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


@statistic("question answer decision opponent role factor conditions note")
def verdict(study: Study) -> Iterator[Row]:
    """Answer each question of the study, the primary opponent's first."""
    for opponent, role in study.roles.items():
        for statement in _statements(study, opponent, decided_pairs(study, opponent)):
            yield {**statement._asdict(), "opponent": opponent, "role": role}
    if len(study.runs):
        yield {**_trust(study)._asdict(), "opponent": "", "role": ""}


def headline(study: Study) -> str:
    """Answer the study's question about the primary opponent: the first sentence does.

    One factor takes one sentence; of several, further sentences say what the answer depends on.
    """
    if not len(study.runs):
        return f"No answer: {no_runs(study)}."
    opponent = study.first_opponent
    about = f"Against {opponent} ({study.roles[opponent]} opponent): "
    missing = missing_conditions(study, opponent)
    if answers := summarise_factors(study, opponent):
        first, *rest = filter(None, [missing, *answers])
        return about + ". ".join([first, *map(capitalize, rest)]) + "."
    # one factor, or too few runs for more than pairs
    rows = decided_pairs(study, opponent) if study.opponents else []
    if all(row["decision"] is Decision.NOT_COMPUTABLE for row in rows):
        answers = list(_without_comparison(study, opponent, rows))
    else:
        answers = list(_of_families(study, opponent, rows))
    return about + "; ".join(filter(None, [missing, *answers])) + "."


def _of_families(study: Study, opponent: str, pairs: Sequence[Row]) -> Iterator[str]:
    """Sum up the pairs of each factor, and what those of a single one leave undetected."""
    families, overall = by_family(pairs), ""
    if len(study.varying) == 1 and len(study.labels) > 2:
        p, numbers = _test_of_all(study, opponent)
        overall = f"at least two {study.noun}s differ {numbers}" * (p < ALPHA)
    for factor, family in families.items():
        name = f"by {study.factor_text(factor)}, " * (len(families) > 1)
        yield name + summarise(family, study.noun, overall)
    if len(families) == 1:
        yield detectable_text([row for row in pairs if row["decision"] is Decision.UNDECIDED])


def _without_comparison(study: Study, opponent: str, pairs: Sequence[Row]) -> Iterator[str]:
    """Explain why no pair can be compared, and what is highest, which is all that one run shows."""
    if not pairs:
        yield f"no comparison, as {no_pairs(study)}"
    elif means := _means(study, opponent):
        yield summarise(pairs, study.noun)
        top, highest = _highest(means)
        verb = "has" if len(top) == 1 else "share"
        yield f"{join_words(top)} {verb} the highest mean, {format_percent(highest)}"


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
        text = f"{capitalize(no_pairs(study))}: nothing to compare."
        yield Statement(question, text, Decision.NOT_COMPUTABLE)
    for factor, family in by_family(pairs).items():
        if text := detectable_text(family):
            yield _detectable(study, opponent, factor, text)
    if opponent == study.first_opponent:
        yield from _variation(study, opponent)
        yield from _curves(study, opponent)


def _pairs(study: Study, opponent: str, family: Sequence[Row]) -> Iterator[Statement]:
    """Answer every pair, of a large family only those that are decided, and count the others."""
    is_large = len(family) > MAX_SINGLE
    answered = [p for p in family if not is_large or p["decision"] in DECIDED]
    for pair in answered:
        names = (pair["a"], pair["b"])
        question = f"Do {' and '.join(names)} differ against {opponent}?"
        text = answer(pair, study.noun)
        yield Statement(question, text, pair["decision"], pair["factor"], names)
    if rest := [pair for pair in family if pair not in answered]:
        question = f"Do the other pairs of {study.noun}s differ against {opponent}?"
        failed = sum(pair["decision"] is Decision.NOT_COMPUTABLE for pair in rest)
        text = f"Inconclusive in {pluralize(len(rest) - failed, 'pair')}"
        text += f"; {pluralize(failed, 'pair')} cannot be compared" * (failed > 0)
        yield Statement(question, f"{text}.", Decision.UNDECIDED, family[0]["factor"])


def _test_of_all(study: Study, opponent: str) -> tuple[float, str]:
    """Return the p of the test of all conditions at once and its numbers; or NaN and a reason."""
    tests = omnibus(study, opponent)
    (fit,) = rows_of(tests[tests["is_primary"].astype(bool)])
    if not fit["p"] >= 0:
        return fit["p"], fit["note"]
    f = ""
    if fit["df2"] == fit["df2"]:
        f = f"F({fit['df1']:.3g}, {fit['df2']:.3g}) = {fit['statistic_value']:.2f}, "
    return fit["p"], f"({TESTS[fit['test']]}, {f}{format_p_claim(fit['p'])})"


def _overall(study: Study, opponent: str, pairs: Sequence[Row]) -> Statement:
    noun, factor = study.noun, study.varying[0]
    question = f"Does {study.factor_text(factor)} matter against {opponent}?"
    p, numbers = _test_of_all(study, opponent)
    if not p >= 0:
        text = f"Cannot be tested for all {noun}s at once: {numbers}."
        return Statement(question, text, Decision.NOT_COMPUTABLE, factor)
    if p < ALPHA:
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
    text = f"No significant difference {numbers}; {rest}."
    return Statement(question, text, Decision.UNDECIDED, factor)


def _means(study: Study, opponent: str) -> dict[str, float]:
    return {name: float(x.mean()) for name, x in study.rates(opponent).items() if x.size}


def _highest(means: dict[str, float]) -> tuple[list[str], float]:
    """Return the conditions with the highest mean, and that."""
    highest = max(means.values())
    return [name for name, mean in means.items() if highest - mean < TIED], highest


def _best(study: Study, opponent: str, pairs: Sequence[Row]) -> Statement:
    noun, factor = study.noun, study.varying[0]
    question = f"Which {noun} is best against {opponent}?"
    means = _means(study, opponent)
    top, highest = _highest(means)
    decided = [ranked(pair) for pair in pairs if pair["decision"] in SIGNIFICANT]
    beaten = {behind for ahead, behind in decided if ahead in top}
    rivals = [name for name in means if name not in beaten and name not in top]
    none = f"No {noun} is significantly better than all others"
    untested = [p for p in pairs if p["decision"] is Decision.NOT_COMPUTABLE]
    unknown = {name for pair in untested if top[0] in ranked(pair) for name in ranked(pair)}
    if len(top) > 1:
        text = f"{none}: {join_words(top)} share the highest mean ({format_percent(highest)})."
        decision = Decision.NOT_COMPUTABLE if unknown.issuperset(top) else Decision.UNDECIDED
        return Statement(question, text, decision, factor, tuple(top))
    if rivals:
        alike = [name for name in rivals if name not in unknown]
        parts = [f"does not differ significantly from {truncate(alike)}"] * bool(alike)
        rest = [name for name in rivals if name in unknown]
        parts += [f"cannot be compared with {truncate(rest)}"] * bool(rest)
        text = (
            f"{none}: {top[0]} has the highest mean ({format_percent(highest)}), but "
            f"{join_words(parts)}."
        )
        decision = Decision.UNDECIDED if alike else Decision.NOT_COMPUTABLE
        return Statement(question, text, decision, factor, (top[0], *rivals))
    absent = " that has runs" * (len(means) < len(study.labels))
    text = f"{top[0]}: better than every other {noun}{absent} after correction."
    return Statement(question, text, Decision.DIFFERENT, factor, (top[0],))


def _detectable(study: Study, opponent: str, factor: str, text: str) -> Statement:
    by = f" of {study.factor_text(factor)}" * (len(study.varying) > 1)
    question = f"What differences{by} could this study detect against {opponent}?"
    sentence = f"{capitalize(text)}, after correction for all pairs"
    caution = "significant differences at low power are usually overestimates"
    return Statement(question, f"{sentence}; {caution}.", "", factor)


def _variation(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer whether runs vary more than their games explain."""
    parts = variance(study, opponent)
    parts = parts[parts["n"] > 0]
    more = f"vary more than sampling error explains against {opponent}?"
    if len(parts) > MAX_SINGLE:
        shown = list(parts.loc[parts["p_over"] < ALPHA, "condition"])
        where = f"In {len(shown)} of {len(parts)} {study.noun}s"
        text = f"{where}: {truncate(shown)}." if shown else f"{where}."
        yield Statement(f"Where do runs {more}", text, "", "", tuple(shown))
        return
    for row in rows_of(parts):
        name = row["condition"]
        decision = Decision.DIFFERENT if row["p_over"] < ALPHA else Decision.UNDECIDED
        if row["note"]:
            decision = Decision.NOT_COMPUTABLE
        text = f"{name}: {row['reading']}."
        yield Statement(f"Do the runs of {name} {more}", text, decision, "", (name,))


def _curves(study: Study, opponent: str) -> Iterator[Statement]:
    """Answer where curves differ; of a large family only the pairs that do."""
    where = f"differ in any round of learning against {opponent}?"
    for factor, family in learning_differences(study, opponent).groupby("factor", sort=False):
        pairs = list(family.groupby(["a", "b"], sort=False))
        is_large = len(pairs) > MAX_SINGLE
        answered = [(pair, r) for pair, r in pairs if not is_large or r["differs"].any()]
        for (a, b), rounds in answered:
            text, decision = _rounds(rounds)
            names = (str(a), str(b))
            yield Statement(f"Do {a} and {b} {where}", text, decision, str(factor), names)
        if rest := len(pairs) - len(answered):
            text = f"No significant difference in any round of {pluralize(rest, 'pair')}."
            question = f"Do other {study.noun}s {where}"
            yield Statement(question, text, Decision.UNDECIDED, str(factor))


def _rounds(rounds: pd.DataFrame) -> tuple[str, Decision]:
    """Name the rounds in which a pair differs, corrected over rounds and pairs."""
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
    found = checks(study)
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
