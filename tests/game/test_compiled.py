"""Machine code: kept between processes, never stale, safe in parallel and without a place."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cuttle.game import compiled

USE = "import numpy as np; from cuttle.game.state import *; g = new_games(1); " \
      "deal(g[0], np.arange(52, dtype=np.uint8)); "  # fmt: skip

HITS = "print(sum(deal.stats.cache_hits.values()))"


def run(command: str, **environment: str) -> list[str]:
    """Run a command in a new process; return the lines it prints."""
    process = subprocess.run(
        [sys.executable, "-c", command],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.splitlines()


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    first = run(USE + HITS, NUMBA_CACHE_DIR=str(tmp_path))
    second = run(USE + HITS, NUMBA_CACHE_DIR=str(tmp_path))

    assert (first, second) == (["0"], ["1"])


@pytest.mark.slow
def test_processes_that_compile_at_once_all_work(tmp_path: Path) -> None:
    commands = [
        subprocess.Popen(
            [sys.executable, "-c", USE + "print(g['turn'][0])"],
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]

    assert [command.communicate()[0] for command in commands] == ["0\n"] * 3
    assert run(USE + HITS, NUMBA_CACHE_DIR=str(tmp_path)) == ["1"]


def test_the_folder_is_named_after_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "game").mkdir()
    rules = tmp_path / "game" / "rules.py"
    rules.write_text("GOAL = 21\n")
    monkeypatch.setattr(compiled, "_PACKAGE", tmp_path)

    before = compiled._digest_of_sources()
    rules.write_text("GOAL = 22\n")
    changed = compiled._digest_of_sources()
    rules.write_text("GOAL = 21\n")

    assert changed != before
    assert compiled._digest_of_sources() == before


def test_what_is_not_compiled_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env").mkdir()
    monkeypatch.setattr(compiled, "_PACKAGE", tmp_path)
    before = compiled._digest_of_sources()

    (tmp_path / "env" / "render.py").write_text("WIDTH = 80\n")

    assert compiled._digest_of_sources() == before


def test_a_place_that_cannot_be_written_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked, free = tmp_path / "file", tmp_path / "free"
    blocked.write_text("not a folder")
    monkeypatch.setattr(compiled, "_candidates", lambda: iter([blocked, free]))

    folder = compiled._find_cache_dir()

    assert folder is not None
    assert folder.parent == free
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_place_of_another_user_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "_is_own", lambda path: path != tmp_path / "theirs")

    assert not compiled._claim(tmp_path / "theirs", "compiled-new")
    assert compiled._claim(tmp_path / "ours", "compiled-new")


def test_a_wish_that_cannot_be_fulfilled_is_not_passed_over_silently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(compiled._settings, "CACHE_DIR", str(tmp_path / "file"))

    with pytest.warns(UserWarning, match="NUMBA_CACHE_DIR=.*file is not a folder .* is kept in /"):
        compiled._find_cache_dir()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owners here")
def test_a_folder_belongs_to_the_user_who_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compiled._is_own(tmp_path)

    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)

    assert not compiled._is_own(tmp_path)


def test_without_any_place_functions_still_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_candidates", lambda: iter([Path(os.devnull)]))
    monkeypatch.setattr(compiled, "CACHE_DIR", compiled._find_cache_dir())

    double = compiled.kernel(lambda number: 2 * number)

    assert compiled.CACHE_DIR is None
    assert double(21) == 42


def test_old_folders_are_removed(tmp_path: Path) -> None:
    for age in range(8):
        folder = tmp_path / f"compiled-{age}"
        folder.mkdir()
        os.utime(folder, (1_000 - age, 1_000 - age))

    assert compiled._claim(tmp_path, "compiled-new")

    names = {folder.name for folder in tmp_path.iterdir()}
    assert names == {"compiled-new", "compiled-0", "compiled-1", "compiled-2"}


def test_an_account_without_a_home_has_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)

    places = list(compiled._candidates())

    assert all(place.is_absolute() for place in places)
    assert places[-1].parent == Path(tempfile.gettempdir())
