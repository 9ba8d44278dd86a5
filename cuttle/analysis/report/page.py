"""The page itself: order of the parts, figures, downloads. Writes one file."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from matplotlib.figure import Figure

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.report import origin
from cuttle.analysis.report.html import Html, folded, join, listed, section, tag
from cuttle.analysis.report.results import results_of
from cuttle.analysis.style import DOUBLE_COLUMN, SINGLE_COLUMN, caption_of, image
from cuttle.runs.files import write_text

LEADING = ("win_rates", "learning_curves", "differences")  # what the answer rests on comes first
MAX_SVG_BYTES = 300_000  # thousands of points are smaller as pixels
MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
ATTACHED = ("runs.csv", "summary.csv", "comparisons.csv", "table.tex", "comparisons.tex")
MAX_ANSWERS = 14  # open at first; all that three types raise
MARKS = {
    "different": "differs",
    "different_within_margin": "differs little",
    "equivalent": "equal",
    "undecided": "open",
}


def write_report(
    analysis: Analysis,
    figures: Mapping[str, Figure],
    directory: Path,
    *,
    exported: Sequence[Path] = (),
) -> Path:
    """Write report.html, which needs no other file and no network; it holds the exported tables."""
    study = analysis.study
    parts = {
        "answer": ("Answer", [_answer(analysis)]),
        "figures": ("Figures", [_figures(figures)]),
        "results": ("Results", [results_of(analysis, o) for o in study.opponents]),
        "runs": (
            "Runs",
            [origin.status_grid(analysis), origin.left_out(analysis), origin.run_table(analysis)],
        ),
        "configuration": (
            "Configuration",
            [origin.networks(analysis), origin.configuration(analysis)],
        ),
        "provenance": ("Provenance", [origin.provenance(analysis), _downloads(exported)]),
    }
    folder = files("cuttle.analysis.report")
    page = Template((folder / "page.html").read_text(encoding="utf-8")).substitute(
        title=join([study.name]),
        description=join([str(study.meta.get("description") or "")]),
        generated=join([analysis.generated_at]),
        style=(folder / "page.css").read_text(encoding="utf-8"),
        script=(folder / "page.js").read_text(encoding="utf-8"),
        navigation=join(tag("a", title, href=f"#{key}") for key, (title, _) in parts.items()),
        content=join(section(key, title, *content) for key, (title, content) in parts.items()),
    )
    path = directory / "report.html"
    write_text(path, page)
    return path


def _answer(analysis: Analysis) -> Html:
    """Put the headline first, then what to know before believing it, then question by question."""
    verdict = analysis.statistics.get("verdict", {})
    checks = [
        tag("li", tag("b", check["level"]), f": {check['text']}", class_=check["level"])
        for check in analysis.statistics.get("checks", [])
    ]
    statements = verdict.get("statements", [])
    primary = [_statement(s) for s in statements if s.get("role") != "secondary"]
    first, more = primary[:MAX_ANSWERS], primary[MAX_ANSWERS:]
    secondary = [_statement(s) for s in statements if s.get("role") == "secondary"]
    return join(
        [
            tag("p", str(verdict.get("headline", "")), class_="headline"),
            *([tag("h3", "Checks: before you believe it"), tag("ul", *checks)] if checks else []),
            tag("dl", *first),
            *([folded(f"{len(more)} more answers", tag("dl", *more))] if more else []),
            *([folded("Secondary opponents", tag("dl", *secondary))] if secondary else []),
        ]
    )


def _statement(statement: Mapping[str, Any]) -> Html:
    marks = []
    if decision := statement.get("decision"):
        marks = [tag("span", MARKS.get(decision, "no answer"), class_=f"mark {decision}"), " "]
    return join([tag("dt", statement["question"]), tag("dd", *marks, statement["answer"])])


def _figures(figures: Mapping[str, Figure]) -> Html:
    if not figures:
        return tag("p", "No figures were drawn.")
    names = [n for n in LEADING if n in figures] + [n for n in figures if n not in LEADING]
    return tag("div", *(_figure(name, figures[name]) for name in names), class_="figures")


def _figure(name: str, figure: Figure) -> Html:
    """Embed a figure as vectors, or as pixels where vectors are many."""
    kind, content = "svg", image(figure, "svg")
    if len(content) > MAX_SVG_BYTES:
        kind, content = "png", image(figure, "png")
    source = f"data:{MEDIA[kind]};base64,{base64.b64encode(content).decode('ascii')}"
    picture = Html(f'<img src="{source}" alt="{escape(caption_of(figure))}">')
    caption = tag("figcaption", caption_of(figure))
    is_wide = figure.get_figwidth() > (SINGLE_COLUMN + DOUBLE_COLUMN) / 2
    return tag(
        "figure", picture, caption, id=f"figure-{name}", class_="full" if is_wide else "half"
    )


def _downloads(exported: Sequence[Path]) -> Html:
    """Attach tables exported with this report, so that they travel with it; no older ones."""
    links = []
    paths = {path.name: path for path in exported}
    for name in filter(paths.get, ATTACHED):
        content = base64.b64encode(paths[name].read_bytes()).decode("ascii")
        href = f"data:application/octet-stream;base64,{content}"
        links.append(tag("a", name, href=href, download=name))
    return join([tag("h3", "Attached"), listed(links)]) if links else Html("")
