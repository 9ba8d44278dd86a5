"""Compile functions and keep their machine code.

`kernel` is for functions that Python calls: compiled at the first call, then read from a directory
that all later processes share. `inlined` is for functions that only compiled code calls.

Machine code is kept in the first usable one of NUMBA_CACHE_DIR, `cuttle/__pycache__` and the user's
cache directory; with none of them every process compiles anew. The directory is named after all
compiled sources: numba looks at the file of a function alone, not at what is inlined into it. It is
made when the first function is compiled; importing makes and removes nothing.
"""

import hashlib
import os
import shutil
import stat
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np

# A GAME record: fields are attributes in compiled code and items of an `np.void` in Python,
# which no type describes at once.
Record = Any
# Compiled code computes in int64; Python callers pass either kind.
Int = int | np.integer[Any]

P = ParamSpec("P")
R = TypeVar("R")

_settings: Any = numba.config  # its names are made at run time
if _settings.DISABLE_JIT:
    raise RuntimeError("NUMBA_DISABLE_JIT=1: the rules only work compiled; unset it")
_PACKAGE = Path(__file__).parents[1]
_KEPT_VERSIONS = 4  # of the sources; older directories are removed when a new one is made


def _digest_of_sources() -> str:
    """Return a name for the present state of everything that compiled code is made of."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if path.parent.name == "game" or b"cuttle.game.jit" in text:
            digest.update(path.name.encode() + text)
    return digest.hexdigest()[:16]


def _candidates() -> Iterator[Path]:
    """List the places for machine code, best first."""
    if _settings.CACHE_DIR:
        yield Path(_settings.CACHE_DIR)
    yield _PACKAGE / "__pycache__"
    user_cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if os.path.isabs(user_cache):  # a user without an account has no home
        yield Path(user_cache) / "cuttle"


def _is_usable(directory: Path) -> bool:
    """Return whether this user, and nobody else, can put machine code there now or later."""
    existing = [path for path in (directory, *directory.absolute().parents) if os.path.exists(path)]
    nearest = existing[0]
    # Whoever owns the directory decides what code runs here; so does who can put another there.
    owned = {nearest, *existing[:2]} if nearest == directory else {nearest}
    return nearest.is_dir() and os.access(nearest, os.W_OK) and all(map(_is_own, owned))


def _is_own(path: Path) -> bool:
    """Return whether a directory is this user's and closed to others; true without owners."""
    status = path.stat()
    return not hasattr(os, "getuid") or (
        status.st_uid == os.getuid() and not status.st_mode & stat.S_IWOTH
    )


def _find_cache_dir() -> Path | None:
    """Return the directory for machine code, or None where this user can keep none."""
    name = f"compiled-{_digest_of_sources()}"
    found = next((place for place in _candidates() if _is_usable(place / name)), None)
    if _settings.CACHE_DIR and found != Path(_settings.CACHE_DIR):
        warnings.warn(
            f"NUMBA_CACHE_DIR={_settings.CACHE_DIR} is not a directory that this user owns and may "
            f"write; machine code is kept in {found or 'no place'}",
            stacklevel=2,
        )
    return found and found / name


CACHE_DIR = _find_cache_dir()


class CacheLocator:
    """Where numba keeps the code of a function, in the form its setting CACHE_LOCATOR_CLASSES asks.

    Its own locators name a directory after the path of the package, and none is ever removed.
    """

    def __init__(self, function: Callable[..., Any], source: Path) -> None:
        """Describe `function`, which stands in the file `source`."""
        self._module = function.__module__
        self._py_file = source  # the name by which numba warns of what it cannot keep

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "CacheLocator":
        """Describe a function of a file; numba calls this."""
        return cls(py_func, Path(py_file))

    def get_cache_path(self) -> str:
        """Return the directory, which may not be there yet."""
        return str(CACHE_DIR)

    def get_source_stamp(self) -> str:
        """Return what code must have been compiled from to be used again."""
        # The digest of our sources is in the directory's name; tests and benchmarks compile too.
        text = self._py_file.read_bytes() if self._py_file.is_file() else b""
        return hashlib.sha256(text).hexdigest()

    def get_disambiguator(self) -> str:
        """Distinguish functions of one name in files of one name."""
        return self._module

    def ensure_cache_path(self) -> None:
        """Make the directory before something is written, and remove those of old sources."""
        if CACHE_DIR is None or CACHE_DIR.is_dir():
            return
        if sys.stderr.isatty():
            print("compiling the rules: once, up to a minute", file=sys.stderr, flush=True)
        CACHE_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_old(CACHE_DIR.parent)


def _remove_old(place: Path) -> None:
    """Remove the machine code of all but the latest sources."""
    directories = sorted(place.glob("compiled-*"), key=lambda path: path.stat().st_mtime)
    for directory in directories[:-_KEPT_VERSIONS]:
        shutil.rmtree(directory, ignore_errors=True)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that Python calls, and keep its machine code for later processes."""
    if CACHE_DIR is None:
        return cast(Callable[P, R], numba.njit(function))
    previous = _settings.CACHE_LOCATOR_CLASSES
    _settings.CACHE_LOCATOR_CLASSES = f"{__name__}.{CacheLocator.__name__}"
    try:
        # numba settles the place of a function's code here, so the setting can be put back.
        return cast(Callable[P, R], numba.njit(cache=True)(function))
    finally:
        _settings.CACHE_LOCATOR_CLASSES = previous


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function into each of its compiled callers."""
    # LLVM inlines; numba's own inline="always" triples the time to compile the rules.
    return cast(Callable[P, R], numba.njit(forceinline=True)(function))
