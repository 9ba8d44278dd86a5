"""The whole report, or exports alone: tables, figures, files, the next command."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from cuttle.analysis import words
from cuttle.analysis.analysis import Analysis, analyse
from cuttle.analysis.cli.console import make_console
from cuttle.analysis.cli.tables import print_results
from cuttle.analysis.exporting import check_formats, export_all, format_names
from cuttle.analysis.gallery import save_figures
from cuttle.analysis.report.page import write_report
from cuttle.runs.layout import ANALYSIS_DIR, RunState

GRAPHS_DIR = "graphs"


def make_report(
    path: Path,
    *,
    formats: Sequence[str] | None = None,
    output_dir: Path | None = None,
    opponents: Sequence[str] = (),
    has_figures: bool = True,
) -> bool:
    """Write figures, exports and the page, print the results, and say whether there are any."""
    names = format_names() if formats is None else list(formats)
    check_formats(names)
    console = make_console()
    directory = output_dir or path / ANALYSIS_DIR
    analysis = analyse(path, opponents)
    print_results(console, analysis)
    exported = export_all(analysis, names, directory)
    figures = save_figures(analysis.study, directory / GRAPHS_DIR) if has_figures else {}
    page = write_report(analysis, figures, directory, exported=exported)
    _print_next(console, analysis, directory, page, num_figures=len(figures))
    return bool(analysis.study.runs)


def make_exports(
    path: Path,
    *,
    formats: Sequence[str] | None = None,
    output_dir: Path | None = None,
    opponents: Sequence[str] = (),
    has_figures: bool = False,
) -> bool:
    """Write exports, and figures if asked, print the paths, and say whether there are results."""
    names = format_names() if formats is None else list(formats)
    check_formats(names)
    directory = output_dir or path / ANALYSIS_DIR
    analysis = analyse(path, opponents)
    paths = export_all(analysis, names, directory)
    console = make_console()
    for written in paths:
        console.print(str(written))
    if has_figures and save_figures(analysis.study, directory / GRAPHS_DIR):
        console.print(f"{directory / GRAPHS_DIR}/")
    return bool(analysis.study.runs)


def _print_next(
    console: Console, analysis: Analysis, directory: Path, page: Path, *, num_figures: int
) -> None:
    console.print()
    if num_figures:
        console.print(f"figures: {num_figures} in {directory / GRAPHS_DIR}/ (PDF and PNG)")
    console.print(f"report:  {page}")
    unfinished = [run for run in analysis.experiment.runs if run.state is not RunState.COMPLETED]
    damaged = [run for run in unfinished if run.state is RunState.FAILED and not run.status]
    steps = []
    if count := len(unfinished) - len(damaged):
        steps.append(f"the command that trained it finishes {words.count(count, 'unfinished run')}")
    if damaged:
        steps.append(f"force=true trains {words.count(len(damaged), 'damaged run')} again")
    if steps:
        steps.append(f"python analyze.py status {analysis.study.path} shows them")
    else:
        steps.append(f"open {page}, or compare: python analyze.py diff A B")
    console.print(f"next:    {'; '.join(steps)}")
