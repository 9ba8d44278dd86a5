"""report and export on the command line, as a user types them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cuttle.analysis.data import Study
from cuttle.analysis.statistic import STATISTICS

from .awkward import AWKWARD
from .experiments import TRAINING, write_meta, write_run
from .test_cli_status import run_cli

REPOSITORY = Path(__file__).parents[2]
HEAVY = ("torch", "numba", "hydra", "matplotlib.pyplot")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUTTLE_ROOT", str(tmp_path))
    AWKWARD["ordinary"](tmp_path)
    return tmp_path


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_plain_command_reports_the_latest_experiment(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CUTTLE_ROOT", str(tmp_path))
    AWKWARD["nothing"](tmp_path)

    assert run_cli() == 1  # it has no results
    assert "No answer: no usable completed runs" in capsys.readouterr().out
    assert {"report.html", "full_analysis.json"} <= files(tmp_path / "study" / "analysis")


def test_report_prints_the_answer_in_80_columns_and_what_is_next(root: Path, capsys: Any):
    before = {path: path.read_bytes() for path in (root / "study").rglob("*") if path.is_file()}

    assert run_cli("report", "--no-figures") == 0

    assert {path: path.read_bytes() for path in before} == before
    out = capsys.readouterr().out
    assert "against gap_maximizer (primary): win rate in %" in out
    assert "next:    open" in out
    lines = out.splitlines()
    pairs = [
        line.rstrip()
        for line in lines
        if line.startswith(("pair ", "embedding \N{MINUS SIGN} multi"))
    ]
    assert len(pairs) == 4 and max(map(len, pairs)) <= 80


def test_what_is_left_to_do_is_counted_by_how_it_is_done(root: Path, capsys: Any):
    error = {"type": "ValueError", "message": "one\ntwo", "log": "x"}
    for run in (6, 7):
        write_run(root / "study", "boolean", run, state="failed", status={"error": error})
    (root / "study" / "boolean_run_07" / "status.json").write_text("{")

    run_cli("report", "--no-figures", root / "study")

    out = capsys.readouterr().out
    assert "next:    finish 1 unfinished run:" in out
    assert "next:    to retrain 1 damaged run, rerun each on its own with force=true; " in out
    assert f"analyze.py status {root / 'study'} lists them" in out
    assert "warning: excluded, failed: ValueError: one: boolean_run_06\n" in out
    assert "warning: excluded, damaged: status.json is damaged" in out


@pytest.mark.slow
def test_report_is_written_though_its_reader_leaves(root: Path):
    command = f"{sys.executable} analyze.py report --no-figures | head -1"

    subprocess.run(command, shell=True, cwd=REPOSITORY, check=True, capture_output=True)

    assert "report.html" in files(root / "study" / "analysis")


def test_lines_are_not_folded_in_a_pipe(root: Path, capsys: Any):
    write_meta(root / "wide", description="long " * 200)

    run_cli("list")

    assert ("long " * 200).strip() in capsys.readouterr().out


def test_report_can_do_without_figures_and_write_elsewhere(root: Path, capsys: Any):
    assert run_cli("report", "study", "--no-figures", "--output-dir", root / "out") == 0

    assert not (root / "study" / "analysis").exists()
    assert not (root / "out" / "graphs").exists()
    assert (root / "out" / "report.html").exists()


def test_export_writes_the_asked_formats_only(root: Path, capsys: Any):
    assert run_cli("export", "--format", "json,latex", "--output-dir", root / "out") == 0

    assert files(root / "out") == {
        "statistics.json", "full_analysis.json", "table.tex", "comparisons.tex", "classical.tex",
    }  # fmt: skip
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_format_named_twice_is_written_once(root: Path, capsys: Any):
    run_cli("export", "--format", "json,json", "--output-dir", root / "out")

    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("command", ["status", "select", "report", "export"])
def test_help_shows_an_optional_word_in_one_pair_of_brackets(command: str, capsys: Any):
    assert run_cli(command, "--help") == 0

    assert "[[" not in capsys.readouterr().out


def test_report_on_one_opponent_shows_that_one(root: Path, capsys: Any):
    assert run_cli("report", "--no-figures", "--opponent", "randomized") == 0

    out = capsys.readouterr().out
    assert "against randomized (secondary)" in out
    assert "against gap_maximizer (primary): " not in out
    assert "warning: only games against randomized were requested, not gap_maximizer" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "--format", "xml"], "unknown format xml"),
        (["export", "--format", "json,docx"], "unknown format docx"),
        (
            ["export", "--format", ","],
            "name a format: csv, json, latex, tensorboard",
        ),
        (["report", "--opponent", "nobody"], "no games against nobody"),
        (["report", "absent"], "no experiment 'absent'"),
    ],
)
def test_bad_input_writes_nothing(root: Path, capsys: Any, arguments: list[str], message: str):
    assert run_cli(*arguments) == 2

    captured = capsys.readouterr()
    assert message in captured.err and captured.err.count("\n") == 1
    assert not (root / "study" / "analysis").exists()


def test_a_statistic_that_fails_is_named(root: Path, capsys: Any, monkeypatch: Any):
    def compute(study: Study) -> None:
        raise ValueError("no luck")

    monkeypatch.setitem(STATISTICS, "power", compute)

    assert run_cli("report", "--no-figures") == 2
    assert capsys.readouterr().err == (
        "error: no luck while computing the statistic power of study\n"
    )


def test_edited_files_end_in_words_and_never_in_a_traceback(root: Path, capsys: Any):
    meta = root / "study" / "experiment.json"
    edits = {"planned": ["x"], "history": 3, "created_at": 20260101, "git": "x"}
    meta.write_text(json.dumps({**json.loads(meta.read_text()), **edits}))
    recorded = root / "study" / "boolean_run_01" / "run_metadata.json"
    edits = {"versions": "x", "git": "x"}
    recorded.write_text(json.dumps({**json.loads(recorded.read_text()), **edits}))

    assert run_cli("list") == 0
    assert run_cli("report", "--no-figures") == 0
    out = capsys.readouterr().out
    assert "warning: experiment.json: created_at cannot be 20260101" in out
    assert "warning: experiment.json: not every entry of planned describes a run" in out


def test_a_margin_that_is_no_rate_is_refused_with_its_key(root: Path, capsys: Any):
    meta = root / "study" / "experiment.json"
    settings = {"base_config": {"analysis": {"equivalence_margin": "five"}}}
    meta.write_text(json.dumps({**json.loads(meta.read_text()), **settings}))

    assert run_cli("report", "--no-figures") == 2
    assert "analysis.equivalence_margin must be between 0 and 1, got 'five'" in (
        capsys.readouterr().err
    )


def test_mixed_settings_are_refused_with_the_key(root: Path, capsys: Any):
    config = {"training": {**TRAINING, "rounds": 9}}
    write_run(root / "study", "boolean", 6, config=config)

    assert run_cli("report") == 2
    assert "training.rounds (4 -> 9)" in capsys.readouterr().err


def imported(code: str, root: Path) -> list[str]:
    """Run code in a fresh process and list the heavy modules it imported."""
    probe = f"import sys\n{code}\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", probe], cwd=REPOSITORY, capture_output=True,
        text=True, check=True, env={**os.environ, "CUTTLE_ROOT": str(root)},
    )  # fmt: skip
    found: list[str] = json.loads(finished.stdout.splitlines()[-1].replace("'", '"'))
    return found


def call(*arguments: str) -> str:
    return (
        "from cuttle.analysis.cli.app import app\n"
        f"app({list(arguments)!r}, standalone_mode=False)\n"
    )


@pytest.mark.slow
def test_export_draws_on_request_and_imports_nothing_that_trains(root: Path):
    assert imported(call("export", "--format", "csv", "--figures"), root) == []

    assert "graphs/differences.pdf" in files(root / "study" / "analysis")


@pytest.mark.parametrize("command", ["status", "list", "select"])
def test_the_quick_commands_import_no_numbers_at_all(command: str, root: Path):
    slow = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib")
    code = call(command) + f"assert not [m for m in {slow} if m in sys.modules]"

    assert imported(code, root) == []
