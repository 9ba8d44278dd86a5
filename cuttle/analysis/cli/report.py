"""Commands `report` and `export`: tables, figures, files, the next command."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cuttle.analysis.cli.console import make_console
from cuttle.analysis.cli.tables import print_results
from cuttle.analysis.data import Study, study_of
from cuttle.analysis.exporting import DEFAULT_FORMATS, check_formats, export_all
from cuttle.analysis.gallery import Picture, save_figures
from cuttle.analysis.report.page import write_report
from cuttle.analysis.statistic import evaluate
from cuttle.runs.formatting import pluralize, python_command
from cuttle.runs.layout import ANALYSIS_DIR, RunState
from cuttle.runs.locate import last_touched
from cuttle.runs.reader import Experiment, list_experiments, read_experiment
from cuttle.runs.resume import resume_command

GRAPHS_DIR = "graphs"


@dataclass(frozen=True)
class Written:
    """A study and what was written of it; `pictures` of figures by name."""

    experiment: Experiment
    study: Study
    directory: Path
    exported: Sequence[Path]
    pictures: Mapping[str, Picture]


def write_files(
    path: Path,
    formats: Sequence[str] | None = None,
    output_dir: Path | None = None,
    opponents: Sequence[str] = (),
    has_figures: bool = True,
) -> Written:
    """Analyse an experiment and write exports, in the default formats if None, and figures.

    Raises ValueError for a format or opponent there is not and for runs that must not be compared.
    """
    names = DEFAULT_FORMATS if formats is None else list(dict.fromkeys(formats))
    check_formats(names)
    directory = output_dir or path / ANALYSIS_DIR
    experiment = read_experiment(path)
    study = study_of(experiment)
    if opponents:
        study = study.against(opponents)
    evaluate(study)  # before anything is written: what fails changes no file
    _make(directory)
    exported = export_all(study, names, directory)
    pictures = save_figures(study, directory / GRAPHS_DIR) if has_figures else {}
    return Written(experiment, study, directory, exported, pictures)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"{directory} cannot be made ({error.strerror}); write elsewhere: --output-dir DIR"
        ) from error


def show_report(written: Written) -> bool:
    """Write the page, print the results, and return whether there are any.

    The files come first: a reader may close the pipe before the last line.
    """
    page = write_report(
        written.study, written.pictures, written.directory, exported=written.exported
    )
    console = make_console()
    print_results(console, written.study)
    _print_next(console, written, page)
    return bool(len(written.study.runs))


def show_paths(written: Written) -> bool:
    """Print what was written and return whether there are results."""
    console = make_console()
    for path in written.exported:
        console.print(str(path))
    if written.pictures:
        console.print(f"{written.directory / GRAPHS_DIR}/")
    return bool(len(written.study.runs))


def _print_next(console: Console, written: Written, page: Path) -> None:
    """Print where the files are, and what to do next: finish, retrain, or read on."""
    console.print()
    if written.pictures:
        directory = written.directory / GRAPHS_DIR
        console.print(f"figures: {len(written.pictures)} in {directory}/ (PDF and PNG)")
    console.print(f"report:  {page}")
    states = Counter(run.state for run in written.experiment.runs)
    damaged = states[RunState.DAMAGED]
    rest = states.total() - states[RunState.COMPLETED] - damaged
    path = written.experiment.path
    if rest:
        console.print(f"next:    finish {pluralize(rest, 'unfinished run')}:")
        command = resume_command(written.experiment)
        console.print(f"         {command or f'{python_command()} analyze.py status {path}'}")
    if damaged:
        console.print(
            f"next:    to retrain {pluralize(damaged, 'damaged run')}, rerun each on its own with "
            f"force=true; {python_command()} analyze.py status {path} lists them"
        )
    if not (rest or damaged):
        console.print(f"next:    open {page}, or {_comparison(written)}")


def _comparison(written: Written) -> str:
    """Name a command that goes on from a finished study: a comparison where there is another."""
    path = written.experiment.path
    others = sorted(set(list_experiments(path.parent)) - {path}, key=last_touched, reverse=True)
    for other in others:
        if any(run.state is RunState.COMPLETED for run in read_experiment(other).runs):
            return f"compare: {python_command()} analyze.py diff {other} {path}"
    run_id = next(iter(written.study.runs["run_id"]), "RUN")
    return f"play one of them: {python_command()} -m cuttle.play --model {path / run_id}"
