"""Exports: strict and documented JSON, tidy CSV, LaTeX that compiles."""

import csv
import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from cuttle.analysis import export, parts
from cuttle.analysis.analysis import Analysis, analyse
from cuttle.analysis.export.latex import escape
from cuttle.analysis.exporting import check_formats, export_all
from cuttle.analysis.judgement import Decision
from cuttle.analysis.numbers import decimal, interval, p_text, p_value, percent, points, span

from .awkward import AWKWARD
from .experiments import write_experiment

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.md"
PDFLATEX = shutil.which("pdflatex")


@pytest.fixture(scope="module", params=AWKWARD)
def analysis(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyse(AWKWARD[request.param](tmp_path_factory.mktemp("root")))


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyse(AWKWARD["ordinary"](tmp_path_factory.mktemp("root")))


def read_strict(path: Path) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{path.name} holds {name}")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_format_survives_the_study(analysis: Analysis, tmp_path: Path):
    paths = export_all(analysis, parts.names(export), tmp_path)

    assert all(path.stat().st_size > 0 for path in paths)
    for path in tmp_path.glob("*.json"):
        read_strict(path)


def test_formats_are_those_of_the_command_line():
    assert parts.names(export) == ["csv", "json", "latex"]


def test_unknown_format_is_refused():
    with pytest.raises(ValueError, match="no format xml; there are: csv, json, latex"):
        check_formats(["json", "xml"])


def test_full_analysis_has_the_documented_keys(ordinary: Analysis, tmp_path: Path):
    export_all(ordinary, ["json"], tmp_path)
    documented = SCHEMA.read_text(encoding="utf-8")

    full = read_strict(tmp_path / "full_analysis.json")

    assert {"generated_at", "aggregated_results", "statistical_tests"} <= full.keys()
    run = full["runs"][0]
    for key in (*full, *run, *full["settings"], *full["experiment"]):
        assert f"`{key}`" in documented, key


def test_every_documented_statistic_is_in_the_full_analysis(ordinary: Analysis, tmp_path: Path):
    export_all(ordinary, ["json"], tmp_path)
    section = SCHEMA.read_text(encoding="utf-8").split("## `statistical_tests`")[1].split("##")[0]

    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))

    tests = read_strict(tmp_path / "full_analysis.json")["statistical_tests"]
    assert "comparisons" in documented
    assert documented <= tests.keys()


def test_every_decision_is_documented_and_has_a_mark_on_the_page():
    style = (files("cuttle.analysis.report") / "page.css").read_text(encoding="utf-8")
    documented = SCHEMA.read_text(encoding="utf-8")

    assert all(f"`{decision}`" in documented for decision in Decision)
    assert all(f".mark.{d}" in style for d in Decision if d is not Decision.NOT_COMPUTABLE)


def test_statistics_are_the_same_in_both_files(ordinary: Analysis, tmp_path: Path):
    export_all(ordinary, ["json"], tmp_path)

    full = read_strict(tmp_path / "full_analysis.json")
    alone = read_strict(tmp_path / "statistics.json")

    assert {key: full[key] for key in alone} == alone


def test_aggregated_results_are_right(ordinary: Analysis, tmp_path: Path):
    export_all(ordinary, ["json"], tmp_path)
    full = read_strict(tmp_path / "full_analysis.json")

    rates = [r["final"]["gap_maximizer"]["win_rate"] for r in full["runs"] if r["run_id"][0] == "b"]
    group = full["aggregated_results"]["gap_maximizer"]["types"]["boolean"]["win_rate"]

    assert group["n"] == len(rates) == 5
    assert group["mean"] == pytest.approx(sum(rates) / 5)


def test_runs_are_one_row_each_with_those_left_out(tmp_path: Path):
    analysis = analyse(AWKWARD["unfinished"](tmp_path))
    export_all(analysis, ["csv"], tmp_path / "out")

    rows = read_rows(tmp_path / "out" / "runs.csv")

    assert len(rows) == 21
    used = [row for row in rows if row["is_used"] == "true"]
    assert len(used) == 4
    assert all(row["win_rate_gap_maximizer"] for row in used)
    failed = next(row for row in rows if row["state"] == "failed")
    assert failed["win_rate_gap_maximizer"] == ""
    assert "alert(1)" in failed["reason"]


def test_matches_are_one_row_a_round_and_opponent(ordinary: Analysis, tmp_path: Path):
    export_all(ordinary, ["csv"], tmp_path)

    rows = read_rows(tmp_path / "matches.csv")

    keys = [(r["run_id"], r["round"], r["stage"], r["opponent"]) for r in rows]
    assert len(keys) == len(set(keys)) == 15 * (4 + 1) * 2
    for row in rows:
        wins, draws, losses = (int(row[key]) for key in ("wins", "draws", "losses"))
        assert wins + draws + losses == int(row["games"])
        assert float(row["win_rate"]) == wins / int(row["games"])


