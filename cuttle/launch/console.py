"""The program as the shell sees it: arguments, signals, messages, exit status."""

import shlex
import sys
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from cuttle.config.roles import index
from cuttle.launch.exit_status import FAILED, get_status
from cuttle.launch.refusal import Refusal, example_of, one_line_errors
from cuttle.launch.signals import ignore_signals, stop_on_signals
from cuttle.launch.worker import RunFailed
from cuttle.runs.layout import CONFIG_FILE, OVERRIDES_FILE
from cuttle.runs.streams import tolerate_lost_readers

# Without --experimental-rerun: the same command resumes, and a pickle may run any code.
HYDRA_OPTIONS = (
    "cfg", "config-dir", "config-name", "config-path", "help", "hydra-help", "info", "multirun",
    "package", "resolve", "run", "shell-completion", "version",
)  # fmt: skip
WITH_VALUE = (
    "--cfg", "-c", "--package", "-p", "--config-path", "-cp", "--config-name", "-cn",
    "--config-dir", "-cd",
)  # fmt: skip
SHORT_OPTIONS = ("-h", "-c", "-p", "-r", "-m", "-sc", "-cp", "-cn", "-cd", "-i")
INFO = ("--info", "-i")  # may have one of these values
TOPICS = ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath")


def run_main(main: Callable[[], Any]) -> None:
    """Run the `main` of a Hydra app to its end and exit with the status of its launch."""
    tolerate_lost_readers()
    stop_on_signals()
    # Hydra warns of conf/hydra/launcher/ray.yaml, named like the option of the plugin it refines.
    warnings.filterwarnings("ignore", message=r"\n'hydra/launcher/ray' is validated against")
    try:
        with one_line_errors():
            _refuse_flags(sys.argv[1:])
            _refuse_stored_config(sys.argv[1:])
            _put_overrides_first()
            main()
    except RunFailed:  # which the summary has named, here or in a worker of another sweeper
        sys.exit(get_status() or FAILED)
    finally:
        ignore_signals()
    sys.exit(get_status())


def _put_overrides_first() -> None:
    """Sort the command line; Hydra 1.3 refuses options between overrides."""
    overrides: list[str] = []
    options: list[str] = []
    for before, word in pairwise(sys.argv):
        is_value = before in WITH_VALUE or (before in INFO and word in TOPICS)
        (options if is_value or word.startswith("-") else overrides).append(word)
    sys.argv[1:] = [*overrides, *options]


def _refuse_flags(arguments: Sequence[str]) -> None:
    """Raise Refusal for what is no option of Hydra's: it would print its usage, or do nothing."""
    names = {argument.partition("=")[0] for argument in arguments}
    if {"-p", "--package"} & names and not {"-c", "--cfg"} & names:
        raise Refusal("--package selects what --cfg shows: add --cfg job")
    if arguments and arguments[-1] in WITH_VALUE:
        raise Refusal(f"{arguments[-1]} needs a value, see --hydra-help")
    for argument in arguments:
        if not argument:
            raise Refusal("an argument is empty: perhaps a variable of the shell is not set")
        name, _, value = argument.removeprefix("--").partition("=")
        if argument.endswith("=") and argument[:-1] in WITH_VALUE:
            raise Refusal(f"{argument} has no value: perhaps a variable is not set")
        is_long = argument.startswith("--")
        is_known = name in HYDRA_OPTIONS if is_long else name in SHORT_OPTIONS
        if is_known or not argument.startswith("-"):
            continue
        if (key := name.replace("-", "_")) in index():
            example = f"{key}={value}" if value else example_of(key)
            raise Refusal(f"{argument} is not an option: write {example}")
        raise Refusal(f"there is no option {argument}; settings are KEY=VALUE, see --help")


def _refuse_stored_config(arguments: Sequence[str]) -> None:
    """Raise Refusal for the frozen config of a run where a directory of options is expected.

    Hydra would take the file of that name in `conf/`, or the settings without Hydra's own part.
    """
    paths = [Path(argument.rpartition("=")[2]) for argument in arguments]
    for argument, run_dir in [(p, parent) for p in paths for parent in list(p.parents)[:2]]:
        if (run_dir / CONFIG_FILE).is_file() and (run_dir / OVERRIDES_FILE).is_file():
            words = map(str, OmegaConf.load(run_dir / OVERRIDES_FILE))
            raise Refusal(
                f"{argument} contains the frozen config of a run; use its overrides instead: "
                f"{shlex.join(words)} (or check it: analyze.py verify {run_dir})"
            )
