"""Words of the console."""

import sys
from pathlib import Path

import pytest

from cuttle.runs import words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.7, "1 min 00 s"),
        (3599.7, "1 h 00 min"),
        (7290, "2 h 01 min"),
    ],
)
def test_durations_are_rounded_before_they_are_split(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_many_changes_are_summed_up() -> None:
    assert words.some(["a", "b"], 3) == "a, b"
    assert words.some(["a", "b", "c", "d", "e"], 3) == "a, b, c and 2 more"


def test_python_is_named_by_its_path_unless_its_environment_is_active(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = Path(sys.executable).parent
    (folder / "python").exists() or pytest.skip("this interpreter has another name")
    monkeypatch.setenv("PATH", str(folder))
    assert words.python() == "python"

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(folder.parent)
    assert words.python() == f"{folder.name}/{Path(sys.executable).name}"

    monkeypatch.chdir(tmp_path)
    assert words.python() == sys.executable
