"""Commands `report` and `export`: tables, figures, files, the next command."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from cuttle.analysis.cli.console import make_console
from cuttle.analysis.cli.tables import print_results
from cuttle.analysis.data import Study, study_of
from cuttle.analysis.export import DEFAULT_FORMATS, check_formats, export_all
from cuttle.analysis.export.json import generated_at
from cuttle.analysis.gallery import save_figures
from cuttle.analysis.report.page import write_report
from cuttle.analysis.statistic import evaluate
from cuttle.runs.formatting import pluralize, python_command
from cuttle.runs.layout import ANALYSIS_DIR, RunState
from cuttle.runs.locate import last_touched
from cuttle.runs.reader import Experiment, list_experiments, read_experiment
from cuttle.runs.resume import resume_command

GRAPHS_DIR = "graphs"


def analyse(
    path: Path,
    formats: Sequence[str] | None = None,
    output_dir: Path | None = None,
    opponents: Sequence[str] | None = None,
    *,
    has_figures: bool = True,
    has_page: bool = True,
) -> bool:
    """Write exports, figures and the page of an experiment; return whether there are results.

    formats, opponents: None for the default ones
    has_page: write the page and print the results, not only the paths of the other files

    Raises ValueError for a format or opponent there is not and for runs that must not be compared.
    """
    names = DEFAULT_FORMATS if formats is None else list(dict.fromkeys(formats))
    check_formats(names)
    directory = output_dir or path / ANALYSIS_DIR
    experiment = read_experiment(path)
    study = study_of(experiment)
    if opponents is not None:
        study = study.against(opponents)
    generated_at()  # before anything is written: what fails changes no file
    evaluate(study)
    _make(directory)
    exported, graphs = export_all(study, names, directory), directory / GRAPHS_DIR
    pictures = save_figures(study, graphs) if has_figures else {}
    console = make_console()
    if has_page:  # before a reader may close the pipe
        page = write_report(study, pictures, directory, exported=exported)
        print_results(console, study)
        drawn = f"figures: {len(pictures)} in {graphs}/ (PDF and PNG)"
        for line in ["", *[drawn] * bool(pictures), f"report:  {page}"]:
            console.print(line)
        for line in _next_steps(experiment, study, page):
            console.print(line)
    else:
        for line in [*map(str, exported), *[f"{graphs}/"] * bool(pictures)]:
            console.print(line)
    return len(study.runs) > 0


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()
    except OSError as error:
        raise ValueError(
            f"{directory} cannot be written ({error.strerror}); write elsewhere: --output-dir DIR"
        ) from error


def _next_steps(experiment: Experiment, study: Study, page: Path) -> Iterator[str]:
    """Yield what to do next: finish, retrain, or read on."""
    states = Counter(run.state for run in experiment.runs)
    damaged = states[RunState.DAMAGED]
    rest = states.total() - states[RunState.COMPLETED] - damaged
    status = python_command("analyze.py", "status", experiment.path)
    if rest:
        yield f"next:    finish {pluralize(rest, 'unfinished run')}:"
        yield f"         {resume_command(experiment) or status}"
    if damaged:
        yield (
            f"next:    to retrain {pluralize(damaged, 'damaged run')}, rerun each on its own with "
            f"force=true; {status} lists them"
        )
    if not (rest or damaged):
        yield f"next:    open {page}, or {_comparison(experiment.path, study)}"


def _comparison(path: Path, study: Study) -> str:
    """Name a command that goes on from a finished study: a comparison where there is another."""
    others = sorted(set(list_experiments(path.parent)) - {path}, key=last_touched, reverse=True)
    for other in others:
        if any(run.state is RunState.COMPLETED for run in read_experiment(other).runs):
            return f"compare: {python_command('analyze.py', 'diff', other, path)}"
    run_id = next(iter(study.runs["run_id"]), "RUN")
    command = python_command("-m", "cuttle.play", "--model", path / run_id)
    return f"play one of them: {command}"
