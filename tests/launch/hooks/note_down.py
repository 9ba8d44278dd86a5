"""A user's callback: it appends a line to a file for each event. No tests here."""

import json
import os
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback


class NoteDown(Callback):
    """Note every event with what it is about; `dies` makes each of them raise."""

    def __init__(self, path: str, dies: bool = False) -> None:
        """Note into a file."""
        self.path, self.dies = Path(path).resolve(), dies

    def _note(self, event: str, about: object = None) -> None:
        line = json.dumps([event, about, os.getpid()]) + "\n"
        with self.path.open("a") as notes:
            notes.write(line)  # in one piece: workers write too
        if self.dies:
            raise RuntimeError("a bad hook")

    def on_run_start(self, config: Any, **_: Any) -> None:
        """Note the start of a single run."""
        self._note("run_start")

    def on_run_end(self, config: Any, **_: Any) -> None:
        """Note the end of a single run."""
        self._note("run_end")

    def on_multirun_start(self, config: Any, **_: Any) -> None:
        """Note the start of a sweep."""
        self._note("multirun_start", config.experiment)

    def on_multirun_end(self, config: Any, **_: Any) -> None:
        """Note the end of a sweep."""
        self._note("multirun_end")

    def on_job_start(self, config: Any, **_: Any) -> None:
        """Note the run that a job trains."""
        self._note("job_start", config.run)

    def on_job_end(self, config: Any, job_return: Any, **_: Any) -> None:
        """Note how it ended."""
        self._note("job_end", [config.run, job_return.status.name])
