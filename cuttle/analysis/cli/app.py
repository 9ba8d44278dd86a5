"""Commands and options. What they do is imported when they are called."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cuttle.runs.formatting import format_os_error, printable
from cuttle.runs.layout import DEFAULT_ROOT
from cuttle.runs.locate import find_experiment
from cuttle.runs.streams import tolerate_lost_readers

EXIT_USAGE = 2  # bad input, as of diff

# the base of all errors of usage; newer versions of typer carry a click of their own
UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Analyze experiments. Without a command: report the selected, else the most recent one.",
)


def _root(context: typer.Context, value: Path) -> Path:
    """Take --root from where it is given, before or after the command."""
    is_given = getattr(context.get_parameter_source("root"), "name", None) == "COMMANDLINE"
    root: Path = value if is_given or context.obj is None else context.obj
    root = Path(os.path.expanduser(root))  # what is nobody's home stays as it is, as in a shell
    if root.exists() and not root.is_dir():
        raise typer.BadParameter(f"{root} is not a directory")
    return root


def _directory(text: str) -> Path:
    if not text:
        raise typer.BadParameter("name a directory")
    return Path(os.path.expanduser(text))


Root = Annotated[
    Path,
    typer.Option(
        "--root", envvar="CUTTLE_ROOT", callback=_root, help="Directory of all experiments."
    ),
]
ExperimentName = Annotated[
    str | None,
    typer.Argument(
        metavar="EXPERIMENT",
        help="Name, any unambiguous part of it, or path. Default: the selected experiment, "
        "else the most recent one.",
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        help="Comma-separated: json, csv, latex (the default is these three), tensorboard.",
    ),
]
OutputDir = Annotated[
    Path | None,
    typer.Option(
        "--output-dir",
        parser=_directory,
        metavar="<path>",
        help="Directory to write to. Default: analysis/ in the experiment.",
    ),
]
Opponents = Annotated[
    list[str] | None,
    typer.Option("--opponent", help="Only games against these opponents, comma-separated."),
]
Figures = Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@app.callback(invoke_without_command=True)
def everything(context: typer.Context, root: Root = DEFAULT_ROOT) -> None:
    """Analyze experiments. Without a command: report the selected, else the most recent one."""
    context.obj = root
    if context.invoked_subcommand is None:
        from cuttle.analysis.cli.report import analyse

        _end(analyse(find_experiment(root, None)))


@app.command()
def status(
    experiment: ExperimentName = None,
    watch: Annotated[bool, typer.Option("--watch", help="Follow the runs until Ctrl-C.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only runs with problems.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 0 only if every run is complete and unmodified.")
    ] = False,
    as_json: AsJson = False,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Show every run: state, progress, duration, last win rates, error."""
    from cuttle.analysis.cli.status import show_status, watch_status

    if sum((watch, failed, check)) > 1:
        raise typer.BadParameter("--watch, --failed and --check are given one at a time")
    path = find_experiment(root, experiment)
    if watch:
        watch_status(path, as_json=as_json)
    elif not show_status(path, as_json=as_json, failed=failed, check=check) and check:
        raise typer.Exit(1)


@app.command(name="list")
def list_all(as_json: AsJson = False, root: Root = DEFAULT_ROOT) -> None:
    """List the experiments: counts, dates, disk use, which is selected."""
    from cuttle.analysis.cli.listing import show_list

    show_list(root, as_json=as_json)


@app.command()
def select(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Name or any unambiguous part of it. Default: show the selection."
        ),
    ] = None,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Set the default experiment."""
    from cuttle.analysis.cli.listing import show_selection

    show_selection(root, name)


@app.command()
def report(
    experiment: ExperimentName = None,
    formats: Formats = None,
    output_dir: OutputDir = None,
    opponent: Opponents = None,
    figures: Figures = True,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Write the report and its files; print the results."""
    from cuttle.analysis.cli.report import analyse

    path, opponents = find_experiment(root, experiment), _words(opponent)
    _end(analyse(path, _words(formats), output_dir, opponents, has_figures=figures))


@app.command()
def export(
    experiment: ExperimentName = None,
    formats: Formats = None,
    output_dir: OutputDir = None,
    opponent: Opponents = None,
    figures: Figures = False,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Write the statistics and data as files and print their paths."""
    from cuttle.analysis.cli.report import analyse

    path, opponents = find_experiment(root, experiment), _words(opponent)
    names = _words(formats)
    _end(analyse(path, names, output_dir, opponents, has_figures=figures, has_page=False))


@app.command()
def verify(
    run_dir: Annotated[
        str, typer.Argument(metavar="RUN_DIR", help="Run directory, or EXPERIMENT/RUN.")
    ],
    root: Root = DEFAULT_ROOT,
) -> None:
    """Retrain a run elsewhere and compare byte for byte.

    Exit status 0: identical, 1: not reproduced, 2: not a completed run, 3: results reproduced
    where equal bytes cannot be expected.
    """
    from cuttle.analysis.cli.verify import verify_run

    if exit_status := verify_run(root, run_dir):
        raise typer.Exit(exit_status)


def _end(has_results: bool) -> None:
    """End with exit status 1 where no completed run could be analysed."""
    if not has_results:
        raise typer.Exit(1)


def _words(text: list[str] | None) -> list[str] | None:
    """Split comma-separated words, given once or more."""
    if text is None:
        return None
    return [word for part in text for word in part.replace(" ", "").split(",") if word]


@app.command()
def diff(
    sides: Annotated[
        list[str],
        typer.Argument(
            metavar="SIDE",
            help="Experiments, runs or YAML files; a single experiment is compared inside.",
        ),
    ],
    as_json: AsJson = False,
    show_all: Annotated[
        bool, typer.Option("--all", help="Include keys that change no number.")
    ] = False,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Show what differs: configuration, provenance, results.

    Exit status 0: equal configurations, 1: different ones, 2: bad input.
    """
    from cuttle.analysis.cli.diff import show_diff

    if show_diff(root, sides, as_json=as_json, show_all=show_all):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line: bad input is one line on stderr and exit status 2."""
    tolerate_lost_readers(reports_full_disk=True)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # until here, Ctrl-C ended this silently
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.pop("MPLBACKEND", None)  # a notebook's choice needs its package; nothing is shown
    try:
        exit_status = app(standalone_mode=False)
    except UsageError as error:
        message = getattr(error, "format_message", error.__str__)()
        is_name = message.startswith("No such command")
        hint = "to report an experiment: python analyze.py report NAME; " * is_name
        fail(f"{message} ({hint}all commands: python analyze.py --help)")
    except OSError as error:
        fail(format_os_error(error))
    except ValueError as error:
        fail(" ".join([str(error), *getattr(error, "__notes__", [])]))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    sys.exit(exit_status if isinstance(exit_status, int) else 0)


def fail(message: str) -> NoReturn:
    """End the program with one line that says what is wrong."""
    sys.stderr.write(f"error: {printable(' '.join(message.split()))}\n")
    sys.exit(EXIT_USAGE)
