"""Exports: strict and documented JSON, tidy CSV, LaTeX that compiles."""

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.export import DEFAULT_FORMATS, export_all
from cuttle.analysis.export.csv import to_csv
from cuttle.analysis.export.latex import escape
from cuttle.analysis.interpretation import Decision
from cuttle.analysis.statistic import all_statistics

from .conftest import Make
from .experiments import PRIMARY, RATE
from .studies import AWKWARD
from .test_any_study import read_strict

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.md"
PDFLATEX = shutil.which("pdflatex")


@pytest.fixture(scope="module")
def exported(main: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All default formats of the main study."""
    directory = tmp_path_factory.mktemp("exported")
    export_all(main, DEFAULT_FORMATS, directory)
    return directory


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_full_analysis_is_documented_and_holds_the_statistics(exported: Path) -> None:
    documented = SCHEMA.read_text(encoding="utf-8")
    section = documented.split("## `statistics`")[1].split("\n## ")[0]

    full, alone = (read_strict(exported / f"{n}.json") for n in ("full_analysis", "statistics"))

    assert full["schema"] == "cuttle-analysis/3"
    known = [*full, *full["settings"], *full["experiment"], *Decision]
    assert [key for key in known if f"`{key}`" not in documented] == []
    names = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert names == full["statistics"].keys() == set(all_statistics())
    assert {key: full[key] for key in alone} == alone
    who = {"opponent": PRIMARY, "condition": "boolean"}
    games, (row,) = (
        [row for row in rows if who.items() <= row.items()]
        for rows in (full["final"], full["statistics"]["descriptives"])
    )
    assert row["n"] == len(games) == 7
    assert row["mean"] == pytest.approx(sum(game["win_rate"] for game in games) / 7)


def test_csv_has_a_row_per_match_round_pair_and_condition(exported: Path) -> None:
    matches, rounds, pairs, summary = (
        read_rows(exported / f"{name}.csv")
        for name in ("matches", "rounds", "comparisons", "summary")
    )

    keys = {(r["run_id"], r["round"], r["stage"], r["opponent"], r["seat"]) for r in matches}
    assert len(keys) == len(matches) == 21 * (4 + 1) * 2 * 2
    for row in matches:
        wins, draws, losses = (int(row[key]) for key in ("wins", "draws", "losses"))
        assert wins + draws + losses == int(row["games"])
        assert float(row["win_rate"]) == wins / int(row["games"])
    assert len(rounds) == 21 * 4 and rounds[0]["loss"] and rounds[0]["round_s"]
    assert [(r["a"], r["b"]) for r in pairs if r["role"] == "primary"] == [
        ("boolean", "embedding"), ("boolean", "multi_encoder"), ("embedding", "multi_encoder"),
    ]  # fmt: skip
    assert all(float(r["p_holm"]) >= float(r["p"]) for r in pairs)
    assert len(summary) == 2 * 3
    assert all(float(row["half_draw_rate"]) > float(row["mean"]) for row in summary)


def test_reruns_differ_in_nothing_but_the_time(exported: Path, main: Study, tmp_path: Path) -> None:
    export_all(load(main.paths[0]), DEFAULT_FORMATS, tmp_path)

    stamp = re.compile(rb'"generated_at": "[^"]*"')
    for path in tmp_path.iterdir():
        before = (exported / path.name).read_bytes()
        assert stamp.sub(b"", path.read_bytes()) == stamp.sub(b"", before), path.name


def test_runs_are_one_row_each_with_those_excluded(tmp_path: Path) -> None:
    export_all(load(AWKWARD["unfinished"](tmp_path)), ["csv"], tmp_path / "out")

    rows = read_rows(tmp_path / "out" / "runs.csv")

    used = [row for row in rows if row["is_used"] == "true"]
    assert (len(rows), len(used)) == (21, 4)
    assert all(row["win_rate_gap_maximizer"] for row in used)
    failed = next(row for row in rows if row["state"] == "failed")
    assert failed["win_rate_gap_maximizer"] == "" and "alert(1)" in failed["reason"]


def test_factors_are_columns_of_runs_and_summary(factorial: Make, tmp_path: Path) -> None:
    cells = [({"network_type": "boolean", RATE: level}, [0.5, 0.6]) for level in (0.1, 0.2)]

    export_all(factorial(cells), ["csv"], tmp_path)

    for name in ("runs.csv", "summary.csv"):
        rows = read_rows(tmp_path / name)
        assert {(row["condition"], row["network_type"], row[RATE]) for row in rows} == {
            ("boolean", "boolean", "0.1"), ("boolean_learning_rate=0.2", "boolean", "0.2"),
        }  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"], ids=repr)
def test_text_is_no_formula_of_a_spreadsheet(text: str) -> None:
    frame = pd.DataFrame({"name": [text], "number": [-1.5], text: ["plain\x1b[31m"]})

    head, row = csv.reader(io.StringIO(to_csv(frame), newline=""))

    assert row[0].startswith("'") and head[2].startswith("'")
    assert row[1] == "-1.5" and row[2].startswith("plain") and "\x1b" not in row[2]


def test_event_files_hold_curves_and_hyperparameters(main: Study, tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")

    (directory,) = export_all(main, ["tensorboard"], tmp_path)

    assert {path.name for path in directory.iterdir()} == set(main.runs["run_id"])
    events = accumulator.EventAccumulator(str(directory / "boolean_run_01"))
    events.Reload()
    curve = events.Scalars("win_rate/gap_maximizer")
    expected = main.curves.query("run_id == 'boolean_run_01' and opponent == 'gap_maximizer'")
    assert [event.step for event in curve] == list(expected["round"])
    assert [event.value for event in curve] == pytest.approx(list(expected["win_rate"]))
    assert "_hparams_/session_start_info" in events.summary_metadata


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("multi_encoder 65.0%", r"multi\_encoder 65.0\%"),
        ("a&b #1 $x$ {y} ~ ^", r"a\&b \#1 \$x\$ \{y\} \textasciitilde{} \textasciicircum{}"),
        ("\\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("p < .001 | q > 1", r"p $<$ .001 $|$ q $>$ 1"),
        ("ünï \u4e2d\n\t", "ünï ?"),
    ],
)
def test_latex_prints_any_text_as_it_is(text: str, written: str) -> None:
    assert escape(text).rstrip() == written


@pytest.mark.parametrize(
    ("num_runs", "mode", "said"),
    [
        (3, "independent", ("Welch tests", "exact permutation test")),
        (12, "independent", ("Welch tests", "sampled permutation test")),
        (3, "paired", ("Paired t tests", "exact test of the sign flips")),
    ],
    ids=["exact", "sampled", "paired"],
)
def test_caption_names_the_tests_that_were_made(
    study: Make, num_runs: int, mode: str, said: tuple[str, str], tmp_path: Path
) -> None:
    rates = [0.5 + 0.01 * (run * run % 7) for run in range(num_runs)]
    groups = {"boolean": rates, "embedding": [0.1 + rate / 2 for rate in rates]}

    export_all(study(groups, planned=list(groups), seed_mode=mode), ["latex"], tmp_path)

    text = (tmp_path / "comparisons.tex").read_text(encoding="utf-8")
    assert all(part in text for part in said)


@pytest.mark.slow
@pytest.mark.skipif(PDFLATEX is None, reason="no TeX on this machine")
@pytest.mark.parametrize("kind", AWKWARD)
def test_tables_compile(kind: str, tmp_path: Path) -> None:
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
