"""Reference cases of `tests/data/statistics`, and the comparison within their tolerance."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent.parent / "data" / "statistics"

Case = dict[str, Any]


def topic(name: str) -> dict[str, Any]:
    """Read one file of reference cases."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def cases(name: str, needs: str | None = None) -> list[Any]:
    """Give the cases of a file as pytest parameters, those with the key `needs` if it is given."""
    return [
        pytest.param(case, id=case["id"])
        for case in topic(name)["cases"]
        if needs is None or needs in case or needs in case["expected"]
    ]


def check(
    actual: float | str | bool | None, expected: Any, *, rel: float = 0.0, absolute: float = 0.0
) -> None:
    """Assert that a value meets its reference."""
    if isinstance(expected, bool | str) or expected is None:
        assert actual == expected
        return
    assert actual == pytest.approx(expected, rel=rel, abs=absolute)


def check_fields(
    result: Any, expected: Mapping[str, Any], *, rel: float = 0.0, absolute: float = 0.0
) -> None:
    """Assert that the fields of a result meet their references."""
    assert result.computable, result
    for name, value in expected.items():
        assert hasattr(result, name), name
        check(getattr(result, name), value, rel=rel, absolute=absolute)
