"""Refusals as one clear line and an exit code. What is refused is decided elsewhere."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

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
        sys.exit(EXIT_INTERRUPTED)
    except (Refusal, HydraException, OmegaConfBaseException, OSError) as error:
        print(f"error: {describe(error)}", file=sys.stderr)
        sys.exit(EXIT_REFUSED)


def describe(error: BaseException) -> str:
    """Put an error into one line that names the thing, the value and the way out."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}; nothing else was changed"
    cause = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if isinstance(cause, OmegaConfBaseException):
        lines += [line.strip() for line in str(cause).splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(("full_key", "object_type", "reference"))]
    return " ".join(kept) + "".join(_way_out(lines))


def _way_out(lines: list[str]) -> list[str]:
    if any("not in struct" in line or "Could not override" in line for line in lines):
        return ["; `python train.py --cfg job` shows the keys there are"]
    return []
