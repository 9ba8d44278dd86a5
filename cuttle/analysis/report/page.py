"""The page: a Jinja2 template filled with text, figures and attached tables. One file."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2

from cuttle.analysis.data import Study
from cuttle.analysis.export.json import generated_at
from cuttle.analysis.gallery import Picture
from cuttle.analysis.interpretation import Decision
from cuttle.analysis.numerics import rows_of
from cuttle.analysis.report import content
from cuttle.analysis.statistics.checks import checks
from cuttle.analysis.statistics.verdict import headline, verdict
from cuttle.runs.files import write_text
from cuttle.runs.formatting import printable

# What the answer rests on comes first.
LEADING = ("win_rates", "response", "interaction", "heat_map", "learning_curves", "differences")
ATTACHED = ("runs.csv", "summary.csv", "comparisons.csv", "table.tex", "comparisons.tex")
MAX_ANSWERS = 14  # open at first; all that three types raise
MARKS: dict[str, str] = {
    Decision.DIFFERENT: "differs",
    Decision.DIFFERENT_WITHIN_MARGIN: "differs, within the margin",
    Decision.EQUIVALENT: "equivalent",
    Decision.UNDECIDED: "inconclusive",
    Decision.NOT_COMPUTABLE: "no answer",
}


def write_report(
    study: Study,
    pictures: Mapping[str, Picture],
    directory: Path,
    *,
    exported: Sequence[Path] = (),
) -> Path:
    """Write report.html, which needs no other file and no network; it holds the exported tables."""
    statements = [
        {**row, "mark": MARKS.get(str(row["decision"]), "")} for row in rows_of(verdict(study))
    ]
    loader = jinja2.PackageLoader("cuttle.analysis", "report")
    template = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    ).get_template("page.html")  # fmt: skip
    page = template.render(
        name=study.name,
        description=str(study.meta.get("description") or ""),
        headline=headline(study),
        checks=rows_of(checks(study)),
        primary=[item for item in statements if item["role"] != "secondary"],
        secondary=[item for item in statements if item["role"] == "secondary"],
        num_answers=MAX_ANSWERS,
        figures=_figures(pictures),
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
    write_text(path, printable(page))
    return path


def _figures(pictures: Mapping[str, Picture]) -> list[dict[str, str]]:
    names = [n for n in LEADING if n in pictures] + [n for n in pictures if n not in LEADING]
    return [
        {
            "name": name,
            "caption": pictures[name].caption,
            "source": _data_url("image/png", pictures[name].png),
            "size": "full" if pictures[name].is_wide else "half",
        }
        for name in names
    ]


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