def test_rounds_have_metrics_and_clocks(ordinary: Analysis, tmp_path: Path):
    export_all(ordinary, ["csv"], tmp_path)

    rows = read_rows(tmp_path / "rounds.csv")

    assert len(rows) == 15 * 4
    assert rows[0]["loss"] and rows[0]["round_s"]


def test_comparisons_are_one_row_a_pair_and_opponent(ordinary: Analysis, tmp_path: Path):
    export_all(ordinary, ["csv"], tmp_path)

    rows = read_rows(tmp_path / "comparisons.csv")

    assert [(r["a"], r["b"]) for r in rows if r["role"] == "primary"] == [
        ("boolean", "embedding"), ("boolean", "multi_encoder"), ("embedding", "multi_encoder"),
    ]  # fmt: skip
    assert all(float(r["p_holm"]) >= float(r["p"]) for r in rows)


def test_reruns_differ_in_nothing_but_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    experiment = AWKWARD["ordinary"](tmp_path)

    for name in ("first", "second"):
        export_all(analyse(experiment), parts.names(export), tmp_path / name)

    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


def test_unknown_opponent_names_those_there_are(tmp_path: Path):
    with pytest.raises(
        ValueError, match="no games against nobody in study; there are: gap_maximizer, randomized"
    ):
        analyse(AWKWARD["ordinary"](tmp_path), ["nobody"])


def test_named_opponent_keeps_its_role(tmp_path: Path):
    analysis = analyse(AWKWARD["ordinary"](tmp_path), ["randomized"])

    assert analysis.study.roles == {"randomized": "secondary"}
    assert list(analysis.statistics["comparisons"]) == ["randomized"]


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("multi_encoder", r"multi\_encoder"),
        ("65 %", r"65 \%"),
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
        (3, False, "Welch tests. @ perm: exact permutation test of the studentised difference"),
        (12, False, "Welch tests. @ perm: sampled permutation test of the studentised difference"),
        (3, True, "Paired t tests. @ perm: exact test of the sign flips of the paired differences"),
    ],
)
def test_caption_names_the_tests_that_were_made(
    num_runs: int, paired: bool, said: str, tmp_path: Path
):
    rates = [0.5 + 0.01 * (run * run % 7) for run in range(num_runs)]
    groups = {"boolean": rates, "embedding": [0.1 + rate / 2 for rate in rates]}
    experiment = write_experiment(tmp_path, groups, planned=list(groups), paired=paired)

    export_all(analyse(experiment), ["latex"], tmp_path)

    text = (tmp_path / "comparisons.tex").read_text(encoding="utf-8")
    assert all(part in text for part in said.split(" @ "))


@pytest.mark.slow
@pytest.mark.skipif(PDFLATEX is None, reason="no TeX on this machine")
def test_tables_compile(analysis: Analysis, tmp_path: Path):
    names = [path.stem for path in export_all(analysis, ["latex"], tmp_path)]
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


@pytest.mark.parametrize(
    ("p", "text"), [(0.0, "<.001"), (0.0009, "<.001"), (0.0234, ".023"), (1.0, "1.000"), (None, "")]
)
def test_p_values_are_never_zero(p: float | None, text: str):
    assert p_value(p) == text


def test_percentages_have_one_decimal_and_a_true_minus():
    assert percent(0.6543) == "65.4"
    assert percent(-0.0312, signed=True) == "\N{MINUS SIGN}3.1"
    assert percent(0.031, signed=True) == "+3.1"
    assert percent(-0.0001) == "0.0"
    assert span(-0.0004, 0.012) == "0.0 to 1.2"
    assert points(-0.0001) == "0.0 points"
    assert (p_text(0.0231), p_text(0.0001)) == ("p = .023", "p < .001")
    assert interval(-0.01, 0.2) == "[\N{MINUS SIGN}1.0, 20.0]"
    assert interval(None, 0.2) == ""


def test_what_rounds_to_zero_has_no_sign():
    assert decimal(-0.004) == "0.00"
    assert decimal(-0.006) == "\N{MINUS SIGN}0.01"
    assert decimal(None) == ""


def test_summary_has_both_win_rates(ordinary: Analysis, tmp_path: Path):
    export_all(ordinary, ["csv"], tmp_path)

    rows = read_rows(tmp_path / "summary.csv")

    assert len(rows) == 2 * 3
    assert all(float(row["half_draw_rate"]) > float(row["mean"]) for row in rows)
