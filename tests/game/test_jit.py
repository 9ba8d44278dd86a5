"""Machine code: kept between processes, never stale, safe in parallel and without a place."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cuttle.game import jit

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


@pytest.mark.slow
def test_processes_that_compile_at_once_all_work_and_the_next_compiles_nothing(
    tmp_path: Path,
) -> None:
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


def test_importing_makes_no_directory(tmp_path: Path) -> None:
    run("import cuttle.env.vector", NUMBA_CACHE_DIR=str(tmp_path / "new"))

    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_checkouts_of_one_version_share_their_machine_code(tmp_path: Path) -> None:
    for number in (1, 2):
        copy = tmp_path / f"copy_{number}"
        shutil.copytree(Path(jit.__file__).parents[1], copy / "cuttle")
        hits = run(USE + HITS, NUMBA_CACHE_DIR=str(tmp_path / "shared"), PYTHONPATH=str(copy))
        assert hits == [str(number - 1)]

    assert len(list((tmp_path / "shared").iterdir())) == 1
    assert not [path for path in (tmp_path / "shared").glob("*/*") if path.is_dir()]


def test_the_directory_is_named_after_the_sources_that_are_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "_PACKAGE", tmp_path)

    def digest(rules: str, render: str) -> str:
        for path, text in (("game/rules.py", rules), ("env/render.py", render)):
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
        return jit._digest_of_sources()

    before = digest("GOAL = 21\n", "WIDTH = 80\n")
    assert digest("GOAL = 22\n", "WIDTH = 80\n") != before
    assert digest("GOAL = 21\n", "WIDTH = 90\n") == before


def test_a_place_that_cannot_be_written_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked, free = tmp_path / "file", tmp_path / "free"
    blocked.write_text("not a directory")
    monkeypatch.setattr(jit, "_candidates", lambda: iter([blocked, free]))

    directory = jit._find_cache_dir()

    assert directory is not None
    assert directory.parent == free
    assert not free.exists()


def test_what_is_made_is_open_to_its_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "CACHE_DIR", tmp_path / "new" / "compiled-new")

    jit.CacheLocator.from_function(run, __file__).ensure_cache_path()

    assert stat.S_IMODE((tmp_path / "new" / "compiled-new").stat().st_mode) == 0o700


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_is_told_once_that_the_rules_are_compiled(
    is_terminal: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(jit, "CACHE_DIR", tmp_path / "compiled-new")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)

    for _ in range(2):
        jit.CacheLocator.from_function(run, __file__).ensure_cache_path()

    assert capsys.readouterr().err.count("compiling") == is_terminal


@pytest.mark.parametrize("theirs", ["place", "place/compiled-new"])
def test_a_place_of_another_user_is_passed_over(
    theirs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "place" / "compiled-new"
    directory.mkdir(parents=True)
    assert jit._is_usable(directory)

    monkeypatch.setattr(jit, "_is_own", lambda path: path != tmp_path / theirs)

    assert not jit._is_usable(directory)


def test_a_place_where_others_may_write_is_passed_over(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    assert jit._is_usable(place / "compiled-new")

    place.chmod(0o777)

    assert not jit._is_usable(place / "compiled-new")


def test_a_cache_directory_that_cannot_be_used_is_warned_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a directory")
    monkeypatch.setattr(jit._settings, "CACHE_DIR", str(tmp_path / "file"))

    with pytest.warns(UserWarning, match="NUMBA_CACHE_DIR=.*file is not a .* is kept in /"):
        jit._find_cache_dir()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owners here")
def test_a_directory_belongs_to_the_user_who_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jit._is_own(tmp_path)

    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)

    assert not jit._is_own(tmp_path)


def test_without_any_place_functions_still_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jit, "_candidates", lambda: iter([Path(os.devnull)]))
    monkeypatch.setattr(jit, "CACHE_DIR", jit._find_cache_dir())

    double = jit.kernel(lambda number: 2 * number)

    assert jit.CACHE_DIR is None
    assert double(21) == 42


def test_old_directories_are_removed_when_a_new_one_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age in range(8):
        directory = tmp_path / f"compiled-{age}"
        directory.mkdir()
        os.utime(directory, (1_000 - age, 1_000 - age))
    monkeypatch.setattr(jit, "CACHE_DIR", tmp_path / "compiled-new")

    jit.CacheLocator.from_function(run, __file__).ensure_cache_path()

    names = {directory.name for directory in tmp_path.iterdir()}
    assert names == {"compiled-new", "compiled-0", "compiled-1", "compiled-2"}


def test_an_account_without_a_home_keeps_nothing_under_a_relative_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)

    assert all(place.is_absolute() for place in jit._candidates())


def test_compiling_cannot_be_turned_off() -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run("import cuttle.game.rules", NUMBA_DISABLE_JIT="1")

    assert "NUMBA_DISABLE_JIT=1: the rules only work compiled" in failed.value.stderr
