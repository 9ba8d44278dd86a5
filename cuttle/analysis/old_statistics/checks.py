"""What a reader must know before believing the numbers: gaps, copies, seeds, few games."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cuttle.analysis.estimators.core import ALPHA, is_constant
from cuttle.analysis.estimators.paired import smallest_sign_flip_p
from cuttle.analysis.estimators.permutation import smallest_permutation_p
from cuttle.analysis.estimators.ranks import smallest_rank_p
from cuttle.analysis.opponents import no_runs
from cuttle.analysis.pairwise import Comparison, compare_types
from cuttle.analysis.study import LAST_ROUND, Study, StudyRun
from cuttle.runs.formatting import truncate as some

FINAL_GAMES = 2_000  # against the primary opponent; fewer leave the games' luck visible
COLLAPSE = 0.10  # win rate below the rest of its type that makes a run worth naming
FENCE = 3.0  # interquartile ranges; Tukey's far out


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: level is `error` (numbers mislead), `warning` or `note`."""

    id: str
    level: str
    text: str


def compute(study: Study) -> Any:
    """Collect all findings, worst first."""
    checks: tuple[Callable[[Study], Iterator[Check]], ...] = (
        _completeness, _damage, _final_evaluation, _seeds, _copies, _provenance, _groups,
        _collapsed,
    )  # fmt: skip
    findings = [finding for check in checks for finding in check(study)]
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: order[finding.level])


def _completeness(study: Study) -> Iterator[Check]:
    if not study.runs:
        yield Check("no_runs", "error", no_runs(study))
    reasons: dict[str, list[str]] = {}
    for out in study.left_out:
        reasons.setdefault(out.reason, []).append(out.run_id)
    for reason, runs in reasons.items():
        yield Check("left_out", "warning", f"left out, {reason}: {some(runs)}")
    for name in study.types:
        if study.runs and not study.runs_of(name):
            yield Check("missing_type", "warning", f"{name}: no runs that can be used")
    for note in study.notes:
        yield Check("note", "warning", note)
    sizes = {name: len(study.runs_of(name)) for name in study.types}
    if len(set(sizes.values())) > 1:
        counts = ", ".join(f"{name} {n}" for name, n in sizes.items())
        yield Check("unequal_n", "note", f"types have different numbers of runs: {counts}")


def _damage(study: Study) -> Iterator[Check]:
    """Name what is wrong with the files of runs that are used, for every number counts them."""
    problems: dict[str, list[str]] = {}
    for run in study.runs:
        _ = run.metrics, run.timings  # reads both, and notes their damage
        for problem in run.record.problems:
            problems.setdefault(problem, []).append(run.run_id)
    for problem, runs in problems.items():
        yield Check("damaged_files", "warning", f"{problem}; used all the same: {some(runs)}")


def _final_evaluation(study: Study) -> Iterator[Check]:
    if study.final_source == LAST_ROUND:
        return  # the study's own note says so
    for opponent in study.opponents:
        games = sorted({t.games for runs in study.tallies(opponent).values() for t in runs})
        if len(games) > 1:
            text = f"final games against {opponent} differ between runs: {games[0]} to {games[-1]}"
            yield Check("unequal_games", "warning", text)
        if games and games[0] < FINAL_GAMES:
            text = (
                f"only {games[0]} final games against {opponent}; below {FINAL_GAMES} the luck of "
                "the games widens every interval"
            )
            yield Check("few_games", "warning", text)


def _seeds(study: Study) -> Iterator[Check]:
    by_seed: dict[tuple[str, int], list[str]] = {}
    for run in study.runs:
        told = {"status": run.seed, "metadata": run.record.metadata.get("seed")}
        seed = run.config.get("seed")
        told["config"] = seed.get("value") if isinstance(seed, dict) else None
        known = {name: value for name, value in told.items() if value is not None}
        if len(set(known.values())) > 1:
            listed = ", ".join(f"{name} {value}" for name, value in known.items())
            yield Check("seed_mismatch", "error", f"{run.run_id}: its seed is not one: {listed}")
        if run.seed is not None:
            by_seed.setdefault((run.network_type, run.seed), []).append(run.run_id)
    for (_, seed), runs in by_seed.items():
        if len(runs) > 1:
            text = f"{some(runs)} share the seed {seed}: copies are no independent evidence"
            yield Check("shared_seed", "error", text)


