"""Files survive interruption: replaced whole, read as far as they are whole."""

import os
import tracemalloc
from pathlib import Path

import pytest

from cuttle.runs.files import append_rows, format_row, read_json, read_rows, write_bytes, write_json


def test_a_failed_replacement_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_json(path, {"state": "running"})

    with pytest.raises(ValueError, match="Out of range float"):
        write_json(path, {"loss": float("nan")})
    with pytest.raises(TypeError):
        write_bytes(path, "text")  # type: ignore[arg-type]  # provokes a failure half way

    assert read_json(path) == {"state": "running"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["status.json"]


def test_a_failed_replacement_names_the_file_and_not_the_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "status.json"

    with pytest.raises(FileNotFoundError) as caught:
        write_json(path, {})

    assert caught.value.filename == str(path)


def test_reading_takes_no_more_memory_than_the_file(tmp_path: Path) -> None:
    write_json(tmp_path / "status.json", {})
    tracemalloc.start()

    read_json(tmp_path / "status.json")

    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_rows_come_back_in_column_order(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    append_rows(path, [{"b": 2, "a": 1}], ("a", "b"))
    append_rows(path, [{"a": 3, "b": None}], ("a", "b"))

    assert path.read_text() == '{"a": 1, "b": 2}\n{"a": 3, "b": null}\n'
    assert read_rows(path) == ([{"a": 1, "b": 2}, {"a": 3, "b": None}], None)


def test_a_row_with_other_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="must have the columns a, b, got a, c"):
        format_row({"a": 1, "c": 2}, ("a", "b"))


def test_an_unfinished_last_line_is_left_out_silently(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n{"a": 2')

    assert read_rows(path) == ([{"a": 1}], None)


@pytest.mark.parametrize(
    "line", ["not json", "[1, 2]", "", '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}']
)
def test_rows_above_a_damaged_line_are_kept_and_it_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"a": 1}}\n{line}\n{{"a": 3}}\n')

    rows, problem = read_rows(path)

    assert rows == [{"a": 1}]
    assert problem == "rows.jsonl line 2 is damaged; rows are read up to it"


def test_a_file_is_replaced_and_never_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_bytes(path, b"old")

    with path.open("rb") as reader:
        write_bytes(path, b"new")

        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


def test_a_durable_write_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)

    write_bytes(tmp_path / "status.json", b"often")
    assert synced == []

    write_bytes(tmp_path / "status.json", b"last", durable=True)
    assert len(synced) == 1
