"""Train a completed run again, elsewhere, from its own config, and compare byte for byte.

Run as `python -m cuttle.launch.verify RUN_DIR`; the run itself is only read.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from cuttle.launch.refusal import Refusal, one_line_errors
from cuttle.launch.supervisor import Supervisor
from cuttle.runs.files import write_json, write_text
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import (
    CONFIG_FILE,
    LOG_FILE,
    METADATA_FILE,
    RESULT_FILES,
    Outcome,
    RunState,
)
from cuttle.runs.provenance import package_versions, source_hash
from cuttle.runs.reader import RunRecord
from cuttle.runs.status import Status, write_status
from cuttle.runs.yaml_file import read_yaml

EXIT_DIFFERENT = 1


def main() -> int:
    """Verify the run named on the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="verify", description=__doc__.splitlines()[0])
    parser.add_argument("run_dir", type=Path)
    with one_line_errors():
        code = verify(parser.parse_args().run_dir)
    return code


def verify(run_dir: Path) -> int:
    """Train a run again in a temporary directory and report every file that differs."""
    record = RunRecord(run_dir)
    if record.state is not RunState.COMPLETED or record.problems:
        why = "; ".join(record.problems) or f"it is {record.state}"
        raise Refusal(f"{run_dir} cannot be verified: {why}; only a completed run can")
    _note_other_code(record)
    for problem in record.compare_hashes():
        print(f"note: {problem}")
    with tempfile.TemporaryDirectory(prefix="cuttle-verify-") as directory:
        again = Path(directory) / record.run_id
        _train_again(record, again)
        differences = [name for name in RESULT_FILES if _differ(run_dir / name, again / name)]
    for name in RESULT_FILES:
        print(f"{name}: {'DIFFERENT' if name in differences else 'identical'}")
    if differences:
        print(f"{run_dir} is not reproduced: {', '.join(differences)} differ")
        return EXIT_DIFFERENT
    print(f"{run_dir} is reproduced byte for byte")
    return 0


def _train_again(record: RunRecord, run_dir: Path) -> None:
    config = read_yaml(record.path / CONFIG_FILE)
    (run_dir / CONFIG_FILE).parent.mkdir(parents=True)
    write_text(run_dir / CONFIG_FILE, (record.path / CONFIG_FILE).read_text())
    write_json(run_dir / METADATA_FILE, {"run_id": record.run_id})
    status = Status(
        state=RunState.PREPARED,
        run_id=record.run_id,
        network_type=record.network_type,
        run=record.run,
        seed=config["seed"]["value"],
        config_hash=config_hash(config),
    )
    write_status(run_dir, status)
    supervisor = Supervisor(threads=config["threads"])
    try:
        reply = supervisor.train(run_dir, status.config_hash, claims_interrupted=False)
    finally:
        supervisor.close()
    if reply["outcome"] != Outcome.COMPLETED:
        sys.stderr.write((run_dir / LOG_FILE).read_text())
        raise Refusal(f"training {record.run_id} again failed: {reply['message']}")


def _note_other_code(record: RunRecord) -> None:
    """Say what has changed since the run was trained; a difference may come from there."""
    then = {**record.metadata.get("versions", {}), "source": record.metadata.get("source_hash")}
    now = {**package_versions(), "source": source_hash()}
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            print(f"note: {name} was {then.get(name)} and is {now.get(name)}")


def _differ(first: Path, second: Path) -> bool:
    return not second.exists() or first.read_bytes() != second.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
