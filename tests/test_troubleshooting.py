"""The troubles of docs/troubleshooting.md are made for real and print what the page quotes."""

import atexit
import functools
import importlib.util
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import markdown
from tests.launch.launching import struck_after_one_round
from tests.test_commands import checkout_at, run, run_in_a_shell

PAGE = markdown.ROOT / "docs" / "troubleshooting.md"
EXPERIMENT = "scratch"
SWEEP = ("-m", "training=smoke", "run=1,2")


@functools.cache
def trained() -> Path:
    """Train both runs, once for all troubles that need them."""
    directory = Path(tempfile.mkdtemp(prefix="trained-"))
    atexit.register(shutil.rmtree, directory)
    checkout_at(directory)
    assert run(f"python train.py {' '.join(SWEEP)}", directory).returncode == 0
    return directory / "multirun"


def train(directory: Path) -> None:
    """Leave two completed runs."""
    shutil.copytree(trained(), directory / "multirun")


def kill_training(directory: Path) -> None:
    """Kill the training of the first run after its first round; the launcher reports it."""
    launcher = struck_after_one_round(
        directory,
        *SWEEP,
        strike=lambda _, training: os.kill(training, signal.SIGKILL),
        experiment=EXPERIMENT,
    )
    assert launcher.returncode == 1


def kill_everything(directory: Path) -> None:
    """Kill a launch with all its processes after the first round."""
    struck_after_one_round(
        directory,
        "training=smoke",
        strike=lambda launcher, _: os.killpg(launcher.pid, signal.SIGKILL),
        experiment=EXPERIMENT,
    )


def damage(directory: Path) -> None:
    """Leave half a status file behind."""
    train(directory)
    (directory / "multirun" / EXPERIMENT / "boolean_run_02" / "status.json").write_text("{")


TROUBLES: dict[str, Callable[[Path], None]] = {
    "A run failed": kill_training,
    "The machine or the launcher died": kill_everything,
    "Refused: trained with another config": train,
    "A run is damaged": damage,
    "Nothing was trained here": lambda _: None,
    "A module is missing": lambda _: None,
}


def comparable(line: str) -> str:
    """Level out what differs between places and moments: paths, times, processes, columns.

    Win rates too, for another processor rounds a training otherwise.
    """
    line = re.sub(r"/\S*/multirun", "/DIR/multirun", line)
    line = re.sub(r"/\S*/train\.py", "train.py", line)
    line = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+", "TIME", line)
    line = re.sub(r"\b\d+ s\b", "N s", line)
    line = re.sub(r"\b\d+\.\d ?%", "N %", line)
    line = re.sub(r"process \d+", "process N", line)
    return " ".join(line.split())


def as_pattern(line: str) -> str:
    """Return a pattern for a quoted line, in which `...` stands for anything."""
    return ".*".join(re.escape(part) for part in comparable(line).split("..."))


@pytest.mark.slow
@pytest.mark.usefixtures("fork_server")
@pytest.mark.parametrize("heading", TROUBLES)
def test_the_page_quotes_real_output(heading: str, tmp_path: Path) -> None:
    extras = ("submitit", "ray")
    if heading == "A module is missing" and any(map(importlib.util.find_spec, extras)):
        pytest.skip("here no module is missing")
    checkout_at(tmp_path)
    TROUBLES[heading](tmp_path)
    is_killed = TROUBLES[heading] in (kill_training, kill_everything)  # in a real training
    carry_out = run_in_a_shell if is_killed else run

    for example in [each for each in markdown.examples(PAGE) if each.heading == heading]:
        done = carry_out(example.command, tmp_path)

        printed = "\n".join(map(comparable, (done.stdout + done.stderr).splitlines()))
        for line in example.output:
            assert re.search(f"^{as_pattern(line)}$", printed, re.MULTILINE), f"{line}\n\n{printed}"


def test_every_quoted_trouble_is_made() -> None:
    headings = dict.fromkeys(example.heading for example in markdown.examples(PAGE))

    assert list(headings) == list(TROUBLES)
