"""Refusals as one clear line and an exit code. What is refused is decided elsewhere."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hydra.errors import HydraException, OverrideParseException
from omegaconf.errors import OmegaConfBaseException

from cuttle.config.hydra import explain

UNKNOWN_OPTION = re.compile(r"Could not find '([^']+)/([^'/]+)'\s+Available options[^:]*:([^:]+)")
SWEPT = re.compile(
    r"Ambiguous value for argument '(.+)'\n1\.|Sweep parameters '(.+)' requires --multirun"
)
GROUPS = ("network_type", "trunk", "training", "seed", "rules", "fault", "hydra/launcher")
NOISE = ("full_key", "object_type", "reference_type", "See https")
NUMBER_HINT = "for example seed=fixed seed.value=3 instead of seed=3"
EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130
FULL_ERROR = "HYDRA_FULL_ERROR"  # Hydra's own switch for tracebacks
WANTS_TRACEBACKS = os.environ.get(FULL_ERROR) == "1"


class Refusal(ValueError):
    """The request makes no sense or would do harm; nothing was created or changed."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what the user can mend into one line on stderr, unless tracebacks were asked for.

    Hydra prints its errors itself and exits, except when its switch for tracebacks is on.
    """
    if WANTS_TRACEBACKS:
        yield
        return
    os.environ[FULL_ERROR] = "1"
    try:
        yield
    except KeyboardInterrupt:
        print("interrupted before any training began", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    except (ValueError, OverflowError, HydraException, OmegaConfBaseException, OSError) as error:
        print(f"error: {describe(error)}", file=sys.stderr)
        sys.exit(EXIT_REFUSED)


def describe(error: BaseException) -> str:
    """Put an error into one line that names the thing, the value and the way out."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    text = str(error)
    if isinstance(error.__cause__, OmegaConfBaseException):
        text += "\n" + str(error.__cause__)
    if isinstance(error, OverrideParseException):
        key, _, value = error.override.partition("=")
        return f"{error.override} cannot be read; quote the value twice: '{key}=\"{value}\"'"
    if swept := SWEPT.search(text):
        return f"{swept[1] or swept[2]}: several values are a sweep, add -m"
    if "Could not override 'study'" in text:
        return "study is added to the config, not changed: write +study="
    if explained := explain(error):
        return explained
    if launcher := re.search(r"In 'hydra/launcher/(\w+)': Could not load", text):
        return missing_plugin(launcher[1])
    if option := UNKNOWN_OPTION.search(text):
        options = ", ".join(option[3].split()[:-3])  # without the words `Config search path`
        return f"there is no option {option[1]}={option[2]}; there are {options}"
    if "group override must be a string" in text:
        return f"{_group_argument()}: an option of a folder of conf/ is a word, {NUMBER_HINT}"
    kept = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(line for line in kept if not line.startswith(NOISE))


def missing_plugin(launcher: str) -> str:
    """Say how to get a launcher whose package is not installed."""
    return (
        f"hydra/launcher={launcher} needs a package that is not installed: "
        f".venv/bin/pip install -e '.[{launcher}]'"
    )


def _group_argument() -> str:
    number = re.compile(rf"({'|'.join(GROUPS)})=(null|true|false|[0-9.]+)")
    arguments = [argument for argument in sys.argv[1:] if number.fullmatch(argument)]
    return arguments[0] if arguments else "the command line"
