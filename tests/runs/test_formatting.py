"""Every number, name and command is spelled in one way."""

import math
import sys
from pathlib import Path

import pytest

from cuttle.runs import formatting


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.7, "1 min 00 s"),
        (3599.7, "1 h 00 min"),
        (7290, "2 h 01 min"),
        (93_600, "1 d 02 h"),
        (None, ""),
        (math.nan, ""),
        (math.inf, ""),
    ],
)
def test_durations_are_rounded_before_they_are_split(seconds: float | None, text: str) -> None:
    assert formatting.format_duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.7, "70.0%"),
        (-0.062, "\N{MINUS SIGN}6.2%"),
        (-0.0001, "0.0%"),
        (10.5, "1,050.0%"),
        (None, ""),
        (math.nan, ""),
    ],
)
def test_percentages_have_one_decimal_and_no_space(value: float | None, text: str) -> None:
    assert formatting.format_percent(value) == text


def test_intervals_are_cut_at_what_is_possible() -> None:
    assert formatting.format_interval(-0.2, 1.1) == "[0.0, 100.0]"
    assert formatting.format_interval(-0.2, 1.1, least=-1) == "[\N{MINUS SIGN}20.0, 100.0]"
    assert formatting.format_interval(math.nan, 0.2) == formatting.format_interval(None, 1) == ""


def test_p_values_are_never_zero() -> None:
    assert formatting.format_p(0.0) == "<.001"
    assert formatting.format_p_claim(0.0234) == "p = .023"


def test_counts_agree_in_number() -> None:
    counts = [formatting.pluralize(number, "run") for number in (0, 1, 1000)]

    assert counts == ["0 runs", "1 run", "1,000 runs"]


def test_long_lists_of_names_are_cut() -> None:
    assert formatting.truncate(["a", "b"], 3) == "a, b"
    assert formatting.truncate(["a", "b", "c", "d", "e"], 3) == "a, b, c and 2 more"
    assert formatting.join_words(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize("character", ["\x1b", "\x07", "\r", "\x9b", "\x7f", "\u202e"])
def test_characters_that_steer_a_terminal_are_replaced(character: str) -> None:
    assert formatting.printable(f"a{character}b\n") == "a\N{REPLACEMENT CHARACTER}b\n"


def test_python_is_named_by_its_path_unless_its_environment_is_active(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = Path(sys.executable).parent
    (folder / "python").exists() or pytest.skip("this interpreter has another name")
    monkeypatch.setenv("PATH", str(folder))
    assert formatting.python_command() == "python"

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(folder.parent)
    assert formatting.python_command() == f"{folder.name}/{Path(sys.executable).name}"

    monkeypatch.chdir(tmp_path)
    assert formatting.python_command() == sys.executable
