"""The HTML page: whole, safe, self-contained, readable in a real browser."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image

from cuttle.analysis import load
from cuttle.analysis.exporting import export_all
from cuttle.analysis.gallery import save_figures
from cuttle.analysis.interpretation import Decision
from cuttle.analysis.report.page import MARKS, write_report
from cuttle.analysis.tables import learning_table

from .awkward import AWKWARD
from .experiments import TYPES, write_experiment, write_factorial, write_run

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
NODE = shutil.which("node")
VOID = {"meta", "img", "br", "hr", "link"}


class Checker(HTMLParser):
    """Check that elements are closed in order, and collect what a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open += [] if name in VOID else [name]
        for key, value in attributes:
            self.links += [str(value)] if key in ("src", "href") else []
            self.ids += [str(value)] if key == "id" else []

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def report(
    experiment: Path, *, has_figures: bool = True, formats: Sequence[str] = ("csv", "latex")
) -> Path:
    study = load(experiment)
    exported = export_all(study, formats, experiment / "analysis")
    pictures = save_figures(study, experiment / "analysis" / "graphs") if has_figures else {}
    return write_report(study, pictures, experiment / "analysis", exported=exported)


def check(page: Path) -> Checker:
    checker = Checker()
    checker.feed(page.read_text(encoding="utf-8"))
    assert checker.open == []
    return checker


@pytest.mark.slow
@pytest.mark.parametrize("name", AWKWARD)
def test_page_is_whole_at_every_study(name: str, tmp_path: Path):
    checker = check(report(AWKWARD[name](tmp_path), has_figures=False))

    assert len(checker.ids) == len(set(checker.ids))
    assert "Answer" in checker.text
    assert "nan" not in " ".join(checker.text).lower().split()


@pytest.mark.slow
def test_page_needs_nothing_else(tmp_path: Path):
    page = report(AWKWARD["ordinary"](tmp_path))

    checker = check(page)

    assert all(link.startswith(("data:", "#")) for link in checker.links)
    assert {link[1:] for link in checker.links if link.startswith("#")} <= set(checker.ids)
    assert {"figure-win_rates", "figure-differences", "figure-cost"} <= set(checker.ids)
    assert "@import" not in page.read_text(encoding="utf-8")
    assert page.stat().st_size < 4_000_000


def test_answer_comes_first(tmp_path: Path):
    text = report(AWKWARD["ordinary"](tmp_path), has_figures=False).read_text(encoding="utf-8")

    places = [text.index(f'<section id="{name}"') for name in ("answer", "figures", "results")]
    assert places == sorted(places)
    assert text.index('class="headline"') < places[1]


def test_text_from_files_is_never_markup(tmp_path: Path):
    experiment = AWKWARD["unfinished"](tmp_path)
    text = report(experiment, has_figures=False).read_text(encoding="utf-8")

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.slow
def test_odd_names_are_shown_as_they_are(tmp_path: Path):
    checker = check(report(AWKWARD["twelve_types"](tmp_path), has_figures=False))

    assert "<b>&{bold}\\" in checker.text


def test_page_names_what_failed(tmp_path: Path):
    text = "".join(check(report(AWKWARD["unfinished"](tmp_path), has_figures=False)).text)

    assert "multi_encoder_run_01" in text
    assert "4 runs used; 17 excluded" in text


def test_page_shows_settings_and_their_differences(tmp_path: Path):
    checker = check(report(AWKWARD["ordinary"](tmp_path), has_figures=False))

    assert "Settings by network type" in checker.text
    assert "network_type.name" in checker.text
    assert "training.learner.learning_rate" in checker.text
    assert "versions.numpy" in checker.text


def test_page_shows_size_and_initial_spread_of_each_network(tmp_path: Path):
    text = check(report(AWKWARD["ordinary"](tmp_path), has_figures=False)).text

    row = text[text.index("initial Q sd") :]
    first = row.index("boolean")
    assert row[first : first + 4] == ["boolean", "190,000", "0.0130", "1 min 00 s"]


