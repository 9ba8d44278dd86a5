"""The page itself: a Jinja2 template filled with text, figures and attached tables. One file."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from matplotlib.figure import Figure

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import rows_of
from cuttle.analysis.report import content
from cuttle.analysis.stamp import generated_at
from cuttle.analysis.statistics import checks, verdict
from cuttle.analysis.style import DOUBLE_COLUMN, SINGLE_COLUMN, caption_of, image
from cuttle.runs.files import write_text

# What the answer rests on comes first.
LEADING = ("win_rates", "response", "interaction", "heat_map", "learning_curves", "differences")
MAX_SVG_BYTES = 300_000  # thousands of points are smaller as pixels
MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
ATTACHED = ("runs.csv", "summary.csv", "comparisons.csv", "table.tex", "comparisons.tex")
MAX_ANSWERS = 14  # open at first; all that three types raise
MARKS = {
    "different": "differs",
    "different_within_margin": "differs little",
    "equivalent": "equivalent",
    "undecided": "inconclusive",
    "not_computable": "no answer",
}


def write_report(
    study: Study,
    figures: Mapping[str, Figure],
    directory: Path,
    *,
    exported: Sequence[Path] = (),
) -> Path:
    """Write report.html, which needs no other file and no network; it holds the exported tables."""
    statements = [
        {**row, "mark": MARKS.get(str(row["decision"]), "")}
        for row in rows_of(verdict.compute(study))
    ]
    loader = jinja2.PackageLoader("cuttle.analysis", "report")
    template = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    ).get_template("page.html")  # fmt: skip
    page = template.render(
        name=study.name,
        description=str(study.meta.get("description") or ""),
        headline=verdict.headline(study),
        checks=rows_of(checks.compute(study)),
        primary=[item for item in statements if item["role"] != "secondary"],
        secondary=[item for item in statements if item["role"] == "secondary"],
        num_answers=MAX_ANSWERS,
        figures=_figures(figures),
        results=content.results(study),
        states=content.states(study),
        runs=content.runs(study),
        configuration=content.configuration(study),
        provenance=content.provenance(study),
        history=content.history(study),
        attached=_attached(exported),
        generated_at=generated_at(),
    )
    path = directory / "report.html"
    write_text(path, page)
    return path


def _figures(figures: Mapping[str, Figure]) -> list[dict[str, Any]]:
    names = [n for n in LEADING if n in figures] + [n for n in figures if n not in LEADING]
    return [
        {
            "name": name,
            "caption": caption_of(figures[name]),
            "source": _picture(figures[name]),
            "size": "full"
            if figures[name].get_figwidth() > (SINGLE_COLUMN + DOUBLE_COLUMN) / 2
            else "half",
        }
        for name in names
    ]


def _picture(figure: Figure) -> str:
    """Return a figure as vectors, or as pixels where vectors are many."""
    kind, picture = "svg", image(figure, "svg")
    if len(picture) > MAX_SVG_BYTES:
        kind, picture = "png", image(figure, "png")
    return _data_url(MEDIA[kind], picture)


def _attached(exported: Sequence[Path]) -> list[dict[str, str]]:
    """Attach tables exported with this report, so that they travel with it; no older ones."""
    paths = {path.name: path for path in exported}
    return [
        {"name": name, "source": _data_url("application/octet-stream", paths[name].read_bytes())}
        for name in ATTACHED
        if name in paths
    ]


def _data_url(media: str, data: bytes) -> str:
    return f"data:{media};base64,{base64.b64encode(data).decode('ascii')}"
