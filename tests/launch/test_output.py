"""What a launch shows while it works through many items."""

import pytest

from cuttle.launch.output import MANY, with_progress


def test_many_items_are_announced_where_no_terminal_shows_a_bar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(with_progress(range(MANY), "planning runs")) == list(range(MANY))

    assert capsys.readouterr().out == f"planning runs: {MANY}\n"


def test_few_items_are_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(with_progress("abc", "planning runs")) == ["a", "b", "c"]

    assert capsys.readouterr().out == ""
