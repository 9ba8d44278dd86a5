"""Retrain a completed run elsewhere: from its own config, compared byte for byte.

Where bytes cannot be expected to agree, because versions, code or arithmetic differ, the results
are compared instead. Run as `python -m cuttle.launch.verify RUN_DIR`; the run itself is only read.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from cuttle.launch import arithmetic, isolate
from cuttle.launch.agreement import judge, last_tallies, runs_alike
from cuttle.launch.arithmetic import environment
from cuttle.launch.refusal import Refusal, one_line_errors
from cuttle.launch.training_program import PROGRAM
from cuttle.launch.worker import RunFailed, train_isolated
from cuttle.runs.files import write_json, write_text
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import (
    CONFIG_FILE,
    LOG_FILE,
    METADATA_FILE,
    RESULT_FILES,
    RunState,
)
from cuttle.runs.provenance import cpu_model, package_versions, source_hash
from cuttle.runs.run_record import RunRecord
from cuttle.runs.status import Status, write_status
from cuttle.runs.streams import tolerate_lost_readers
from cuttle.runs.yaml_file import read_yaml

EXIT_DIFFERENT = 1
EXIT_RESULTS_AGREE = 3  # where bytes do not, and cannot be expected to


def main() -> int:
    """Verify the run named on the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="verify", description=__doc__.splitlines()[0])
    parser.add_argument("run_dir", type=Path)
    with one_line_errors():
        code = verify(parser.parse_args().run_dir)
    return code


def verify(run_dir: Path) -> int:
    """Train a run again in a temporary directory, compare, and return the exit code."""
    record = RunRecord(run_dir)
    if record.state is not RunState.COMPLETED or record.problems:
        why = "; ".join(record.problems) or f"it is {record.state}"
        raise Refusal(f"{run_dir} cannot be verified: {why}; only a completed run can")
    edited = record.compare_hashes()
    for problem in edited:
        print(f"note: {problem}")
    obstacles = _obstacles(record)
    for obstacle in obstacles:
        print(f"note: {obstacle}")
    if obstacles:
        print("so equal bytes cannot be expected; where they differ, the results are compared")
    with tempfile.TemporaryDirectory(prefix="cuttle-verify-") as directory:
        again = Path(directory) / record.run_id
        _train_again(record, again)
        differences = [name for name in RESULT_FILES if _differ(run_dir / name, again / name)]
        for name in RESULT_FILES:
            print(f"{name}: {'DIFFERENT' if name in differences else 'identical'}")
        if not differences:
            print(f"{run_dir} is reproduced byte for byte")
            return 0
        if obstacles and not edited and _results_agree(record, RunRecord(again)):
            print(f"{run_dir}: results reproduced, bytes differ")
            return EXIT_RESULTS_AGREE
    print(f"{run_dir} is not reproduced: {', '.join(differences)} differ")
    return EXIT_DIFFERENT


def _train_again(record: RunRecord, run_dir: Path) -> None:
    config = read_yaml(record.path / CONFIG_FILE)
    _check(config, record.run_id)
    (run_dir / CONFIG_FILE).parent.mkdir(parents=True)
    write_text(run_dir / CONFIG_FILE, (record.path / CONFIG_FILE).read_text())
    write_json(run_dir / METADATA_FILE, {"run_id": record.run_id})
    status = Status(
        state=RunState.PREPARED,
        run_id=record.run_id,
        condition=record.condition,
        levels=record.levels,
        run=record.run,
        seed=config["seed"]["value"],
        config_hash=config_hash(config),
    )
    write_status(run_dir, status)
    try:
        train_isolated(PROGRAM, run_dir)
    except RunFailed as error:
        sys.stderr.write((run_dir / LOG_FILE).read_text())
        raise Refusal(f"retraining {record.run_id} failed: {error}") from None


def _check(config: dict[str, Any], run_id: str) -> None:
    variables = environment(config)
    isolate.start_server([PROGRAM.warm_up], variables)
    try:
        isolate.call(PROGRAM.check, config, True, environment=variables)
    except (isolate.CallFailed, isolate.ChildDied) as error:
        raise Refusal(f"the config of {run_id} cannot be trained: {error}") from None


def _obstacles(record: RunRecord) -> list[str]:
    """Describe what keeps a training of today from giving the bytes of the recorded one."""
    metadata = record.metadata
    then = {**metadata.get("versions", {}), "source": metadata.get("source_hash")}
    now = {**package_versions(), "source": source_hash()}
    found = [
        f"{name} was {then.get(name)} and is {now.get(name)}"
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]
    return found + _arithmetic_obstacles(metadata, record.config)


def _arithmetic_obstacles(metadata: dict[str, Any], config: dict[str, Any]) -> list[str]:
    """Compare processor and mode; runs older than their record have the processor's name alone."""
    if "arithmetic" not in metadata:
        if metadata.get("cpu") == cpu_model():
            return []
        return [f"processor was {metadata.get('cpu')} and is {cpu_model()}"]
    today = arithmetic.describe(portable=arithmetic.is_portable(config))
    return arithmetic.differences(metadata["arithmetic"], today)


def _results_agree(record: RunRecord, repeated: RunRecord) -> bool:
    """Judge the last games of two trainings, and print on what grounds."""
    alike = (last_tallies(run.matches) for run in runs_alike(record))
    verdicts = judge(last_tallies(record.matches), last_tallies(repeated.matches), alike)
    for verdict in verdicts:
        print(verdict.text + ("" if verdict.agrees else ": the difference is larger"))
    return all(verdict.agrees for verdict in verdicts)


def _differ(first: Path, second: Path) -> bool:
    return not second.exists() or first.read_bytes() != second.read_bytes()


if __name__ == "__main__":
    tolerate_lost_readers()
    sys.exit(main())
