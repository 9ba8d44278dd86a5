"""What each study of `conf/study` plans, as `tests/data/studies.json` holds it. No assertions.

`python -m tests.studies` writes that file anew.
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cuttle.launch.plan import PlannedRun
from cuttle.runs.diff import flatten
from tests.launch.launching import REPOSITORY
from tests.launch.planning import planned

GOLDEN = Path(__file__).with_name("data") / "studies.json"
NAMES = sorted(path.stem for path in (REPOSITORY / "conf" / "study").glob("*.yaml"))
LAUNCH_KEYS = ("root", "init_only", "fault", "analysis.factors")  # of this launch, of no training


def described(planned_runs: Sequence[PlannedRun]) -> dict[str, Any]:
    """Return what the runs of a study share, and by run id what they do not."""
    runs = {run.run_id: _settings(run) for run in planned_runs}
    first = next(iter(runs.values()))
    shared = {
        key: value
        for key, value in first.items()
        if all(key in run and run[key] == value for run in runs.values())
    }
    own = {
        run_id: {key: run[key] for key in sorted(run.keys() - shared.keys())}
        for run_id, run in sorted(runs.items())
    }
    return {"shared": shared, "runs": own}


def _settings(run: PlannedRun) -> dict[str, Any]:
    config = flatten(run.config)
    settings = {key: value for key, value in config.items() if key not in LAUNCH_KEYS}
    return settings | {"config_hash": run.config_hash}


def _write() -> None:
    found = {}
    for study in NAMES:
        with tempfile.TemporaryDirectory() as directory:
            found[study] = described(planned(Path(directory), f"+study={study}").runs)
    GOLDEN.write_text(_to_text(found), encoding="utf-8")


def _to_text(found: dict[str, Any]) -> str:
    """Format one line per shared key and per run."""
    studies = (
        f"{json.dumps(study)}: {{\n"
        + ",\n".join(
            f" {json.dumps(part)}: {{\n"
            + ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items())
            + "\n }"
            for part, rows in plan.items()
        )
        + "\n}"
        for study, plan in found.items()
    )
    return "{\n" + ",\n".join(studies) + "\n}\n"


if __name__ == "__main__":
    _write()
