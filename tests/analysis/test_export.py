"""Exports: strict and documented JSON, tidy CSV, LaTeX that compiles."""

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.export import DEFAULT_FORMATS, export_all
from cuttle.analysis.export.csv import to_csv
from cuttle.analysis.export.latex import escape
from cuttle.analysis.interpretation import Decision
from cuttle.analysis.statistic import all_statistics

from .awkward import AWKWARD
from .conftest import Report
from .experiments import write_experiment, write_factorial
from .test_any_study import read_strict

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.md"
PDFLATEX = shutil.which("pdflatex")
Reported = Callable[[str], Report]


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_full_analysis_is_documented_and_holds_the_statistics(reported: Reported):
    documented = SCHEMA.read_text(encoding="utf-8")
    section = documented.split("## `statistics`")[1].split("\n## ")[0]

    full = read_strict(reported("ordinary").directory / "full_analysis.json")

    assert full["schema"] == "cuttle-analysis/3"
    for key in (*full, *full["settings"], *full["experiment"]):
        assert f"`{key}`" in documented, key
    names = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert names == full["statistics"].keys() == set(all_statistics())
    alone = read_strict(reported("ordinary").directory / "statistics.json")
    assert {key: full[key] for key in alone} == alone
    keys = ("gap_maximizer", "boolean")
    games = [g["win_rate"] for g in full["final"] if (g["opponent"], g["condition"]) == keys]
    rows = full["statistics"]["descriptives"]
    (row,) = (row for row in rows if (row["opponent"], row["condition"]) == keys)
    assert row["n"] == len(games) == 5
    assert row["mean"] == pytest.approx(sum(games) / 5)


@pytest.mark.slow
def test_csv_has_a_row_per_match_round_pair_and_condition(reported: Reported):
    directory = reported("ordinary").directory

    matches, rounds = (read_rows(directory / f"{name}.csv") for name in ("matches", "rounds"))
    keys = [(r["run_id"], r["round"], r["stage"], r["opponent"], r["seat"]) for r in matches]
    assert len(keys) == len(set(keys)) == 15 * (4 + 1) * 2 * 2
    for row in matches:
        wins, draws, losses = (int(row[key]) for key in ("wins", "draws", "losses"))
        assert wins + draws + losses == int(row["games"])
        assert float(row["win_rate"]) == wins / int(row["games"])
    assert len(rounds) == 15 * 4
    assert rounds[0]["loss"] and rounds[0]["round_s"]
    pairs = read_rows(directory / "comparisons.csv")
    assert [(r["a"], r["b"]) for r in pairs if r["role"] == "primary"] == [
        ("boolean", "embedding"), ("boolean", "multi_encoder"), ("embedding", "multi_encoder"),
    ]  # fmt: skip
    assert all(float(r["p_holm"]) >= float(r["p"]) for r in pairs)
    summary = read_rows(directory / "summary.csv")
    assert len(summary) == 2 * 3
    assert all(float(row["half_draw_rate"]) > float(row["mean"]) for row in summary)


@pytest.mark.slow
def test_reruns_differ_in_nothing_but_the_time(reported: Reported, tmp_path: Path):
    export_all(load(reported("ordinary").experiment), DEFAULT_FORMATS, tmp_path)

    stamp = re.compile(rb'"generated_at": "[^"]*"')
    for path in tmp_path.iterdir():
        before = (reported("ordinary").directory / path.name).read_bytes()
        assert stamp.sub(b"", path.read_bytes()) == stamp.sub(b"", before), path.name


def test_every_decision_is_documented():
    documented = SCHEMA.read_text(encoding="utf-8")

    assert all(f"`{decision}`" in documented for decision in Decision)


def test_runs_are_one_row_each_with_those_excluded(tmp_path: Path):
    study = load(AWKWARD["unfinished"](tmp_path))
    export_all(study, ["csv"], tmp_path / "out")

    rows = read_rows(tmp_path / "out" / "runs.csv")

    assert len(rows) == 21
    used = [row for row in rows if row["is_used"] == "true"]
    assert len(used) == 4
    assert all(row["win_rate_gap_maximizer"] for row in used)
    failed = next(row for row in rows if row["state"] == "failed")
    assert failed["win_rate_gap_maximizer"] == ""
    assert "alert(1)" in failed["reason"]


