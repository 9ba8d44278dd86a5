"""One experiment read and evaluated: what tables, exports and the report show. Formats nothing."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cuttle.analysis.evaluate import evaluate
from cuttle.analysis.study import Study, build_study
from cuttle.runs.provenance import package_versions
from cuttle.runs.reader import Experiment, read_experiment


@dataclass(frozen=True)
class Analysis:
    """A study with all its statistics.

    statistics: plain JSON values by the name of the statistic
    generated_at: ISO 8601 in UTC; the only thing that differs when nothing else does
    """

    experiment: Experiment
    study: Study
    statistics: Mapping[str, Any]
    generated_at: str
    tool_version: str | None

    def block(self, statistic: str, opponent: str) -> Mapping[str, Any]:
        """Return one statistic's results for one opponent, empty where it has none."""
        block: Mapping[str, Any] = self.statistics.get(statistic, {}).get(opponent, {})
        return block


def analyse(experiment_dir: Path, opponents: Sequence[str] = ()) -> Analysis:
    """Read and evaluate an experiment, against all opponents or only the named ones."""
    experiment = read_experiment(experiment_dir)
    study = restrict(build_study(experiment), opponents)
    version = package_versions()["cuttle"]
    return Analysis(experiment, study, evaluate(study), _now(), version)


def restrict(study: Study, opponents: Sequence[str]) -> Study:
    """Keep the named opponents only, in the study's order; their roles stay what they are.

    Raises ValueError for an opponent that no run has met.
    """
    if not opponents:
        return study
    unknown = [name for name in opponents if name not in study.opponents]
    if unknown:
        known = ", ".join(study.opponents) or "none"
        raise ValueError(
            f"no games against {', '.join(unknown)} in {study.name}; there are: {known}"
        )
    kept = tuple(name for name in study.opponents if name in opponents)
    rest = [name for name in study.opponents if name not in opponents]
    note = [f"only games against {', '.join(kept)} were asked for, not {', '.join(rest)}"]
    return replace(study, opponents=kept, notes=(*study.notes, *(note if rest else [])))


def _now() -> str:
    """Return the present, or the time that SOURCE_DATE_EPOCH sets for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.isoformat(timespec="seconds")
