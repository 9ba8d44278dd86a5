"""Programs run in this process: 0.5 s in place of the 5 s that a launch of its own takes. No tests.

For those that nothing kills. Launches need the fixture `fork_server`, whose trainer is the fake.
"""

import logging
import os
import runpy
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from unittest import mock

from hydra.core.global_hydra import GlobalHydra

from cuttle.launch.exit_status import COMPLETED, set_status
from tests.launch.launching import Finished, command

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)


def launch_here(directory: Path, *overrides: str, fake: bool = True, **variables: str) -> Finished:
    """Run a launch in a working directory, one run at a time unless the words choose a launcher."""
    return run_here(directory, command(*overrides, fake=fake)[1:], **variables)


def run_here(directory: Path, words: Sequence[str], **variables: str) -> Finished:
    """Run a script with its arguments in a working directory."""
    is_sweep = words[0].endswith("train.py") and "-m" in words
    chooses = any("hydra" in word for word in words)
    words = [*words, "hydra.launcher.n_jobs=1"] if is_sweep and not chooses else list(words)
    status = 0
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        with _redirected(1, out), _redirected(2, err), _as_a_program(directory, words, variables):
            try:
                runpy.run_path(os.path.abspath(words[0]), run_name="__main__")
            except SystemExit as ended:
                assert isinstance(ended.code, int)
                status = ended.code
        for stream in (out, err):
            stream.seek(0)
        return Finished(words, status, out.read(), err.read())


@contextmanager
def _redirected(descriptor: int, file: IO[str]) -> Iterator[None]:
    kept = os.dup(descriptor)
    os.dup2(file.fileno(), descriptor)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


@contextmanager
def _as_a_program(directory: Path, words: list[str], variables: dict[str, str]) -> Iterator[None]:
    """Let this process pass for one of its own, and leave it afterwards as it was."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    log_handlers, place = logging.root.handlers[:], Path.cwd()
    set_status(COMPLETED)  # that of a launch before this one would count where none follows
    streams = [open(descriptor, "w", closefd=False) for descriptor in (1, 2)]  # noqa: SIM115
    os.chdir(directory)
    try:
        with (
            warnings.catch_warnings(action="default", category=UserWarning),  # pytest makes errors
            mock.patch.dict(os.environ, {"HYDRA_FULL_ERROR": "0", **variables}),
            mock.patch.multiple(sys, argv=words, stdout=streams[0], stderr=streams[1]),
            mock.patch.object(sys, "path", [str(Path(words[0]).resolve().parent), *sys.path]),
        ):
            yield
            sys.stdout.flush()
            sys.stderr.flush()
    finally:
        os.chdir(place)
        for stream in streams:
            stream.close()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        logging.root.handlers[:] = log_handlers
        GlobalHydra.instance().clear()