def _copies(study: Study) -> Iterator[Check]:
    """Find runs of one type with equal results in every game, though their seeds differ."""
    by_results: dict[tuple[str, str], list[StudyRun]] = {}
    for run in study.runs:
        by_results.setdefault((run.network_type, _fingerprint(run)), []).append(run)
    for runs in by_results.values():
        if len({run.seed for run in runs}) > 1:
            ids = [run.run_id for run in runs]
            text = f"identical results across seeds in {some(ids)}: is the seed used?"
            yield Check("identical_results", "error", text)


def _fingerprint(run: StudyRun) -> str:
    """Spell all results of a run, in whichever order its opponents were met."""
    return repr([sorted(run.final.items()), sorted(run.validation.items())])


def _provenance(study: Study) -> Iterator[Check]:
    git = {run.run_id: run.record.metadata.get("git") or {} for run in study.runs}
    commits = {str(of_run["commit"]) for of_run in git.values() if of_run.get("commit")}
    recorded = [run.record.metadata.get("source_hash") for run in study.runs]
    sources = {source for source in recorded if source}
    if len(sources) > 1:
        text = f"runs come from {len(sources)} versions of the source: {', '.join(sorted(sources))}"
        yield Check("mixed_sources", "warning", text)
    if len(commits) > 1:
        text = f"runs come from {len(commits)} commits: {', '.join(sorted(commits))}"
        level = "note" if len(sources) == 1 else "warning"  # equal sources train alike
        yield Check("mixed_commits", level, text)
    unknown = [run_id for run_id, of_run in git.items() if not of_run.get("commit")]
    if unknown and commits:
        text = f"no commit is recorded for {some(unknown)}"
        yield Check("unknown_commit", "note", text)
    if dirty := [run_id for run_id, of_run in git.items() if of_run.get("dirty")]:
        text = f"trained with uncommitted changes: {some(dirty)}"
        yield Check("uncommitted_changes", "note", text)
    packages: dict[str, set[str]] = {}
    for run in study.runs:
        for package, version in (run.record.metadata.get("versions") or {}).items():
            packages.setdefault(package, set()).add(str(version))
    for package, versions in packages.items():
        if len(versions) > 1:
            text = f"runs used different versions of {package}: {', '.join(sorted(versions))}"
            yield Check("mixed_versions", "warning", text)


def _groups(study: Study) -> Iterator[Check]:
    """Name types of equal results, and tests that cannot reject at this number of runs."""
    for opponent in study.opponents:
        for name, rates in study.groups(opponent).items():
            if rates.size > 1 and is_constant(rates):
                text = (
                    f"{name}: identical results across seeds: seed has no effect, or results "
                    "are copies"
                )
                yield Check("groups", "warning", f"against {opponent}: {text}")
        for test, smallest, level in _unreachable(study, opponent):
            text = (
                f"with {test} cannot reach significance: smallest attainable p {smallest:.3g} "
                f"exceeds {level:.3g}"
            )
            yield Check("groups", "warning", f"against {opponent}: {text}")


def _unreachable(study: Study, opponent: str) -> Iterator[tuple[str, float, float]]:
    """Yield exact tests, by number of runs, whose smallest p exceeds the corrected level."""
    compared = [pair for pair in compare_types(study, opponent) if isinstance(pair, Comparison)]
    tests: set[tuple[str, float]] = set()
    for pair in compared:
        m, n = sorted((pair.n_a, pair.n_b))
        if study.is_paired:
            tests.add((f"{n} pairs sign flips", smallest_sign_flip_p(n)))
        else:
            tests.add((f"{m} and {n} runs rank tests", smallest_rank_p(m, n)))
            tests.add((f"{m} and {n} runs permutation tests", smallest_permutation_p(m, n)))
    for test, smallest in sorted(tests):
        if smallest > ALPHA / len(compared):
            yield test, smallest, ALPHA / len(compared)


def _collapsed(study: Study) -> Iterator[Check]:
    """Name runs far below the others of their type: means mislead where seeds collapse."""
    for opponent in study.opponents:
        for name, rates in study.win_rates(opponent).items():
            if rates.size < 4:
                continue
            q1, q3 = np.quantile(rates, [0.25, 0.75])
            line = min(q1 - FENCE * (q3 - q1), float(np.median(rates)) - COLLAPSE)
            low = [
                f"{run.run_id} ({run.tally(opponent).win_rate:.3f})"
                for run in study.runs_of(name)
                if run.tally(opponent).games and run.tally(opponent).win_rate < line
            ]
            if low:
                text = f"far below the other runs of {name} against {opponent}: {some(low)}"
                yield Check("collapsed", "warning", text)
