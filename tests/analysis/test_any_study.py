"""Every kind of study is reported whole: numbers, sentences, figures, page, tables."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cuttle.analysis import load
from cuttle.analysis.figure import all_figures
from cuttle.analysis.numerics import records
from cuttle.analysis.statistic import evaluate
from cuttle.analysis.style import DOUBLE_COLUMN, PNG_DPI

from .conftest import Make, Report
from .experiments import PRIMARY, SECONDARY, match_rows, write_experiment, write_run
from .page import check
from .studies import AWKWARD, GROUPS, OF_FACTORS, WITH_FIGURES


def read_strict(path: Path) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{path.name} holds {name}")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def assert_reasons(name: str, rows: list[dict[str, Any]]) -> None:
    """Assert that p-values lie between 0 and 1, and that a missing one has its reason."""
    for row in rows:
        for column in (column for column in row if column.startswith("p_")):
            assert row[column] is None or 0 <= row[column] <= 1 + 1e-12, (name, column)
        assert "p" not in row or row["p"] is not None or row["note"], name


def assert_sentences(texts: list[str]) -> None:
    """Assert that no sentence shows a missing number, or takes no evidence for equality."""
    for text in texts:
        assert not re.search(r" nan|None| {2}|\.\.", text), text
        assert not re.search(r"no difference|accept|trend", text.lower()), text


@pytest.mark.slow
@pytest.mark.parametrize("kind", AWKWARD)
def test_study_is_reported_whole(reported: Callable[[str], Report], kind: str) -> None:
    report = reported(kind)

    assert report.status == (1 if kind == "nothing" else 0)
    document = read_strict(report.directory / "full_analysis.json")
    statistics = document["statistics"]
    for name, rows in statistics.items():
        assert_reasons(name, rows)
    answers = [row[part] for row in statistics["verdict"] for part in ("question", "answer")]
    findings = [row["text"] for row in statistics["checks"]]
    assert_sentences([document["headline"], *answers, *findings])
    page = check(report.page)
    assert len(page.ids) == len(set(page.ids)) and "Answer" in page.text
    assert "nan" not in " ".join(page.text).lower().split()
    assert "np." not in " ".join(page.text)
    tables = {"runs.csv", "summary.csv", "comparisons.csv", "table.tex", "classical.tex"}
    assert tables <= {path.name for path in report.directory.iterdir()}
    pictures = sorted((report.directory / "graphs").glob("*.png"))
    drawn = set(all_figures()) - set(OF_FACTORS) if kind in WITH_FIGURES else set()
    assert {path.stem for path in pictures} == drawn
    for path in pictures:
        with Image.open(path) as picture:
            width, height = (size / PNG_DPI for size in picture.size)
        assert width <= DOUBLE_COLUMN + 0.01 and height <= 14, path.name
        assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("paired", [False, True], ids=["independent", "paired"])
@pytest.mark.parametrize("kind", GROUPS)
def test_statistics_give_a_reason_for_what_is_missing(study: Make, kind: str, paired: bool) -> None:
    found = study(GROUPS[kind])

    results = evaluate(replace(found, is_paired=True, results={}) if paired else found)

    for name, frame in results.items():
        assert not frame.columns.duplicated().any(), name
        assert name == "checks" or frame.columns[-1] == "note", name
        assert_reasons(name, records(frame))
    assert_sentences([*results["verdict"]["answer"], *results["checks"]["text"]])


def test_statistics_take_unfinished_runs_and_runs_that_missed_an_opponent(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.62, 0.64]})
    error = {"type": "ValueError", "message": "broken", "log": "train.log"}
    write_run(path, "embedding", 1, state="failed", status={"error": error})
    write_run(path, "embedding", 2, matches=match_rows(0.5, opponent=SECONDARY))
    write_run(path, "embedding", 3, matches=match_rows(0.5, rounds=3))

    study = load(path)
    results = evaluate(study)

    assert [study.rates(o)["embedding"].tolist() for o in (PRIMARY, SECONDARY)] == [[0.5], [0.5]]
    assert f"no final games against {PRIMARY}: embedding_run_02" in study.problems
    for name, frame in results.items():
        assert_reasons(name, records(frame))
    over_all = results["aggregates"].query("opponent == '' and condition == 'embedding'")
    assert set(over_all["n"]) == {0}  # no run has met both opponents
