"""What each study of `conf/study` plans, as `tests/data/studies.json` holds it. No assertions.

`python -m tests.studies` writes that file anew.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from cuttle.runs.diff import flatten
from cuttle.runs.yaml_file import read_yaml
from tests.launch.launching import REPOSITORY, launch

GOLDEN = Path(__file__).with_name("data") / "studies.json"
NAMES = sorted(path.stem for path in (REPOSITORY / "conf" / "study").glob("*.yaml"))
LAUNCH_KEYS = ("init_only", "fault", "analysis.factors")  # of this launch, and of no training


def planned(study: str, directory: Path) -> dict[str, Any]:
    """Plan a study in an empty directory: what its runs share, and by run id what they do not."""
    finished = launch(directory, f"+study={study}", "init_only=true", fake=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    runs = {path.parent.name: _run(path.parent) for path in directory.glob("*/*/*/status.json")}
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


def _run(run_dir: Path) -> dict[str, Any]:
    config = flatten(read_yaml(run_dir / ".hydra" / "config.yaml"))
    status = json.loads((run_dir / "status.json").read_text(encoding="utf-8"))
    settings = {key: value for key, value in config.items() if key not in LAUNCH_KEYS}
    return settings | {"config_hash": status["config_hash"]}


def _write() -> None:
    found = {}
    for study in NAMES:
        with tempfile.TemporaryDirectory() as directory:
            found[study] = planned(study, Path(directory))
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
