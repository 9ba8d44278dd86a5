"""report and export on the command line, as a user types them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cuttle.analysis.data import Study
from cuttle.analysis.statistic import STATISTICS

from .conftest import Cli
from .experiments import TRAINING, TYPES, cells, write_experiment, write_factorial, write_run
from .studies import AWKWARD

REPOSITORY = Path(__file__).parents[2]
FAILED = {"error": {"type": "ValueError", "message": "one\ntwo", "log": "x"}}


@pytest.fixture
def root(multirun: Path) -> Path:
    groups = {name: [0.5, 0.55 + place / 50] for place, name in enumerate(TYPES)}
    write_experiment(multirun, groups, runs=2)
    return multirun


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_plain_command_reports_the_latest_experiment(multirun: Path, cli: Cli) -> None:
    AWKWARD["nothing"](multirun)

    ended = cli()

    assert ended.status == 1  # it has no results
    assert "No answer: no usable completed runs" in ended.out
    assert {"report.html", "full_analysis.json"} <= files(multirun / "study" / "analysis")


def test_report_prints_the_answer_in_80_columns_and_changes_no_run(root: Path, cli: Cli) -> None:
    before = {path: path.read_bytes() for path in (root / "study").rglob("*") if path.is_file()}

    ended = cli("report", "study", "--no-figures", "--output-dir", root / "out")

    assert ended.status == 0
    assert {path: path.read_bytes() for path in before} == before
    assert not (root / "study" / "analysis").exists()
    assert "report.html" in files(root / "out") and not (root / "out" / "graphs").exists()
    assert "against gap_maximizer (primary): win rate in %" in ended.out
    assert f"next:    open {root / 'out' / 'report.html'}" in ended.out
    heads = ("pair ", "embedding \N{MINUS SIGN} multi")
    pairs = [line.rstrip() for line in ended.out.splitlines() if line.startswith(heads)]
    assert len(pairs) == 4 and max(map(len, pairs)) <= 80


def test_a_table_without_a_number_is_one_line(tmp_path: Path, cli: Cli) -> None:
    write_factorial(tmp_path, cells(lambda i, j: 0.5 + i / 9, runs=1))

    ended = cli("report", tmp_path / "study", "--no-figures")

    without = "one run per condition leaves no variance"
    lines = ended.out.splitlines()
    assert lines.count(f"factors: {without}") == lines.count(f"pairs: {without}") == 2
    assert not [line for line in lines if line.startswith(("term ", "factor "))]


def test_an_anova_without_an_interaction_is_a_table_with_a_note(tmp_path: Path, cli: Cli) -> None:
    *design, (levels, _) = cells(lambda i, j: 0.5 + i / 9, levels=(1, 2), runs=3)
    write_factorial(tmp_path, [*design, (levels, [])])

    lines = cli("report", tmp_path / "study", "--no-figures").out.splitlines()

    first = lines.index("factors")
    assert lines[first + 1].startswith("term ") and lines[first + 2].startswith("network_type ")
    assert lines[first + 4].startswith("interactions that cannot be estimated")


def test_what_is_left_to_do_is_counted_and_edited_files_are_named(root: Path, cli: Cli) -> None:
    for run in (6, 7):
        write_run(root / "study", "boolean", run, state="failed", status=FAILED)
    (root / "study" / "boolean_run_07" / "status.json").write_text("{")
    edits = {"planned": ["x"], "history": 3, "created_at": 20260101, "git": "x"}
    edit(root / "study" / "experiment.json", **edits)
    odd = {"git": {"commit": ["a"], "dirty": "perhaps"}, "versions": {"numpy": {"a": 1}}}
    edit(root / "study" / "boolean_run_01" / "run_metadata.json", **odd)
    edit(root / "study" / "boolean_run_02" / "run_metadata.json", versions="x", git="x")

    ended = cli("report", "--no-figures", root / "study")

    assert ended.status == cli("list").status == 0
    for text in (
        "next:    finish 1 unfinished run:",
        "next:    to retrain 1 damaged run, rerun each on its own with force=true; ",
        f"analyze.py status {root / 'study'} lists them",
        "warning: excluded, failed: ValueError: one: boolean_run_06\n",
        "warning: excluded, damaged: status.json is damaged",
        "warning: experiment.json: created_at cannot be 20260101",
        "note: no commit is recorded for boolean_run_02",
        "warning: experiment.json: not every entry of planned describes a run",
    ):
        assert text in ended.out


def test_export_writes_each_asked_format_once(root: Path, cli: Cli) -> None:
    ended = cli("export", "--format", "json,latex,json", "--output-dir", root / "out")

    written = {"statistics.json", "full_analysis.json", "table.tex", "comparisons.tex",
               "classical.tex"}  # fmt: skip
    assert files(root / "out") == written
    assert sorted(ended.out.split()) == sorted(str(root / "out" / name) for name in written)


def test_report_on_one_opponent_shows_that_one(root: Path, cli: Cli) -> None:
    out = cli("report", "--no-figures", "--opponent", "randomized").out

    assert "against randomized (secondary)" in out
    assert "against gap_maximizer (primary): " not in out
    assert "warning: only games against randomized were requested, not gap_maximizer" in out


def no_edit(path: Path) -> None:
    """Leave an experiment as it is."""


def set_margin(path: Path) -> None:
    edit(path / "experiment.json", base_config={"analysis": {"equivalence_margin": "five"}})


def mix(path: Path) -> None:
    write_run(path, "boolean", 6, config={"training": {**TRAINING, "rounds": 9}})


@pytest.mark.parametrize(
    ("arguments", "change", "message"),
    [
        ("report --format xml", no_edit, "unknown format xml"),
        ("export --format json,docx", no_edit, "unknown format docx"),
        ("export --format ,", no_edit, "name a format: csv, json, latex, tensorboard"),
        ("report --opponent nobody", no_edit, "no games against nobody"),
        ("export --opponent ,", no_edit, "name an opponent of study; there are: gap_maximizer"),
        ("export --output-dir=", no_edit, "Invalid value for '--output-dir': name a directory"),
        ("report --output-dir /proc", no_edit, "/proc cannot be written (No such file"),
        ("report", set_margin, "equivalence_margin must be between 0 and 1, got 'five'"),
        ("report", mix, "training.rounds: 4 -> 9"),
    ],
    ids=[
        "xml",
        "docx",
        "none",
        "opponent",
        "no-opponent",
        "no-directory",
        "no-place",
        "margin",
        "mix",
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    root: Path, cli: Cli, arguments: str, change: Callable[[Path], None], message: str
) -> None:
    change(root / "study")

    ended = cli(*arguments.split())

    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert message in ended.err
    assert not (root / "study" / "analysis").exists()


@pytest.mark.parametrize("epoch", ["abc", "1.5", "1" + "0" * 20])
def test_a_date_that_is_none_is_named_and_writes_nothing(
    root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    ended = cli("export", "--format", "csv")

    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert f"SOURCE_DATE_EPOCH must be whole seconds since 1970, got '{epoch}'" in ended.err
    assert not (root / "study" / "analysis").exists()


def test_a_broken_statistic_is_named(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def compute(study: Study) -> None:
        raise ValueError("no luck")

    monkeypatch.setitem(STATISTICS, "aggregates", compute)

    ended = cli("report", "--no-figures")

    assert ended.status == 2
    assert ended.err == "error: no luck while computing the statistic aggregates of study\n"


@pytest.mark.slow
@pytest.mark.parametrize("streams", ["| head -1", ">&- 2>&-"])
def test_report_is_written_though_nobody_reads(
    root: Path, monkeypatch: pytest.MonkeyPatch, streams: str
) -> None:
    monkeypatch.setenv("MPLBACKEND", "module://of_a_notebook")
    command = f"{sys.executable} analyze.py report --no-figures {streams}"

    subprocess.run(command, shell=True, cwd=REPOSITORY, check=True, capture_output=True)

    assert "report.html" in files(root / "study" / "analysis")


def imported(root: Path, *commands: list[str]) -> set[str]:
    """Call commands in a fresh process and return the modules it imported."""
    code = "import sys\nfrom cuttle.analysis.cli.app import app\n"
    code += "".join(f"app({command!r}, standalone_mode=False)\n" for command in commands)
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{code}print(*sys.modules)"], cwd=REPOSITORY,
        capture_output=True, text=True, check=True, env={**os.environ, "CUTTLE_ROOT": str(root)},
    )  # fmt: skip
    return set(finished.stdout.splitlines()[-1].split())


@pytest.mark.slow
def test_export_draws_on_request_and_imports_nothing_that_trains(root: Path) -> None:
    found = imported(root, ["export", "--format", "csv", "--figures", "--opponent", "randomized"])

    assert not found & {"torch", "numba", "hydra", "omegaconf", "matplotlib.pyplot"}
    assert "graphs/differences.pdf" in files(root / "study" / "analysis")


def test_the_quick_commands_import_no_numbers_at_all(root: Path) -> None:
    found = imported(root, ["status"], ["list"], ["select"])

    assert "rich" in found
    assert not found & {"numpy", "pandas", "scipy", "statsmodels", "matplotlib", "torch", "hydra"}
