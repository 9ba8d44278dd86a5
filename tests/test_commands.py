"""Every command of the Markdown files is executed, in small, or named here with a reason not to."""

import functools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests import markdown
from tests.launch.here import run_here
from tests.launch.launching import Finished

SELF = "starts the suite that this test is part of"
SETUP = "sets up the environment that this test runs in"
MINUTES = "measures for minutes; its --help is executed instead"
PAGE_OF_SWEEPS = "tests/launch/test_sweeps_page.py runs it with what it needs"
CLUSTER = "needs an extra and a cluster; tests/cluster runs it where they are"

NOT_EXECUTED = {
    "make test": SELF,
    "make check": SELF,
    "make coverage": SELF,
    '.venv/bin/pytest -m "not slow" -n 2': SELF,
    "pytest tests/game --remake-transcripts": "rewrites the golden files of this checkout",
    "make pages": "rewrites two pages of this checkout, which tests compare",
    "make publish": "rewrites the published files of this checkout",
    ".venv/bin/pytest tests/networks tests/test_config.py -k boolean": SELF,
    "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e .": SETUP,
    ".venv/bin/pip install -e '.[envs]'": SETUP,
    "python3 -m venv .venv": SETUP,
    ".venv/bin/pip install --require-hashes --no-deps --requirement constraints-hashed.txt": SETUP,
    "make constraints": "installs a second environment",
    ".venv/bin/pip install -e '.[slurm]'": CLUSTER,
    ".venv/bin/pip install -e '.[ray]'": CLUSTER,
    "python train.py -m hydra/launcher=slurm hydra.launcher.partition=low"
    " network_type=boolean,embedding,multi_encoder 'run=range(1,8)'": CLUSTER,
    "python train.py -m hydra/launcher=ray ...": CLUSTER,
    "python train.py -m hydra/launcher=ray hydra.launcher.ray.init.address=auto ...": CLUSTER,
    ".venv/bin/pip install -e '.[optuna]'": SETUP,
    "python train.py -m hydra/sweeper=optuna hydra.sweeper.direction=maximize"
    " hydra.sweeper.n_trials=6 hydra.sweeper.n_jobs=1"
    " 'training.learner.learning_rate=tag(log, interval(1e-4, 1e-2))'"
    " training.replay.n_step=1,3,5 training=smoke experiment=search": PAGE_OF_SWEEPS,
    "python train.py -m run=1,2 training=smoke experiment=told"
    " '+hydra.callbacks.tell={_target_: tell.Tell, file: told.txt}'": PAGE_OF_SWEEPS,
    "python benchmarks/compare_learners.py": "needs other libraries; by tests/test_benchmarks",
    "python benchmarks/engine.py": MINUTES,
    "python benchmarks/mutation.py": MINUTES,
    "python -m benchmarks.kills --kills 50": MINUTES,
    "python -m benchmarks.launcher --seconds 0.5": MINUTES,
}

EXPERIMENT = "scratch"
PLACEHOLDERS = {
    "RUN_DIR": f"multirun/{EXPERIMENT}/boolean_run_01",
    "EXPERIMENT": EXPERIMENT,
    "rates classic": f"{EXPERIMENT}/boolean_run_01 {EXPERIMENT}/embedding_run_01",
    "A B": f"{EXPERIMENT}/boolean_run_01 {EXPERIMENT}/embedding_run_01",
    "FILE.jsonl.gz ...": "tests/data/games/deals.jsonl.gz",
}
# What makes a command small: a part of it, and what stands there instead.
SMALLER = {
    "training=quick": "training=smoke",
    "range(1,8)": "range(1,3)",
    "range(1,5)": "range(1,2)",
    "training.rounds=60": "training.rounds=3",
    "portable=true": "portable=false",  # which takes no interpreter of its own per run
    "report rates": f"report {EXPERIMENT}",
    "range(1,6)": "1",
    "range(1,4)": "1",
    "run=1,2,3": "run=1",
    "analyze.py report": "analyze.py report --no-figures",
    "benchmarks/compare.py": "benchmarks/compare.py --seconds 0.01",
    "benchmarks/ratings.py": "benchmarks/ratings.py --games 4",
    "benchmarks/training.py": "benchmarks/training.py --budget smoke --rounds 1 --types boolean",
}
ACTIVATED = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
EXIT_STATUS = {"diff": 1}  # 1 says that the two differ
# Not the package: machine code is kept by the path of its source, and another one compiles anew.
PROGRAMS = ("train.py", "analyze.py")
LINKED = (*PROGRAMS, "conf", "benchmarks", "tests", "Makefile")
COMMANDS = dict.fromkeys(command for path in markdown.FILES for command in markdown.commands(path))


def in_small(command: str) -> str:
    """Fill in the names that a page leaves open, and shrink budgets."""
    command = re.sub(r" \[--[\w-]+\]", "", command).replace(".venv/bin/", "")
    for part, instead in (PLACEHOLDERS | SMALLER).items():
        command = command.replace(part, instead)
    command = re.sub(r"\+study=\w+", r"\g<0> run=1 network_type=boolean", command)
    if "train.py" in command and "--help" not in command:
        command += " training=smoke" if "training=" not in command else ""
        command += " portable=false" if "+study" in command else ""
    return command


def run(command: str, directory: Path) -> Finished:
    """Run a shell command as a reader would, in a directory with the environment activated.

    The two programs run in this process, with the fake trainer where they train.
    """
    python, *words = shlex.split(command)
    if python == "python" and words[0] in PROGRAMS:
        return run_here(directory, words, PATH=ACTIVATED)
    return run_in_a_shell(command, directory)


