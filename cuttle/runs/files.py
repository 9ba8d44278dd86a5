"""Small files that survive a crash: replaced in one step, JSON, JSON lines. No column names."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]

TEMPORARY_PREFIX = ".tmp-"


def write_bytes(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Replace a file in one step; a durable write also reaches the disk before it returns."""
    try:
        _replace(path, content, durable)
    except OSError as error:  # name the file, not the temporary one or none
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, content: bytes, durable: bool) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp makes it private; results are for the whole group
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str, *, durable: bool = False) -> None:
    """Replace a text file in one step."""
    write_bytes(path, text.encode(), durable=durable)


def write_json(path: Path, value: Any, *, durable: bool = False) -> None:
    """Replace a JSON file in one step; not-a-number is refused."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n", durable=durable)


def read_json(path: Path) -> Any:
    """Read a JSON file, or raise a ValueError that names it."""
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is not readable JSON ({error})") from error


def digest(content: bytes) -> str:
    """Return the SHA-256 of what a file holds, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sync(path: Path) -> None:
    """Return once the content of a file has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_temporary_files(directory: Path) -> None:
    """Delete what an interrupted replacement left behind; the caller owns the directory."""
    for leftover in directory.glob(f"**/{TEMPORARY_PREFIX}*"):
        leftover.unlink(missing_ok=True)


def format_row(row: Row, columns: Sequence[str]) -> str:
    """Render one JSON line with exactly these columns in this order."""
    if set(row) != set(columns):
        raise ValueError(
            f"a row must have the columns {', '.join(columns)}, got {', '.join(sorted(row))}"
        )
    return json.dumps({name: row[name] for name in columns}, allow_nan=False) + "\n"


def append_rows(path: Path, rows: Iterable[Row], columns: Sequence[str]) -> None:
    """Append rows in one write."""
    text = "".join(format_row(row, columns) for row in rows)
    with path.open("a") as file:
        file.write(text)


def read_rows(path: Path) -> tuple[list[Row], str | None]:
    """Read the whole lines of a JSON lines file; the second value says what is wrong, if anything.

    A last line without its newline was cut off by a crash or is being written: it is left out
    silently.
    """
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        return [], f"{path.name} cannot be read ({error.strerror})"
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            return rows, damaged_line(path.name, number)
        rows.append(row)
    return rows, None


def damaged_line(name: str, number: int) -> str:
    """Say that a file of rows is read up to one of its lines."""
    return f"{name} line {number} is damaged; the rows above it were kept"
