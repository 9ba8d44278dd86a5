"""Exports: strict and documented JSON, tidy CSV, LaTeX that compiles."""

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cuttle.analysis import export, load, registry, statistics
from cuttle.analysis.data import Study
from cuttle.analysis.export.csv import to_csv
from cuttle.analysis.export.latex import escape
from cuttle.analysis.exporting import DEFAULT_FORMATS, check_formats, export_all
from cuttle.analysis.interpretation import Decision

from .awkward import AWKWARD
from .experiments import write_experiment, write_factorial

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.md"
PDFLATEX = shutil.which("pdflatex")


@pytest.fixture(scope="module", params=AWKWARD)
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load(AWKWARD[request.param](tmp_path_factory.mktemp("root")))


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load(AWKWARD["ordinary"](tmp_path_factory.mktemp("root")))


@pytest.fixture(scope="module")
def written(ordinary: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the ordinary study in all default formats."""
    directory = tmp_path_factory.mktemp("written")
    export_all(ordinary, DEFAULT_FORMATS, directory)
    return directory


def read_strict(path: Path) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{path.name} holds {name}")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_every_format_survives_the_study(study: Study, tmp_path: Path):
    paths = export_all(study, DEFAULT_FORMATS, tmp_path)

    assert all(path.stat().st_size > 0 for path in paths)
    for path in tmp_path.glob("*.json"):
        read_strict(path)


def test_formats_are_those_of_the_command_line():
    assert registry.names(export) == ["csv", "json", "latex", "tensorboard"]


def test_unknown_format_is_refused():
    with pytest.raises(ValueError, match="no format xml; there are: csv, json, latex"):
        check_formats(["json", "xml"])


def test_full_analysis_has_the_documented_keys(written: Path):
    documented = SCHEMA.read_text(encoding="utf-8")

    full = read_strict(written / "full_analysis.json")

    assert full["schema"] == "cuttle-analysis/3"
    for key in (*full, *full["settings"], *full["experiment"]):
        assert f"`{key}`" in documented, key


def test_every_statistic_is_documented_and_in_the_full_analysis(written: Path):
    section = SCHEMA.read_text(encoding="utf-8").split("## `statistics`")[1].split("\n## ")[0]

    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))

    found = read_strict(written / "full_analysis.json")["statistics"]
    assert documented == found.keys() == set(registry.names(statistics))


def test_every_decision_is_documented():
    documented = SCHEMA.read_text(encoding="utf-8")

    assert all(f"`{decision}`" in documented for decision in Decision)


def test_statistics_are_the_same_in_both_files(written: Path):
    full = read_strict(written / "full_analysis.json")
    alone = read_strict(written / "statistics.json")

    assert {key: full[key] for key in alone} == alone


def test_descriptives_are_those_of_the_runs(written: Path):
    full = read_strict(written / "full_analysis.json")

    games = [g for g in full["final"] if g["opponent"] == "gap_maximizer"]
    rates = [game["win_rate"] for game in games if game["condition"] == "boolean"]
    (row,) = (
        row
        for row in full["statistics"]["descriptives"]
        if (row["opponent"], row["condition"]) == ("gap_maximizer", "boolean")
    )

    assert row["n"] == len(rates) == 5
    assert row["mean"] == pytest.approx(sum(rates) / 5)


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


def test_matches_are_one_row_per_round_opponent_and_seat(written: Path):
    rows = read_rows(written / "matches.csv")

    keys = [(r["run_id"], r["round"], r["stage"], r["opponent"], r["seat"]) for r in rows]
    assert len(keys) == len(set(keys)) == 15 * (4 + 1) * 2 * 2
    for row in rows:
        wins, draws, losses = (int(row[key]) for key in ("wins", "draws", "losses"))
        assert wins + draws + losses == int(row["games"])
        assert float(row["win_rate"]) == wins / int(row["games"])


def test_rounds_have_metrics_and_clocks(written: Path):
    rows = read_rows(written / "rounds.csv")

    assert len(rows) == 15 * 4
    assert rows[0]["loss"] and rows[0]["round_s"]


def test_comparisons_are_one_row_per_pair_and_opponent(written: Path):
    rows = read_rows(written / "comparisons.csv")

    assert [(r["a"], r["b"]) for r in rows if r["role"] == "primary"] == [
        ("boolean", "embedding"), ("boolean", "multi_encoder"), ("embedding", "multi_encoder"),
    ]  # fmt: skip
    assert all(float(r["p_holm"]) >= float(r["p"]) for r in rows)


def test_summary_has_both_win_rates(written: Path):
    rows = read_rows(written / "summary.csv")

    assert len(rows) == 2 * 3
    assert all(float(row["half_draw_rate"]) > float(row["mean"]) for row in rows)


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


def test_reruns_differ_in_nothing_but_the_time(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    export_all(load(AWKWARD["ordinary"](tmp_path)), DEFAULT_FORMATS, tmp_path / "again")

    stamp = re.compile(rb'"generated_at": "[^"]*"')
    for path in written.iterdir():
        again = (tmp_path / "again" / path.name).read_bytes()
        assert stamp.sub(b"", path.read_bytes()) == stamp.sub(b"", again), path.name


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
def test_tables_compile(study: Study, tmp_path: Path):
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
