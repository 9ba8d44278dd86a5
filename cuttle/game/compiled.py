"""How functions are compiled and where their machine code is kept. No rules.

`kernel` is for functions that Python calls: compiled at the first call, then read from a folder
that all later processes share. `inlined` is for functions that only compiled code calls.

The folder is the first writable one of NUMBA_CACHE_DIR, `cuttle/__pycache__`, the user's cache
folder and the temporary folder; with none of them every process compiles anew. It is named after
the sources, so that a change in any compiled file, not only in the caller's, is a new folder.
"""

import hashlib
import os
import shutil
import tempfile
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
_PACKAGE = Path(__file__).parents[1]
_KEPT_VERSIONS = 4  # of the sources; older folders are removed when a new one is made


def _digest_of_sources() -> str:
    """Name the present state of everything that compiled code is made of."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if path.parent.name == "game" or b"cuttle.game.compiled" in text:
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
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    yield Path(tempfile.gettempdir()) / f"cuttle-{user}"


def _claim(place: Path, name: str) -> bool:
    """Make the folder `place/name`; tell whether this user may keep machine code there."""
    folder = place / name
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _remove_old(place)
        # Whoever owns the folder decides what code runs here; so does who may put another there.
        return _is_own(place) and _is_own(folder) and os.access(folder, os.W_OK)
    except OSError:
        return False


def _is_own(path: Path) -> bool:
    """Tell whether a folder belongs to this user; where nothing has an owner, all do."""
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def _remove_old(place: Path) -> None:
    """Remove the machine code of all but the latest sources."""
    folders = sorted(place.glob("compiled-*"), key=lambda folder: folder.stat().st_mtime)
    for folder in folders[:-_KEPT_VERSIONS]:
        shutil.rmtree(folder, ignore_errors=True)


def _find_cache_dir() -> Path | None:
    """Return the folder for machine code, or None where nothing can be written."""
    name = f"compiled-{_digest_of_sources()}"
    found = next((place for place in _candidates() if _claim(place, name)), None)
    if _settings.CACHE_DIR and found != Path(_settings.CACHE_DIR):
        warnings.warn(
            f"NUMBA_CACHE_DIR={_settings.CACHE_DIR} is not a folder that this user owns and may "
            f"write; machine code is kept in {found or 'no place'}",
            stacklevel=2,
        )
    return found and found / name


CACHE_DIR = _find_cache_dir()


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that Python calls, and keep its machine code for later processes."""
    if CACHE_DIR is None:
        return cast(Callable[P, R], numba.njit(function))
    previous, _settings.CACHE_DIR = _settings.CACHE_DIR, str(CACHE_DIR)
    try:
        # numba settles the place of a function's code here, so the setting can be put back.
        return cast(Callable[P, R], numba.njit(cache=True)(function))
    finally:
        _settings.CACHE_DIR = previous


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function into each of its compiled callers."""
    # LLVM inlines; numba's own inline="always" triples the time to compile the rules.
    return cast(Callable[P, R], numba.njit(forceinline=True)(function))
