"""Refusals, one line and an exit status. What is refused is decided elsewhere."""

import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from hydra.errors import HydraException, OverrideParseException
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from cuttle.config.hydra import explain
from cuttle.config.roles import index
from cuttle.launch.exit_status import INTERRUPTED, REFUSED
from cuttle.runs.formatting import format_os_error

UNKNOWN_OPTION = re.compile(r"Could not find '([^']+)/([^'/]+)'\s+Available options[^:]*:([^:]+)")
SWEPT = re.compile(
    r"Ambiguous value for argument '(.+)'\n1\.|Sweep parameters '(.+)' requires --multirun"
)
GROUPS = ("network_type", "trunk", "training", "seed", "rules", "fault", "hydra/launcher")
NOISE = ("full_key", "object_type", "reference_type", "See https")
NUMBER_HINT = "for example seed=fixed seed.value=3 instead of seed=3"
OF_THE_USER = (
    ValueError,
    OverflowError,
    HydraException,
    OmegaConfBaseException,
    OSError,
    RecursionError,  # of a config file, as it nests
    YAMLError,
)
FULL_ERROR = "HYDRA_FULL_ERROR"  # Hydra's own switch for tracebacks
WANTS_TRACEBACKS = os.environ.get(FULL_ERROR) == "1"


class Refusal(SystemExit):
    """The request makes no sense or would do harm; nothing was created or changed.

    It ends the program, so that no layer of Hydra can take it for a failed job and continue.
    """

    def __init__(self, message: str) -> None:
        """Keep the one line that names the thing, the value and the way out."""
        super().__init__(message)
        self.code = REFUSED


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn errors that the user can fix into one line on stderr, unless tracebacks were asked for.

    Hydra prints its errors itself and exits, except when its switch for tracebacks is on.
    """
    if WANTS_TRACEBACKS:
        try:
            yield
        except Refusal:  # as an end of the program it would show none
            traceback.print_exc()
            raise
        return
    os.environ[FULL_ERROR] = "1"
    try:
        yield
    except KeyboardInterrupt:
        print("interrupted; rerun the same command to resume", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except (Refusal, *OF_THE_USER) as error:
        print(f"error: {describe(error)}", file=sys.stderr)
        sys.exit(REFUSED)


@contextmanager
def errors_as_refusals() -> Iterator[None]:
    """Turn errors that the user can fix into refusals, to which Hydra adds no line of its own."""
    try:
        yield
    except OF_THE_USER as error:
        raise Refusal(describe(error)) from error


def describe(error: BaseException) -> str:
    """Put an error into one line that names the thing, the value and the way out."""
    if isinstance(error, OSError) and error.strerror:
        return format_os_error(error)
    if isinstance(error, OverrideParseException):
        return _unreadable_override(error)
    if isinstance(error, YAMLError | UnicodeDecodeError):
        return _yaml_problem(error)
    if isinstance(error, RecursionError):
        return f"{_file_being_read(error)}nests too deeply or contains itself"
    text = str(error)
    if isinstance(error.__cause__, OmegaConfBaseException) and not isinstance(error, Refusal):
        text += "\n" + str(error.__cause__)
    kept = [line.strip() for line in text.splitlines() if line.strip()]
    plain = " ".join(line for line in kept if not line.startswith(NOISE))
    return _known_problem(error, text) or plain


def _known_problem(error: BaseException, text: str) -> str:
    """Explain a frequent error of Hydra better than Hydra does; empty for any other."""
    if swept := SWEPT.search(text):
        return f"{swept[1] or swept[2]}: several values need a sweep: add -m"
    missing = re.search(r"Could not override '([^']+)'", text)
    if missing and (special := _unknown_key(missing[1], text)):
        return special
    if explained := explain(error):
        return explained
    if launcher := re.search(r"In 'hydra/launcher/(\w+)': Could not load", text):
        return missing_plugin(launcher[1])
    if option := UNKNOWN_OPTION.search(text):
        options = ", ".join(option[3].split()[:-3])  # without the words `Config search path`
        return f"there is no option {option[1]}={option[2]}; there are {options}"
    if twice := re.search(r"(\S+) appears more than once in the final defaults list", text):
        return f"{twice[1]} is in the config already: write {twice[1]}=OPTION, without +"
    if "group override must be a string" in text:
        return f"{_group_argument()}: an option of a config group must be a name, {NUMBER_HINT}"
    return ""


def _unreadable_override(error: OverrideParseException) -> str:
    key, equals, value = error.override.partition("=")
    if not equals:
        example = example_of(key) if key in index() else f"experiment={key}"
        return f"{key} is not KEY=VALUE, as in {example}"
    return f"{error.override} cannot be read; quote the value twice: '{key}=\"{value}\"'"


def example_of(key: str) -> str:
    """Return how a key of the schema is given a value."""
    return f"{key}=true" if index()[key].type is bool else f"{key}=VALUE"


def _unknown_key(key: str, text: str) -> str:
    """Explain the keys that can be added, by what Hydra says of them; empty for others."""
    if "append to your default list" in text and key not in index():
        return f"write +{key}=NAME ({key} is not part of the default config)"
    is_swept = any(w.startswith(f"{key.partition('.')[0]}=") and "," in w for w in sys.argv[1:])
    if is_swept:
        return f"there is no key {key!r}; if all its swept options have it, write ++{key}="
    return ""


def missing_plugin(launcher: str) -> str:
    """Explain how to get a launcher whose package is not installed."""
    return (
        f"hydra/launcher={launcher} needs a package that is not installed: "
        f".venv/bin/pip install -e '.[{launcher}]'"
    )


def _yaml_problem(error: YAMLError | UnicodeDecodeError) -> str:
    """Name the file of a config directory that cannot be read, and where it is wrong."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        problem = getattr(error, "problem", "") or "it is not valid YAML"
        return f"{mark.name}, line {mark.line + 1}: {problem}"
    return f"{_file_being_read(error)}is not valid YAML: {' '.join(str(error).split())}"


def _file_being_read(error: BaseException) -> str:
    """Name the config file that Hydra was reading, which such errors do not, to begin a sentence.

    Hydra's own local variable is the only place that has it.
    """
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
    paths = (variables["full_path"] for variables in frames if "full_path" in variables)
    return f"{next(paths, 'a config file or the command line')} "


def _group_argument() -> str:
    number = re.compile(rf"({'|'.join(GROUPS)})=(.*,)?(null|true|false|[0-9.]+)(,.*)?")
    arguments = [argument for argument in sys.argv[1:] if number.fullmatch(argument)]
    return arguments[0] if arguments else "the command line"