def run_in_a_shell(command: str, directory: Path) -> Finished:
    """Run a command in a process of its own."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=directory,
        env={**os.environ, "PATH": ACTIVATED},
        input="q\n",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@functools.cache
def run_once(command: str, directory: Path) -> Finished:
    """Run a command unless a page before has had the same one."""
    return run(command, directory)


def checkout_at(directory: Path) -> None:
    """Make a directory look like a checkout whose experiments are its own."""
    for name in LINKED:
        (directory / name).symlink_to(markdown.ROOT / name)
    (directory / ".venv").symlink_to(sys.prefix)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, fork_server: None) -> Path:
    """A checkout with two trained runs."""
    directory = tmp_path_factory.mktemp("checkout")
    checkout_at(directory)
    trained = run_in_a_shell(
        "python train.py -m training=smoke network_type=boolean,embedding", directory
    )
    assert trained.returncode == 0, trained.stderr
    return directory


@pytest.mark.slow
@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in NOT_EXECUTED])
def test_a_command_of_the_pages_does_its_work(command: str, checkout: Path) -> None:
    lines = [command]
    if command.startswith("make "):
        target = command.removeprefix("make ")
        lines = run(f"make -n -o .venv/installed {target}", checkout).stdout.splitlines()
        assert lines, f"make has nothing to do for {target}"

    for line in lines:
        done = run_once(in_small(line), checkout)

        expected = max((EXIT_STATUS.get(word, 0) for word in shlex.split(line)), default=0)
        assert done.returncode == expected, f"{in_small(line)}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("fork_server")
def test_merged_archived_and_renamed_experiments_just_work(tmp_path: Path) -> None:
    checkout_at(tmp_path)
    sweep = "python train.py -m training=smoke network_type=boolean,blind"
    lines = [
        f"{sweep} run=1 experiment=rates",
        f"{sweep} run=2 experiment=rates root=elsewhere",
        "cp -r elsewhere/rates/*_run_02 multirun/rates/",
        "tar cf rates.tar -C multirun rates && rm -r multirun/rates",
        "tar xf rates.tar -C multirun && mv multirun/rates multirun/renamed",
        "python analyze.py status --check renamed",
        "python analyze.py report --no-figures renamed",
    ]
    for line in lines:
        done = run(line, tmp_path)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    again = run(f"{sweep} run=1,2 experiment=renamed", tmp_path)

    assert "4 completed (0 trained now, 4 completed before)" in again.stdout


def test_commands_not_executed_are_on_a_page_and_have_a_reason() -> None:
    assert NOT_EXECUTED.keys() <= COMMANDS.keys()
    assert all(NOT_EXECUTED.values())


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c, why in NOT_EXECUTED.items() if why == MINUTES])
def test_long_measurements_say_how_to_start_them(command: str, checkout: Path) -> None:
    program = command.partition(" --")[0]

    done = run(f"{program} --help", checkout)

    assert done.returncode == 0 and set(re.findall("--[a-z]+", command)) <= set(
        re.findall("--[a-z]+", done.stdout)
    )


def test_the_commands_of_an_experiment_agree_on_its_budget() -> None:
    recipes = (markdown.ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    budgets: dict[str, set[str]] = {}
    for line in [*markdown.commands(markdown.ROOT / "README.md"), *recipes]:
        if "python train.py" in line:
            words = dict(word.split("=", 1) for word in shlex.split(line) if "=" in word)
            name = words.get("experiment", words.get("+study", EXPERIMENT))
            budgets.setdefault(name, set()).add(words.get("training", "full"))

    assert {"first_look", EXPERIMENT} <= budgets.keys()
    assert all(len(names) == 1 for names in budgets.values()), budgets


def test_what_makes_commands_small_is_needed() -> None:
    lines = [*COMMANDS, (markdown.ROOT / "Makefile").read_text(encoding="utf-8")]

    for part in PLACEHOLDERS | SMALLER:
        assert any(part in line for line in lines), part


def test_every_line_of_a_bash_block_is_a_command() -> None:
    for path in markdown.FILES:
        for line in markdown.shell_lines(path):
            assert markdown.PROGRAM.match(line), f"{path.name}: {line}"


PROGRAM_PAGE = markdown.ROOT / "docs" / "python.md"
# The notebook page is run by tests/analysis.
RUN_ELSEWHERE = (PROGRAM_PAGE, markdown.ROOT / "docs" / "notebook.md")


@pytest.mark.slow
def test_the_python_page_is_a_program(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    names: dict[str, object] = {}

    for block in markdown.python_blocks(PROGRAM_PAGE):
        block = block.replace("first_look", EXPERIMENT)
        exec(compile(block, PROGRAM_PAGE.name, "exec"), names)

    winners, info = names["winners"], names["info"]
    assert isinstance(winners, np.ndarray) and set(winners) <= {-1, 0, 1}
    assert isinstance(info, dict) and info["episode"]["r"] in (-1, 0, 1)
    assert names["frozen"]["network_type"]["embedding_dim"] == 32  # type: ignore[index]


@pytest.mark.parametrize(
    "path",
    [p for p in markdown.FILES if markdown.python_blocks(p) and p not in RUN_ELSEWHERE],
    ids=lambda p: p.name,
)
def test_python_examples_run(path: Path) -> None:
    for block in markdown.python_blocks(path):
        names: dict[str, object] = {}

        exec(compile(block, path.name, "exec"), names)

        assert names.keys() > {"__builtins__"}
