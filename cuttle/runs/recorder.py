"""The writer of one run directory: rows, models, checkpoint and status. Trains nothing.

Models and checkpoints arrive as bytes, so that no learning library is needed here.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cuttle.runs.files import (
    Row,
    append_rows,
    digest,
    digest_file,
    open_regular,
    read_bytes,
    read_json,
    remove_temporary_files,
    sync,
    write_bytes,
    write_json,
)
from cuttle.runs.layout import (
    CHECKPOINT_FILE,
    FINAL_MODEL_FILE,
    INITIAL_MODEL_FILE,
    LOG_FILE,
    MATCHES_COLUMNS,
    MATCHES_FILE,
    METADATA_FILE,
    METRICS_COLUMNS,
    METRICS_FILE,
    MODELS_DIR,
    TIMINGS_COLUMNS,
    TIMINGS_FILE,
    RunState,
)
from cuttle.runs.status import RunError, Status, utc_now, write_status

HEARTBEAT_INTERVAL_S = 2.0
ROW_FILES = (METRICS_FILE, MATCHES_FILE, TIMINGS_FILE)
OUTPUT_FILES = (*ROW_FILES, INITIAL_MODEL_FILE, FINAL_MODEL_FILE, CHECKPOINT_FILE)

FileOffsets = dict[str, tuple[int, str]]  # by file of rows: bytes kept, and their fingerprint


class Recorder:
    """Write one attempt at a run; the caller holds the lock of the directory."""

    def __init__(self, run_dir: Path, status: Status) -> None:
        """Mark the run as running, before anything that can fail is built."""
        self.run_dir = run_dir
        self.status = status.started()
        self._earlier_duration_s = status.duration_s
        self._started = time.monotonic()
        self._last_heartbeat = self._started
        remove_temporary_files(run_dir)
        write_status(run_dir, self.status)

    def reset(self, *, rounds: int) -> None:
        """Remove what earlier attempts left, so that the run begins at its first round."""
        for name in OUTPUT_FILES:
            (self.run_dir / name).unlink(missing_ok=True)
        self._earlier_duration_s = 0.0
        self._write(round=0, rounds=rounds, win_rates={})

    def resume(self, *, completed_rounds: int, rounds: int, offsets: FileOffsets) -> bool:
        """Cut the rows back to where the checkpoint was taken; False when a file is not all there.

        A round that was cut short may have left rows, a power cut may have lost some.
        """
        if not (self.run_dir / INITIAL_MODEL_FILE).exists():
            return False
        contents = {}
        for name in ROW_FILES:
            length, expected = offsets[name]
            path = self.run_dir / name
            contents[name] = read_bytes(path)[:length] if path.exists() else b""
            if digest(contents[name]) != expected:
                return False
        for name, content in contents.items():
            write_bytes(self.run_dir / name, content)
        self._write(round=completed_rounds, rounds=rounds)
        return True

    def _offsets(self) -> FileOffsets:
        contents = {name: read_bytes(self.run_dir / name) for name in ROW_FILES}
        return {name: (len(content), digest(content)) for name, content in contents.items()}

    def checkpoint(self) -> bytes | None:
        """Return the checkpoint of an earlier attempt, if any; raise OSError for no plain file."""
        try:
            with open_regular(self.run_dir / CHECKPOINT_FILE) as file:  # of any size
                return file.read()
        except FileNotFoundError:
            return None

    def add_metadata(self, facts: Mapping[str, Any]) -> None:
        """Add what only the training process knows to the metadata written at launch."""
        path = self.run_dir / METADATA_FILE
        write_json(path, {**read_json(path), **facts})

    def write_model(self, name: str, content: bytes) -> None:
        """Replace a file under models/; it has reached the disk when this returns."""
        (self.run_dir / MODELS_DIR).mkdir(exist_ok=True)
        write_bytes(self.run_dir / name, content, durable=True)

    def record_round(
        self,
        *,
        metrics: Row,
        matches: Sequence[Row],
        timings: Row,
        checkpoint: Callable[[FileOffsets], bytes] | None = None,
    ) -> None:
        """Append the rows of a round, replace the checkpoint, then update the status.

        The checkpoint is made of the offsets of the rows it belongs to; a half-written one is
        noticed when it is read.
        """
        append_rows(self.run_dir / METRICS_FILE, [metrics], METRICS_COLUMNS)
        append_rows(self.run_dir / MATCHES_FILE, matches, MATCHES_COLUMNS)
        append_rows(self.run_dir / TIMINGS_FILE, [timings], TIMINGS_COLUMNS)
        if checkpoint is not None:
            write_bytes(self.run_dir / CHECKPOINT_FILE, checkpoint(self._offsets()))
        win_rates = last_win_rates(matches) or self.status.win_rates
        self._write(round=int(metrics["round"]), win_rates=win_rates)

    def heartbeat(self) -> None:
        """Record that the run is alive; cheap enough to be called at every step."""
        if time.monotonic() - self._last_heartbeat >= HEARTBEAT_INTERVAL_S:
            self._write()

    def complete(self, results: Sequence[str]) -> None:
        """Mark the run as completed; its result files, named here, are on disk by then."""
        hashes = {name: digest_file(self.run_dir / name) for name in results}
        self.add_metadata({"sha256": hashes})
        for name in (*results, METADATA_FILE):
            sync(self.run_dir / name)
        ending = {"state": RunState.COMPLETED, "ended_at": utc_now(), "results": list(results)}
        self._write(durable=True, **ending)
        (self.run_dir / CHECKPOINT_FILE).unlink(missing_ok=True)  # last: until then it is needed

    def fail(self, error: BaseException) -> None:
        """Mark the run as failed; the checkpoint stays, so that a later attempt can resume."""
        message = str(error).strip() or type(error).__name__
        reason = RunError(type(error).__name__, message, str(self.run_dir / LOG_FILE))
        self._write(state=RunState.FAILED, ended_at=utc_now(), error=reason)

    def _write(self, *, durable: bool = False, **changes: Any) -> None:
        self._last_heartbeat = time.monotonic()
        duration_s = self._earlier_duration_s + self._last_heartbeat - self._started
        self.status = replace(
            self.status, heartbeat_at=utc_now(), duration_s=round(duration_s, 3), **changes
        )
        write_status(self.run_dir, self.status, durable=durable)


def last_counts(matches: Sequence[Row]) -> dict[str, tuple[int, int]]:
    """Return wins and games against each opponent over both seats, of the stage played last."""
    counts: dict[str, tuple[int, int]] = {}
    for row in matches:
        if all(row[key] == matches[-1][key] for key in ("round", "stage")):
            wins, games = counts.get(row["opponent"], (0, 0))
            counts[row["opponent"]] = wins + row["wins"], games + row["games"]
    return counts


def last_win_rates(matches: Sequence[Row]) -> dict[str, float]:
    """Return the win rate against each opponent over both seats, of the stage played last."""
    return {o: wins / games for o, (wins, games) in last_counts(matches).items() if games}
