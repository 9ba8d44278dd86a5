"""Data-quality checks: gaps, copies, seeds, few games."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.multiplicity import bonferroni, holm
from cuttle.analysis.numerics import ALPHA, NAN, FloatArray, Row, is_constant, rows_of
from cuttle.analysis.pairs import no_pairs, planned_pairs
from cuttle.analysis.permutation import smallest_flip_p, smallest_permutation_p
from cuttle.analysis.ranks import smallest_rank_p
from cuttle.analysis.statistic import statistic
from cuttle.analysis.statistics.learning import learning_runs
from cuttle.analysis.statistics.primary import comparisons
from cuttle.runs.diff import is_below
from cuttle.runs.formatting import join_words, pluralize, truncate
from cuttle.runs.layout import Stage

FINAL_GAMES = 2_000  # fewer leave the sampling error of games visible
COLLAPSE = 0.10  # win rate below the rest of its condition that makes a run worth naming
FENCE = 3.0  # interquartile ranges; Tukey's far out
BY_CHANCE = 1e-3  # probability below which equal results of two seeds are no chance
Finding = tuple[str, str, str]  # id, level, text
PERIOD = "training.learner.target_period"  # updates to the first copy
PLAYS_TARGET = "training.evaluation.use_target_network"
LEVELS = ("error", "warning", "note")  # an error: numbers mislead


@statistic("id level text")
def checks(study: Study) -> list[Row]:
    """Collect what a reader must know before believing the numbers, worst first."""
    parts = (
        _completeness, _not_assessed, _damage, _short_runs, _final_evaluation, _seeds, _copies,
        _same_settings, _sources, _versions, _arithmetic, _unreachable, _collapsed, _untrained,
    )  # fmt: skip
    findings = [finding for part in parts for finding in part(study)]
    findings.sort(key=lambda finding: LEVELS.index(finding[1]))
    return [dict(zip(("id", "level", "text"), finding, strict=True)) for finding in findings]


def no_runs(study: Study) -> str:
    """Return why there is nothing to analyse."""
    states = study.excluded["state"].value_counts().sort_index()
    if states.empty:
        return "no runs"
    counts = ", ".join(f"{count} {state}" for state, count in states.items())
    return f"no usable completed runs ({counts})"


def _completeness(study: Study) -> Iterator[Finding]:
    if study.runs.empty:
        yield "no_runs", "error", no_runs(study)
    for reason, runs in study.excluded.groupby("reason", sort=False)["run_id"]:
        yield "excluded", "warning", f"excluded, {reason}: {truncate(list(runs))}"
    counts = study.conditions["n"]
    if len(study.runs):
        for name in counts.index[counts == 0]:
            yield "missing_condition", "warning", f"{name}: no usable runs"
    for problem in study.problems:
        yield "problem", "warning", problem
    if counts.nunique() > 1:
        listed = truncate([f"{name} {n}" for name, n in counts.items()])
        text = f"{study.noun}s have different numbers of runs: {listed}"
        yield "unequal_n", "note", text


def _not_assessed(study: Study) -> Iterator[Finding]:
    """Name what the runs leave open, so that silence is no assurance."""
    if study.runs.empty:
        return
    if not planned_pairs(study):
        text = f"{no_pairs(study)}, so nothing could be compared"
        yield "not_assessed", "warning", text
    single = list(study.conditions.index[study.conditions["n"] == 1])
    if single:
        each = " each" * (len(single) > 1)
        found = f"one run{each} of {truncate(single)}"
        if 1 < len(single) == len(study.labels):
            found = f"one run per {study.noun}"
        text = f"{found}: how much runs vary could not be assessed; train more: 'run=range(1,8)'"
        yield "not_assessed", "warning", text
    for opponent in study.opponents:
        equal = [name for name, x in study.rates(opponent).items() if x.size > 1 and is_constant(x)]
        if equal:
            text = (
                f"all runs of {join_words(equal)} have the same win rate against "
                f"{opponent}: how much runs vary could not be assessed"
            )
            yield "not_assessed", "warning", text
    compared = comparisons(study)
    flipped = compared[(compared["test"] == "sign_flip") & (compared["diff"] != 0)]
    for row in rows_of(flipped):
        text = (
            f"all differences of {row['a']} and {row['b']} against {row['opponent']} are equal: "
            "how much they vary could not be assessed"
        )
        yield "not_assessed", "warning", text


def _damage(study: Study) -> Iterator[Finding]:
    """Name what is wrong with the files of runs that are used, for every number counts them."""
    for problem, runs in study.damage.groupby("problem", sort=False)["run_id"]:
        text = f"{problem}; still used: {truncate(list(runs))}"
        yield "damaged_files", "warning", text


def _short_runs(study: Study) -> Iterator[Finding]:
    runs = learning_runs(study)
    short = runs[runs["is_short"].astype(bool)].drop_duplicates(["run_id", "note"])
    for note, names in short.groupby("note", sort=False)["run_id"]:
        text = (
            f"{note} of validation, counted without an area under the curve: "
            f"{truncate(list(dict.fromkeys(names)))}"
        )
        yield "short_runs", "warning", text


def _final_evaluation(study: Study) -> Iterator[Finding]:
    if study.final_source != Stage.FINAL:
        return  # the study's own problem says so
    for opponent in study.opponents:
        games = study.final.loc[study.final["opponent"] == opponent, "games"]
        if games.nunique() > 1:
            text = (
                f"final games against {opponent} differ between runs: {games.min():,} to "
                f"{games.max():,}"
            )
            yield "unequal_games", "warning", text
    fewest = study.final.groupby("opponent")["games"].min().reindex(study.opponents)
    for games, opponents in fewest[fewest < FINAL_GAMES].groupby(fewest, sort=False):
        about = f"{pluralize(int(games), 'final game')} against {join_words(opponents.index)}"
        text = (
            f"only {about}; below {FINAL_GAMES:,} the sampling error of the games widens every "
            "interval"
        )
        yield "few_games", "warning", text


def _seeds(study: Study) -> Iterator[Finding]:
    """Name runs whose files do not agree about their seed."""
    for row in rows_of(study.provenance):
        recorded = {name: row[f"seed_{name}"] for name in ("status", "metadata", "config")}
        known = {name: seed for name, seed in recorded.items() if not pd.isna(seed)}
        if len(set(known.values())) > 1:
            listed = ", ".join(f"{name} {seed}" for name, seed in known.items())
            text = f"{row['run_id']}: its files disagree about its seed: {listed}"
            yield "seed_mismatch", "error", text


def _copies(study: Study) -> Iterator[Finding]:
    """Find runs of a condition with equal results in all games, which no chance makes likely."""
    columns = ["stage", "round", "opponent", "seat", "games", "wins", "draws"]
    matches, runs = study.matches, study.matches["run_id"]
    content = pd.util.hash_pandas_object(matches[columns], index=False).groupby(runs).sum()
    # Probability that independent games give another run the same wins, match by match.
    spread = matches["games"] * matches["win_rate"] * (1 - matches["win_rate"])
    chances = np.exp((-0.5 * np.log1p(4 * math.pi * spread)).groupby(runs).sum())
    results = study.runs.set_index("run_id").assign(content=content, chance=chances)
    for _, equal in results.groupby(["condition", "content"], observed=True):
        num_pairs = math.comb(len(equal), 2)
        if num_pairs and num_pairs * equal["chance"].iloc[0] < BY_CHANCE:
            text = (
                f"identical results across seeds (is the seed used?): {truncate(list(equal.index))}"
            )
            yield "identical_results", "error", text


def _same_settings(study: Study) -> Iterator[Finding]:
    """Name conditions that are trained alike, so that a comparison of them says nothing."""
    if any(is_below(factor, ["seed"]) for factor in study.varying):
        return
    for _, conditions in study.provenance.groupby("settings_hash")["condition"]:
        names = list(dict.fromkeys(conditions))
        if len(names) > 1:
            text = f"trained with the same settings under several names: {truncate(names)}"
            yield "same_settings", "warning", text


def _sources(study: Study) -> Iterator[Finding]:
    runs = study.provenance
    commits, sources = (sorted(set(map(str, runs[c].dropna()))) for c in ("commit", "source_hash"))
    if len(sources) > 1:
        text = f"runs come from {len(sources)} versions of the source: {', '.join(sources)}"
        yield "mixed_sources", "warning", text
    if len(commits) > 1:
        level = "note" if len(sources) == 1 else "warning"  # equal sources train alike
        text = f"runs come from {len(commits)} commits: {', '.join(commits)}"
        yield "mixed_commits", level, text
    unknown = list(runs.loc[runs["commit"].isna(), "run_id"])
    if unknown and commits:
        yield "unknown_commit", "note", f"no commit is recorded for {truncate(unknown)}"
    if dirty := list(runs.loc[runs["dirty"].eq(True), "run_id"]):
        text = f"trained with uncommitted changes: {truncate(dirty)}"
        yield "uncommitted_changes", "note", text


def _versions(study: Study) -> Iterator[Finding]:
    for column in map(str, study.provenance.filter(like="versions.")):
        versions = sorted(set(map(str, study.provenance[column].dropna())))
        if len(versions) > 1:
            package = column.partition(".")[2]
            text = f"runs used different versions of {package}: {', '.join(versions)}"
            yield "mixed_versions", "warning", text


def _arithmetic(study: Study) -> Iterator[Finding]:
    """Name conditions of whose runs some were trained with `portable=true` and some without."""
    for condition, rows in study.provenance.groupby("condition", observed=True):
        modes = rows.groupby("arithmetic")["run_id"].agg(list)
        if len(modes) > 1:
            listed = "; ".join(f"{mode}: {truncate(runs)}" for mode, runs in modes.items())
            text = f"{condition}: runs were trained with different values of portable: {listed}"
            yield "mixed_arithmetic", "note", text


def _unreachable(study: Study) -> Iterator[Finding]:
    """Name exact tests, by number of runs, whose smallest p is not significant after correction."""
    tests: dict[str, tuple[Callable[[int, int], float], Callable[[pd.Series], FloatArray]]] = {
        "permutation": (smallest_permutation_p, holm), "rank": (smallest_rank_p, bonferroni)
    }  # fmt: skip
    if study.is_paired:
        tests = {"sign flip": (lambda pairs, _: smallest_flip_p(pairs), holm)}
    found: dict[tuple[int, int], dict[str, float]] = {}
    for _, family in comparisons(study).groupby(["opponent", "factor"], sort=False):
        rows = rows_of(family)
        sizes = [(min(row["n_a"], row["n_b"]), max(row["n_a"], row["n_b"])) for row in rows]
        for name, (smallest, correct) in tests.items():
            reached = [smallest(*n) if r["test"] else NAN for n, r in zip(sizes, rows, strict=True)]
            for size, p in zip(sizes, correct(pd.Series(reached)), strict=True):
                if p >= ALPHA:
                    found.setdefault(size, {}).setdefault(name, p)
    for (m, n), failing in sorted(found.items()):
        numbers = f"{m} pairs" if study.is_paired else f"{m} and {n} runs"
        attainable = dict.fromkeys(f"{p:.3g}" for p in failing.values())
        text = (
            f"with {numbers} {join_words(failing)} tests cannot reach significance: smallest "
            f"attainable p {join_words(attainable)} after correction"
        )
        yield "unreachable", "warning", text


def _collapsed(study: Study) -> Iterator[Finding]:
    """Name runs far below the others of their condition: means mislead where seeds collapse."""
    for opponent in study.opponents:
        final = study.finals(opponent)
        for name, rates in by_condition(final, "win_rate").items():
            if rates.size < 4:
                continue
            q1, median, q3 = np.quantile(rates, [0.25, 0.5, 0.75])
            line = min(q1 - FENCE * (q3 - q1), median - COLLAPSE)
            low = final[(final["condition"] == name) & (final["win_rate"] < line)]
            if len(low):
                runs = [f"{row['run_id']} ({row['win_rate']:.3f})" for row in rows_of(low)]
                text = f"far below the other runs of {name} against {opponent}: {truncate(runs)}"
                yield "collapsed", "warning", text


def _untrained(study: Study) -> Iterator[Finding]:
    """Name runs whose final games were played by a network that no update had reached."""
    configs = study.configs.set_index(study.runs["run_id"]).reindex(columns=[PERIOD, PLAYS_TARGET])
    plays_copy = configs[PLAYS_TARGET].eq(True) & configs[PERIOD].notna()
    needed = configs[PERIOD].where(plays_copy, 1).astype("float")
    updates = study.rounds.groupby("run_id")["updates"].max().reindex(needed.index)
    if runs := list(needed.index[updates < needed]):
        text = f"untrained in the final games, as there were too few updates: {truncate(runs)}"
        yield "untrained", "warning", f"{text} (see {PERIOD} and training.replay.warm_up)"
