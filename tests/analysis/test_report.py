"""The HTML page: self-contained, safe, readable in a real browser."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image

from cuttle.analysis import load
from cuttle.analysis.interpretation import Decision
from cuttle.analysis.report.content import configuration, runs
from cuttle.analysis.report.page import MARKS
from cuttle.analysis.tables import learning_table

from .conftest import Make, Report, run_cli
from .experiments import RATE, TYPES, match_row, write_factorial, write_run
from .page import check
from .studies import AWKWARD

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
NODE = shutil.which("node")
Reported = Callable[[str], Report]


def quick_report(experiment: Path, *options: str) -> list[str]:
    """Report without figures, and return the texts of the page."""
    run_cli("report", experiment, "--no-figures", *options)
    return check(experiment / "analysis" / "report.html").text


def cells_after(text: list[str], title: str, head: str) -> list[str]:
    """Return the cells that follow one with this text, in the part with this title."""
    cells = [part for part in text[text.index(title) :] if part.strip()]
    return cells[cells.index(head) + 1 :]


@pytest.mark.slow
def test_page_needs_nothing_else_and_begins_with_the_answer(reported: Reported) -> None:
    page = reported("ordinary").page

    checker, text = check(page), page.read_text(encoding="utf-8")

    assert all(link.startswith(("data:", "#")) for link in checker.links)
    assert {link[1:] for link in checker.links if link.startswith("#")} <= set(checker.ids)
    assert {"figure-win_rates", "figure-differences", "figure-cost"} <= set(checker.ids)
    assert "@import" not in text and page.stat().st_size < 4_000_000
    places = [text.index(f'<section id="{name}"') for name in ("answer", "figures", "results")]
    assert places == sorted(places)
    assert text.index('class="headline"') < places[1]


@pytest.mark.slow
def test_names_are_never_markup(reported: Reported) -> None:
    assert "<b>&{bold}\\" in check(reported("twelve_types").page).text


def test_page_names_what_failed_and_text_from_files_is_never_markup(tmp_path: Path) -> None:
    experiment = AWKWARD["unfinished"](tmp_path)

    text = quick_report(experiment)

    page = (experiment / "analysis" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "4 runs used; 17 excluded" in "".join(text)
    assert "multi_encoder_run_01" in "".join(text)


def test_page_shows_settings_factors_and_sizes(tmp_path: Path) -> None:
    factor = "training.rate"
    cells = [
        ({"network_type": name, factor: level}, [0.5 + level, 0.6 + level])
        for name in TYPES[:2]
        for level in (0.1, 0.2)
    ]
    path = write_factorial(tmp_path, cells)
    for levels, _ in cells:
        label = f"{levels['network_type']}{'_rate=0.2' * (levels[factor] == 0.2)}"
        write_run(path, label, 3, levels=levels, config={"threads": 2, "force": True})

    text = quick_report(path)

    assert {"Factors: which matter", "Best setting per network type", "Mean of each level"} < {
        *text
    }
    assert cells_after(text, "Factors", factor)[:2] == ["0.1", "0.1, 0.2"]
    assert cells_after(text, "Varies within conditions", "threads")[0] == "{(absent), 2}"
    assert {"Settings by network type", "network_type.name", "versions.numpy"} < {*text}
    assert cells_after(text, "initial Q sd", "boolean")[:3] == ["190,000", "0.0120", "1 min 00 s"]


def test_a_setting_that_is_null_in_some_runs_is_not_common(factorial: Make) -> None:
    study = factorial([({"network_type": "boolean", RATE: rate}, [0.5]) for rate in (0.1, None)])

    *_, common = configuration(study)

    assert common.title.endswith("common settings") and len(common.frame)
    assert RATE not in set(common.frame["key"])


def test_page_attaches_no_tables_of_an_earlier_report(tmp_path: Path) -> None:
    experiment = AWKWARD["one_run"](tmp_path)
    assert "runs.csv" in quick_report(experiment)

    text = quick_report(experiment, "--format", "json")

    assert (experiment / "analysis" / "runs.csv").exists()
    assert "runs.csv" not in text


def test_page_of_no_used_run_says_nothing_of_its_types(tmp_path: Path) -> None:
    text = quick_report(AWKWARD["nothing"](tmp_path))

    assert "No run is used, so there are no settings to show." in text
    assert "Networks" not in text


def test_a_threshold_that_some_runs_reach_is_not_called_never_reached(study: Make) -> None:
    rates = {"boolean": [0.8, 0.3, 0.3], "embedding": [0.8] * 3, "multi_encoder": [0.1] * 3}

    table = learning_table(study(rates), "gap_maximizer").set_index("type")["round of 50.0%"]

    assert table["boolean"] == "no median (1 of 3)"
    assert table["multi_encoder"] == "never (0 of 3)"
    assert table["embedding"].endswith("(3 of 3)")


def test_every_decision_has_a_mark_and_its_colour() -> None:
    style = (files("cuttle.analysis.report") / "page.css").read_text(encoding="utf-8")

    assert MARKS.keys() == set(map(str, Decision))
    assert all(f".mark.{d}" in style for d in Decision if d is not Decision.NOT_COMPUTABLE)


def browse(page: Path, *arguments: str) -> str:
    """Open a page in a headless browser and return what it wrote to stdout."""
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--disable-dev-shm-usage", f"--user-data-dir={page.parent / 'profile'}",
               *arguments, page.as_uri()]  # fmt: skip
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return finished.stdout


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_page_is_drawn_and_sorted_by_a_browser(reported: Reported, tmp_path: Path) -> None:
    click = (
        "<script>const t = document.querySelector('#results table');"
        "for (const n of [2, 2]) t.tHead.rows[0].cells[n].click();"
        "document.title = Array.from(t.tBodies[0].rows, r => r.cells[2].textContent).join();"
        "</script></body>"
    )
    page, shot = tmp_path / "report.html", tmp_path / "shot.png"
    text = reported("ordinary").page.read_text(encoding="utf-8")
    page.write_text(text.replace("</body>", click), encoding="utf-8")

    dom = browse(page, f"--screenshot={shot}", "--window-size=1000,2400", "--dump-dom")

    with Image.open(shot) as picture:
        assert picture.size == (1000, 2400)
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None and len(colours) > 100  # text and figures, not a blank page
    found = re.search("<title>(.*?)</title>", dom)
    assert found is not None
    means = [float(text) for text in found.group(1).split(",")]
    assert means == sorted(means, reverse=True) and len(means) == 3


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="no Node.js on this machine")
def test_cells_sort_by_what_they_mean() -> None:
    script = (files("cuttle.analysis.report") / "page.js").read_text(encoding="utf-8")
    cells = ["58 s", "1 min 05 s", "1 d 02 h", "39,100", "[\u22121.0, 2.0]", "<.001", "9,000"]
    rows = [{"cells": [{"textContent": text}]} for text in cells]
    head = "const document = {querySelectorAll: () => []}, window = {addEventListener() {}};"
    body = f"console.log(JSON.stringify({json.dumps(rows)}.map((row) => valueOf(row, 0)[1])));"

    finished = subprocess.run(
        [str(NODE), "-e", head + script.replace('"use strict";', "") + body],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert json.loads(finished.stdout) == [58, 65, 93_600, 39_100, -1.0, 0.001, 9_000]


def test_an_opponent_may_be_called_like_a_column(tmp_path: Path) -> None:
    matches = [match_row(6, opponent="run"), match_row(7, opponent="seed")]
    write_run(tmp_path / "study", "boolean", 1, matches=matches)

    _, used = runs(load(tmp_path / "study"))

    found = used.frame[["run", "against run", "seed", "against seed"]].to_numpy().tolist()
    assert found == [["boolean_run_01", "60.0", "1007", "70.0"]]