def test_factors_are_columns_of_runs_and_summary(tmp_path: Path):
    rate = "training.learner.learning_rate"
    cells = [({"network_type": "boolean", rate: level}, [0.5, 0.6]) for level in (0.1, 0.2)]
    factors = {"network_type": "boolean", rate: 0.1}
    export_all(load(write_factorial(tmp_path, factors, cells, runs=2)), ["csv"], tmp_path)

    for name in ("runs.csv", "summary.csv"):
        rows = read_rows(tmp_path / name)
        assert {(r["condition"], r["network_type"], r[rate]) for r in rows} == {
            ("boolean", "boolean", "0.1"),
            ("boolean_learning_rate=0.2", "boolean", "0.2"),
        }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_text_is_no_formula_of_a_spreadsheet(text: str):
    frame = pd.DataFrame({"name": [text], "number": [-1.5], text: ["plain"]})

    head, row = csv.reader(io.StringIO(to_csv(frame), newline=""))

    assert row[0].startswith("'") and head[2].startswith("'")
    assert row[1:] == ["-1.5", "plain"]


def test_stored_control_characters_reach_no_table():
    assert "\x1b" not in to_csv(pd.DataFrame({"reason": ["\x1b[31mred"]}))


def test_event_files_hold_curves_and_hyperparameters(ordinary: Study, tmp_path: Path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")

    (directory,) = export_all(ordinary, ["tensorboard"], tmp_path)

    assert {path.name for path in directory.iterdir()} == set(ordinary.runs["run_id"])
    events = accumulator.EventAccumulator(str(directory / "boolean_run_01"))
    events.Reload()
    curve = events.Scalars("win_rate/gap_maximizer")
    expected = ordinary.curves.query("run_id == 'boolean_run_01' and opponent == 'gap_maximizer'")
    assert [event.step for event in curve] == list(expected["round"])
    assert [event.value for event in curve] == pytest.approx(list(expected["win_rate"]))
    assert "_hparams_/session_start_info" in events.summary_metadata


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("multi_encoder", r"multi\_encoder"),
        ("65.0%", r"65.0\%"),
        ("a&b #1 $x$ {y} ~ ^", r"a\&b \#1 \$x\$ \{y\} \textasciitilde{} \textasciicircum{}"),
        ("\\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("p < .001 | q > 1", r"p $<$ .001 $|$ q $>$ 1"),
        ("ünï \u4e2d\n\t", "ünï ?"),
    ],
)
def test_latex_prints_any_text_as_it_is(text: str, spelled: str):
    assert escape(text).rstrip() == spelled


@pytest.mark.parametrize(
    ("num_runs", "paired", "said"),
    [
        (
            3,
            False,
            "Welch tests. @ p permutation: exact permutation test of the studentised difference",
        ),
        (
            12,
            False,
            "Welch tests. @ p permutation: sampled permutation test of the studentised difference",
        ),
        (3, True, "Paired t tests. @ exact test of the sign flips of the paired differences"),
    ],
)
def test_caption_names_the_tests_that_were_made(
    num_runs: int, paired: bool, said: str, tmp_path: Path
):
    rates = [0.5 + 0.01 * (run * run % 7) for run in range(num_runs)]
    groups = {"boolean": rates, "embedding": [0.1 + rate / 2 for rate in rates]}
    experiment = write_experiment(tmp_path, groups, planned=list(groups), paired=paired)

    export_all(load(experiment), ["latex"], tmp_path)

    text = (tmp_path / "comparisons.tex").read_text(encoding="utf-8")
    assert all(part in text for part in said.split(" @ "))


@pytest.mark.slow
@pytest.mark.skipif(PDFLATEX is None, reason="no TeX on this machine")
@pytest.mark.parametrize("kind", AWKWARD)
def test_tables_compile(kind: str, tmp_path: Path):
    study = load(AWKWARD[kind](tmp_path))
    names = [path.stem for path in export_all(study, ["latex"], tmp_path)]
    inputs = "\n".join(rf"\input{{{name}}}" for name in names)
    (tmp_path / "paper.tex").write_text(
        "\\documentclass[10pt]{article}\n\\usepackage[margin=2cm]{geometry}\n"
        f"\\usepackage{{booktabs}}\n\\begin{{document}}\n{inputs}\n\\end{{document}}\n",
        encoding="utf-8",
    )

    finished = subprocess.run(
        [str(PDFLATEX), "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip

    assert finished.returncode == 0, finished.stdout[-2000:]
    assert (tmp_path / "paper.pdf").exists()
