"""The analysis as strict JSON, in the schema of docs/schema.md. Computes nothing."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.matches import COUNT_COLUMNS, Curve
from cuttle.analysis.study import Study, StudyRun
from cuttle.runs.files import write_text

SCHEMA = "cuttle-analysis/2"
AGGREGATED = "descriptives"  # the statistic that summarises groups; all others are tests


def write(analysis: Analysis, directory: Path) -> list[Path]:
    """Write the statistics alone, and the full analysis with runs and curves."""
    statistics = statistics_document(analysis)
    documents = {
        "statistics.json": statistics,
        "full_analysis.json": {**statistics, **_data(analysis)},
    }
    paths = []
    for name, document in documents.items():
        text = json.dumps(document, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
        write_text(directory / name, text + "\n")
        paths.append(directory / name)
    return paths


def statistics_document(analysis: Analysis) -> dict[str, Any]:
    """Return the statistics with what they are about."""
    study, tests = analysis.study, dict(analysis.statistics)
    return {
        "schema": SCHEMA,
        "generated_at": analysis.generated_at,
        "tool": {"name": "cuttle", "version": analysis.tool_version},
        "experiment": _experiment(analysis),
        "settings": {
            "primary_opponent": study.primary_opponent,
            "opponents": study.roles,
            "network_types": list(study.types),
            "equivalence_margin": study.equivalence_margin,
            "final_source": study.final_source,
            "is_paired": study.is_paired,
        },
        "aggregated_results": tests.pop(AGGREGATED, {}),
        "statistical_tests": tests,
        "left_out": [asdict(out) for out in study.left_out],
        "notes": list(study.notes),
    }


def _experiment(analysis: Analysis) -> dict[str, Any]:
    meta = analysis.study.meta
    return {
        "name": analysis.study.name,
        "description": str(meta.get("description") or ""),
        "created_at": meta.get("created_at"),
        "git": meta.get("git"),
        "rules_version": analysis.study.rules_version,
        "seed_mode": analysis.study.seed_mode,
    }


def _data(analysis: Analysis) -> dict[str, Any]:
    study = analysis.study
    return {
        "runs": [_run(run, study) for run in study.runs],
        "curves": {
            run.run_id: {opponent: _curve(run.curve(opponent)) for opponent in study.opponents}
            for run in study.runs
        },
        "base_config": study.meta.get("base_config"),
    }


def _run(run: StudyRun, study: Study) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "network_type": run.network_type,
        "run": run.run,
        "seed": run.seed,
        "final_round": run.final_round,
        "duration_s": run.record.status.get("duration_s"),
        "metadata": run.record.metadata,
        "final": {
            opponent: {
                **run.tally(opponent).row(),
                "by_seat": {
                    str(seat): tally.row() for seat, tally in run.final.get(opponent, {}).items()
                },
            }
            for opponent in study.opponents
        },
    }


def _curve(curve: Curve) -> dict[str, Any]:
    counts = {name: getattr(curve, name).tolist() for name in ("rounds", *COUNT_COLUMNS)}
    return {**counts, "win_rates": curve.win_rate.tolist()}
