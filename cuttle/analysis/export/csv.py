"""The data and results as tidy CSV: one observation a row, an empty cell where there is none."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.matches import COUNT_COLUMNS, RATE_COLUMNS, Tally
from cuttle.analysis.study import Study
from cuttle.runs.files import write_text
from cuttle.runs.layout import METRICS_COLUMNS, TIMINGS_COLUMNS, Stage

Row = dict[str, Any]

WHO = ("experiment", "run_id", "network_type", "run", "seed")
COUNTS = (*COUNT_COLUMNS, *RATE_COLUMNS)
SUMMARY = (
    "opponent", "role", "network_type", "n", "mean", "sd", "se", "ci_low", "ci_high", "min", "q1",
    "median", "q3", "max", "iqm", "half_draw_rate",
)  # fmt: skip
COMPARISONS = (
    "opponent", "role", "a", "b", "n_a", "n_b", "test", "diff", "ci_low", "ci_high", "t", "df",
    "p", "p_bonferroni", "p_holm", "p_shaffer", "p_permutation", "p_mann_whitney",
    "prob_improvement", "prob_improvement_low", "prob_improvement_high", "is_significant",
    "reason", "cohens_d_pooled", "hedges_g_exact", "g_ci_low", "g_ci_high",
)  # fmt: skip


def write(analysis: Analysis, directory: Path) -> list[Path]:
    """Write runs, matches, rounds, summary and comparisons as one file each."""
    opponents = analysis.study.opponents
    finals = [f"{column}_{opponent}" for opponent in opponents for column in COUNTS]
    own = ("state", "is_used", "reason", "final_round", "duration_s", "parameters", *finals)
    tables: dict[str, tuple[Sequence[str], Iterator[Row]]] = {
        "runs.csv": ((*WHO, *own), _runs(analysis)),
        "matches.csv": ((*WHO, "round", "stage", "opponent", *COUNTS), _matches(analysis.study)),
        "rounds.csv": ((*WHO, *METRICS_COLUMNS, *TIMINGS_COLUMNS[1:]), _rounds(analysis.study)),
        "summary.csv": (SUMMARY, _summary(analysis)),
        "comparisons.csv": (COMPARISONS, _comparisons(analysis)),
    }
    for name, (columns, rows) in tables.items():
        write_text(directory / name, _text(columns, rows))
    return [directory / name for name in tables]


def _text(columns: Sequence[str], rows: Iterator[Row]) -> str:
    """Render these columns of rows; what a row lacks is an empty cell, numbers keep all digits."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        truths = {key: str(value).lower() for key, value in row.items() if type(value) is bool}
        writer.writerow(row | truths)
    return buffer.getvalue()


def _runs(analysis: Analysis) -> Iterator[Row]:
    """Yield every run of the experiment, used or not, with its final games."""
    study = analysis.study
    used = {run.run_id: run for run in study.runs}
    reasons = {out.run_id: out.reason for out in study.left_out}
    for record in analysis.experiment.runs:
        row = _who(study, record)
        run = used.get(record.run_id)
        row |= {
            "state": str(record.state),
            "is_used": run is not None,
            "reason": reasons.get(record.run_id),
            "final_round": run.final_round if run else None,
            "duration_s": record.status.get("duration_s"),
            "parameters": record.metadata.get("parameters") if run else None,
        }
        for opponent in study.opponents:
            counts = run.tally(opponent).row() if run else {}
            row |= {f"{column}_{opponent}": value for column, value in counts.items()}
        yield row


def _matches(study: Study) -> Iterator[Row]:
    """Yield one row a run, round and opponent, both seats added, and the final games last."""
    for run in study.runs:
        for opponent in study.opponents:
            curve = run.curve(opponent)
            for place, number in enumerate(curve.rounds.tolist()):
                yield _match(study, run, number, Stage.VALIDATION, opponent, curve.tally(place))
            if study.final_source == Stage.FINAL and run.tally(opponent).games:
                final = run.tally(opponent)
                yield _match(study, run, run.final_round, Stage.FINAL, opponent, final)


def _match(
    study: Study, run: Any, number: int | None, stage: Stage, opponent: str, tally: Tally
) -> Row:
    where = {"round": number, "stage": str(stage), "opponent": opponent}
    return {**_who(study, run), **where, **tally.row()}


def _rounds(study: Study) -> Iterator[Row]:
    """Yield one row a run and round: what was learnt and how long it took."""
    for run in study.runs:
        clocks = {timings["round"]: timings for timings in run.timings}
        for metrics in run.metrics:
            yield {**clocks.get(metrics["round"], {}), **metrics, **_who(study, run)}


def _summary(analysis: Analysis) -> Iterator[Row]:
    for opponent, role in analysis.study.roles.items():
        types = analysis.block("descriptives", opponent).get("types", {})
        for network_type, group in types.items():
            who = {"opponent": opponent, "role": role, "network_type": network_type}
            half_draws = group["half_draw_rate"].get("mean")
            yield {**group["win_rate"], **who, "half_draw_rate": half_draws}


def _comparisons(analysis: Analysis) -> Iterator[Row]:
    for opponent, role in analysis.study.roles.items():
        for pair in analysis.block("comparisons", opponent).get("pairs", []):
            # the pair comes last: a reason of the effects is not the pair's
            yield {**pair.get("effects", {}), **pair, "opponent": opponent, "role": role}


def _who(study: Study, run: Any) -> Row:
    """Return who a row is about, of a run of the study or a record of the experiment."""
    values = (study.name, run.run_id, run.network_type, run.run, run.seed)
    return dict(zip(WHO, values, strict=True))
