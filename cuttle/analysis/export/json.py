"""Strict JSON: in the schema of docs/schema.md."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import plain, records
from cuttle.analysis.statistic import evaluate
from cuttle.analysis.statistics.verdict import headline
from cuttle.runs.files import write_text
from cuttle.runs.provenance import package_versions

SCHEMA = "cuttle-analysis/3"


def write(study: Study, directory: Path) -> list[Path]:
    """Write the statistics alone, and the full analysis with runs, games and curves."""
    statistics = statistics_document(study)
    data = {name: records(getattr(study, name)) for name in ("runs", "matches", "final", "curves")}
    documents = {
        "statistics.json": statistics,
        "full_analysis.json": {
            **statistics,
            **data,
            "provenance": records(study.provenance),
            "base_config": study.meta.get("base_config"),
        },
    }
    for name, document in documents.items():
        text = json.dumps(document, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
        write_text(directory / name, text + "\n")
    return [directory / name for name in documents]


def statistics_document(study: Study) -> dict[str, Any]:
    """Return the statistics with what they are about."""
    results = evaluate(study)
    return {
        "schema": SCHEMA,
        "generated_at": generated_at(),
        "tool": {"name": "cuttle", "version": package_versions()["cuttle"]},
        "experiment": {
            "name": study.name,
            "description": str(study.meta.get("description") or ""),
            "created_at": study.meta.get("created_at"),
            "git": study.meta.get("git"),
            "rules_version": study.rules_version,
            "seed_mode": study.seed_mode,
        },
        "settings": {
            "primary_opponent": study.primary_opponent,
            "opponents": study.roles,
            "factors": {
                name: {"base": factor.base, "levels": [plain(v) for v in study.levels(name)]}
                for name, factor in study.factors.items()
            },
            "equivalence_margin": study.margin,
            "final_source": study.final_source,
            "is_paired": study.is_paired,
        },
        "headline": headline(study),
        "conditions": records(study.conditions.reset_index()),
        "statistics": {name: records(frame) for name, frame in results.items()},
        "excluded": records(study.excluded),
        "notes": list(study.problems),
    }


def generated_at() -> str:
    """Return the present, or the time that SOURCE_DATE_EPOCH sets for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (OSError, OverflowError, ValueError):
        text = f"SOURCE_DATE_EPOCH must be whole seconds since 1970, got {epoch!r}"
        raise ValueError(text) from None
    return now.isoformat(timespec="seconds")
