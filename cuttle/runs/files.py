"""Small files that survive a crash: replaced in one step, JSON, JSON lines. No column names.

What is read may be damaged or hostile: reading never waits, and never takes more than its size.
"""

import errno
import hashlib
import json
import math
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

Row = dict[str, Any]

TEMPORARY_PREFIX = ".tmp-"
MAX_BYTES = 1 << 28  # of a file that is read whole: a thousand times the largest there is
MAX_DEPTH = 40  # of nested values; configs have five levels
MAX_INTEGER = 2**63 - 1  # what pandas and the kernels can hold
_LARGE_NUMBER = re.compile(r"[0-9]{19}|[eE]\+?[0-9]{3}")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]')


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
    """Replace a text file in one step; a byte of a path that is no UTF-8 becomes `?`."""
    write_bytes(path, text.encode(errors="replace"), durable=durable)


def write_json(path: Path, value: Any, *, durable: bool = False) -> None:
    """Replace a JSON file in one step; not-a-number is refused."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n", durable=durable)


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file to read; raise OSError for a pipe, a device or a directory."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file", str(path))


def read_bytes(path: Path) -> bytes:
    """Read a regular file whole; raise OSError for anything else and for one that is too large."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_BYTES:
            raise OSError(errno.EFBIG, f"larger than {MAX_BYTES >> 20} MB", str(path))
        return file.read(size)  # a read of more would first take the memory for it


def read_json(path: Path) -> Any:
    """Read a JSON file, or raise a ValueError that names it."""
    try:
        return parse_json(read_bytes(path))
    except ValueError as error:
        raise ValueError(f"{path} is not readable JSON ({error})") from error


def parse_json(content: bytes) -> Any:
    """Parse strict JSON; raise ValueError for values nested too deeply and numbers beyond 64 bits.

    Half a surrogate pair, which Python writes for a byte that is no UTF-8, becomes `?`.
    """
    text = content.decode()
    if text.count("[") + text.count("{") > MAX_DEPTH and _json_depth(text) > MAX_DEPTH:
        raise ValueError(f"more than {MAX_DEPTH} nested values")
    return _parse(text)


def _parse(text: str) -> Any:
    is_large = _LARGE_NUMBER.search(text)
    hooks: dict[str, Any] = {"parse_int": _parse_int, "parse_float": _parse_float}
    value = json.loads(text, parse_constant=_refuse, **hooks if is_large else {})
    if _SURROGATE.search(text):
        value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    return value


def _json_depth(text: str) -> int:
    depth = deepest = 0
    for token in _JSON_TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest


def _parse_int(digits: str) -> int:
    if len(digits) > 20 or abs(number := int(digits)) > MAX_INTEGER:
        raise ValueError(f"number too large: {digits[:20]}...")
    return number


def _parse_float(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise ValueError(f"number too large: {digits[:20]}...")
    return number


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def digest(content: bytes) -> str:
    """Return the SHA-256 of what a file holds, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a regular file of any size, in hexadecimal digits."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    """Read the whole lines of a JSON lines file; the second value is the problem, if any.

    A last line without its newline was cut off by a crash or is being written: it is left out
    silently.
    """
    try:
        lines = read_bytes(path).split(b"\n")[:-1]
    except OSError as error:
        return [], f"{path.name} cannot be read ({error.strerror})"
    if (whole := _parse_flat_rows(lines)) is not None:
        return whole, None
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        row = _parse_row(line)
        if row is None:
            return rows, damaged_line(path.name, number)
        rows.append(row)
    return rows, None


def _parse_flat_rows(lines: Sequence[bytes]) -> list[Row] | None:
    """Parse lines that are visibly one flat object each at once, five times as fast; else None."""
    content = b",".join(lines)
    are_objects = all(line[:1] == b"{" and line[-1:] == b"}" for line in lines)
    if not are_objects or b"[" in content or content.count(b"{") != len(lines):
        return None
    try:
        rows: list[Row] = _parse(f"[{content.decode()}]")
    except ValueError:  # which line it is, is found line by line
        return None
    return rows


def _parse_row(line: bytes) -> Row | None:
    """Parse a JSON object of plain values; None for anything else."""
    try:
        row = parse_json(line)
    except ValueError:
        return None
    is_flat = isinstance(row, dict) and not any(isinstance(v, dict | list) for v in row.values())
    return row if is_flat else None


def damaged_line(name: str, number: int) -> str:
    """Return the message for a file of rows that is read up to one of its lines."""
    return f"{name} line {number} is damaged; rows are read up to it"