def test_page_defines_both_win_rates(tmp_path: Path):
    text = "".join(check(report(AWKWARD["ordinary"](tmp_path), has_figures=False)).text)

    assert "a draw counts as not won; with half draws: (wins + draws / 2) / games" in text


def test_page_attaches_no_tables_of_an_earlier_report(tmp_path: Path):
    experiment = AWKWARD["one_run"](tmp_path)
    assert "runs.csv" in check(report(experiment, has_figures=False)).text

    page = report(experiment, has_figures=False, formats=["json"])

    assert (experiment / "analysis" / "runs.csv").exists()
    assert "runs.csv" not in check(page).text


def test_a_setting_that_varies_within_every_type_is_shown(tmp_path: Path):
    for network_type in TYPES[:2]:
        for run, threads in ((1, 1), (2, 2)):
            config = {"threads": threads, "force": run == 1}
            write_run(tmp_path / "study", network_type, run, config=config)

    text = check(report(tmp_path / "study", has_figures=False)).text

    row = [part for part in text[text.index("Varies within conditions") :] if part.strip()]
    assert row[row.index("threads") + 1] == "{1, 2}"


def test_page_of_no_used_run_says_nothing_of_its_types(tmp_path: Path):
    text = check(report(AWKWARD["nothing"](tmp_path))).text

    assert "No run is used, so there are no settings to show." in text
    assert "Networks" not in text


def test_a_threshold_that_some_runs_reach_is_not_called_never_reached(tmp_path: Path):
    rates = {"boolean": [0.55, 0.3, 0.3], "embedding": [0.8, 0.8, 0.8], "multi_encoder": [0.1] * 3}
    study = load(write_experiment(tmp_path, rates, runs=3))

    table = learning_table(study, "gap_maximizer").set_index("type")["round of 50.0%"]

    assert table["multi_encoder"] == "never (0 of 3)"
    assert table["embedding"].endswith("(3 of 3)")


def test_factors_have_tables_of_their_own(tmp_path: Path):
    rate = "training.learner.learning_rate"
    cells = [
        ({"network_type": name, rate: level}, [0.5 + level, 0.6 + level, 0.55])
        for name in ("boolean", "embedding")
        for level in (0.1, 0.2)
    ]
    path = write_factorial(tmp_path, {"network_type": "boolean", rate: 0.1}, cells, runs=3)

    text = check(report(path, has_figures=False)).text

    for title in ("Factors: which matter", "Best setting per network type", "Mean of each level"):
        assert title in text
    row = [part for part in text[text.index("Factors") :] if part.strip()]
    assert row[row.index(rate) :][:3] == [rate, "0.1", "0.1, 0.2"]


def test_every_decision_has_a_mark_and_its_colour():
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
def test_page_is_drawn_by_a_browser(tmp_path: Path):
    page = report(AWKWARD["ordinary"](tmp_path))
    shot = tmp_path / "shot.png"

    browse(page, f"--screenshot={shot}", "--window-size=1000,2400")

    with Image.open(shot) as picture:
        assert picture.size == (1000, 2400)
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None and len(colours) > 100  # text and figures, not a blank page


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="no Node.js on this machine")
def test_cells_sort_by_what_they_mean():
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


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_tables_sort_by_a_click(tmp_path: Path):
    page = report(AWKWARD["ordinary"](tmp_path), has_figures=False)
    click = (
        "<script>const t = document.querySelector('#results table');"
        "for (const n of [2, 2]) t.tHead.rows[0].cells[n].click();"
        "document.title = Array.from(t.tBodies[0].rows, r => r.cells[2].textContent).join();"
        "</script></body>"
    )
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", click), encoding="utf-8")

    found = re.search("<title>(.*?)</title>", browse(page, "--dump-dom"))

    assert found is not None
    means = [float(text) for text in found.group(1).split(",")]
    assert means == sorted(means, reverse=True) and len(means) == 3
