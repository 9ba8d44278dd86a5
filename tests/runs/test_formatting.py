"""Every number, name and command is spelled in one way."""

import errno
import math
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cuttle.runs.formatting import (
    format_duration,
    format_interval,
    format_os_error,
    format_p,
    format_p_claim,
    format_percent,
    format_value,
    join_words,
    pluralize,
    printable,
    python_command,
    truncate,
)


@pytest.mark.parametrize(
    ("spell", "arguments", "text"),
    [
        (format_duration, [0.2], "0 s"),
        (format_duration, [59.4], "59 s"),
        (format_duration, [59.7], "1 min 00 s"),  # rounded before it is split
        (format_duration, [3599.7], "1 h 00 min"),
        (format_duration, [7290], "2 h 01 min"),
        (format_duration, [93_600], "1 d 02 h"),
        (format_duration, [None], ""),
        (format_duration, [math.inf], ""),
        (format_percent, [0.7], "70.0%"),
        (format_percent, [-0.062], "\N{MINUS SIGN}6.2%"),
        (format_percent, [-0.0001], "0.0%"),
        (format_percent, [10.5], "1,050.0%"),
        (format_percent, [None], ""),
        (format_percent, [math.nan], ""),
        (format_interval, [-0.2, 1.1], "[0.0, 100.0]"),  # cut at what is possible
        (partial(format_interval, least=-1), [-0.2, 1.1], "[\N{MINUS SIGN}20.0, 100.0]"),
        (format_interval, [math.nan, 0.2], ""),
        (format_interval, [None, 1], ""),
        (format_p, [0.0], "<.001"),
        (format_p, [0.04975], ".0498"),
        (format_p, [0.0501], ".0501"),
        (format_p, [0.05], ".050"),
        (format_p_claim, [0.0234], "p = .023"),
        (format_value, [{"a": 1e-3, "b": {"c": None}}], "{a: 0.001, b: {c: null}}"),
        (format_value, [{"a": "x,y", "b": [{"c": "z"}]}], '{a: "x,y", b: [{c: z}]}'),
        (pluralize, [0, "run"], "0 runs"),
        (pluralize, [1, "run"], "1 run"),
        (pluralize, [1000, "run"], "1,000 runs"),
        (truncate, ["ab", 2], "a, b"),
        (truncate, ["abcde", 3], "a, b, c and 2 more"),
        (join_words, ["abc"], "a, b and c"),
        *[(printable, [f"a{c}\n"], "a\N{REPLACEMENT CHARACTER}\n") for c in "\x1b\r\x9b\x7f\u202e"],
    ],
)
def test_a_value_is_spelled_one_way(spell: Callable[..., str], arguments: Any, text: str) -> None:
    assert spell(*arguments) == text


def test_a_printed_command_works_where_it_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder, checkout = Path(sys.executable).parent, Path(__file__).parents[2]
    (folder / "python").exists() or pytest.skip("this interpreter has another name")
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("PATH", str(folder))
    assert python_command("train.py", Path("b (c)")) == "python train.py 'b (c)'"

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(folder.parent)
    assert python_command("-m", "a.b") == f"{folder.name}/{Path(sys.executable).name} -m a.b"

    monkeypatch.chdir(tmp_path)
    assert python_command("train.py") == f"{sys.executable} {checkout / 'train.py'}"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FileNotFoundError(errno.ENOENT, "gone", "x.csv"), "x.csv: gone"),
        (FileNotFoundError(errno.ENOENT, "gone"), "the working directory: gone"),
        (OSError(errno.ENOSPC, "full"), "standard output: full"),
        (OSError(errno.EMFILE, "too many"), "too many"),
        (OSError("of our own"), "of our own"),
    ],
)
def test_errors_of_the_system_name_their_place(error: OSError, text: str) -> None:
    assert format_os_error(error) == text
