"""The whole report, or exports alone: tables, figures, files, the next command."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from rich.console import Console

from cuttle.analysis import export, parts
from cuttle.analysis.analysis import Analysis, analyse
from cuttle.analysis.cli.console import make_console
from cuttle.analysis.cli.tables import print_results
from cuttle.analysis.exporting import check_formats, export_all
from cuttle.analysis.gallery import save_figures
from cuttle.analysis.report.page import write_report
from cuttle.runs.formatting import pluralize as count
from cuttle.runs.formatting import python_command as python
from cuttle.runs.layout import ANALYSIS_DIR, RunState
from cuttle.runs.locate import last_touched
from cuttle.runs.reader import list_experiments, read_experiment

GRAPHS_DIR = "graphs"


@dataclass(frozen=True)
class Written:
    """An analysis and what was written of it; `figures` by name."""

    analysis: Analysis
    directory: Path
    exported: Sequence[Path]
    figures: Mapping[str, Figure]


def write_files(
    path: Path,
    *,
    formats: Sequence[str] | None = None,
    output_dir: Path | None = None,
    opponents: Sequence[str] = (),
    has_figures: bool,
) -> Written:
    """Analyse an experiment and write exports, in all formats if None, and figures if asked.

    Raises ValueError for a format or opponent there is not and for runs that must not be compared.
    """
    names = parts.names(export) if formats is None else list(dict.fromkeys(formats))
    check_formats(names)
    directory = output_dir or path / ANALYSIS_DIR
    analysis = analyse(path, opponents)
    _make(directory)
    exported = export_all(analysis, names, directory)
    figures = save_figures(analysis.study, directory / GRAPHS_DIR) if has_figures else {}
    return Written(analysis, directory, exported, figures)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"{directory} cannot be made ({error.strerror}); write elsewhere: --output-dir DIR"
        ) from error


def show_report(written: Written) -> bool:
    """Write the page, print the results, and say whether there are any.

    The files come first: a reader may close the pipe before the last line.
    """
    analysis, directory = written.analysis, written.directory
    page = write_report(analysis, written.figures, directory, exported=written.exported)
    console = make_console()
    print_results(console, analysis)
    _print_next(console, analysis, directory, page, num_figures=len(written.figures))
    return bool(analysis.study.runs)


def show_paths(written: Written) -> bool:
    """Print what was written and say whether there are results."""
    console = make_console()
    for path in written.exported:
        console.print(str(path))
    if written.figures:
        console.print(f"{written.directory / GRAPHS_DIR}/")
    return bool(written.analysis.study.runs)


def _print_next(
    console: Console, analysis: Analysis, directory: Path, page: Path, *, num_figures: int
) -> None:
    console.print()
    if num_figures:
        console.print(f"figures: {num_figures} in {directory / GRAPHS_DIR}/ (PDF and PNG)")
    console.print(f"report:  {page}")
    states = Counter(run.state for run in analysis.experiment.runs)
    damaged = states[RunState.DAMAGED]
    rest = states.total() - states[RunState.COMPLETED] - damaged
    steps = []
    if rest:
        steps.append(f"the command that trained it finishes {count(rest, 'unfinished run')}")
    if damaged:
        steps.append(f"force=true, each named alone, trains {count(damaged, 'damaged run')} again")
    if steps:
        steps.append(f"{python()} analyze.py status {analysis.study.path} shows them")
    else:
        steps.append(f"open {page}, or {_comparison(analysis)}")
    console.print(f"next:    {'; '.join(steps)}")


def _comparison(analysis: Analysis) -> str:
    """Name a command that goes on from a finished study: a comparison where there is another."""
    path = analysis.study.path
    others = sorted(set(list_experiments(path.parent)) - {path}, key=last_touched, reverse=True)
    for other in others:
        if any(run.state is RunState.COMPLETED for run in read_experiment(other).runs):
            return f"compare: {python()} analyze.py diff {other} {path}"
    run_id = next((run.run_id for run in analysis.study.runs), "RUN")
    return f"play one of them: {python()} -m cuttle.play --model {path / run_id}"
