"""The standard streams of a program: its work and exit status never depend on somebody reading."""

import codecs
import errno
import io
import os
import sys
from contextlib import suppress

# Signs that a terminal may lack, in place of which a question mark would be wrong: as in ASCII.
SIGNS = {
    "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x", "±": "+/-", "…": "...", "²": "2",
}  # fmt: skip


class TolerantStream(io.TextIOWrapper):
    """A text stream that survives the loss of its reader: after the first failure it discards.

    The reader of a pipe may leave, a terminal close, a disk be full. The last is an error where
    `reports_full_disk`: what was asked for would be cut off unnoticed.
    """

    reports_full_disk = False

    def write(self, text: str) -> int:
        """Write a text, or drop it."""
        try:
            return super().write(text)
        except OSError as error:
            self._discard(error)
            return len(text)

    def flush(self) -> None:
        """Flush what is buffered, or drop it."""
        try:
            super().flush()
        except OSError as error:
            self._discard(error)

    def _discard(self, error: OSError) -> None:
        """Point the descriptor at nothing, so that what is still buffered cannot fail either."""
        with suppress(OSError):
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self.fileno())
            os.close(nothing)
        if self.reports_full_disk and error.errno == errno.ENOSPC:
            raise error


def tolerate_lost_readers(*, reports_full_disk: bool = False) -> None:
    """Replace the standard streams by tolerant ones; open what the caller had closed.

    reports_full_disk: OSError where standard output goes to a full disk, for programs whose work
        is what they print

    A closed descriptor would be taken by the next file that is opened. What the encoding of a
    terminal cannot show is spelled in ASCII or becomes a question mark.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            nothing = os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, this one
            os.set_inheritable(nothing, True)  # a child, too, has standard streams
    output, sys.stderr = _tolerant(1), _tolerant(2)
    output.reports_full_disk = reports_full_disk
    sys.stdout = output


def _tolerant(descriptor: int) -> TolerantStream:
    stream = sys.stdout if descriptor == 1 else sys.stderr
    encoding = getattr(stream, "encoding", None)
    raw = open(descriptor, "wb", closefd=False)  # noqa: SIM115  # lives as long as the process
    return TolerantStream(raw, encoding=encoding, errors="spelled", line_buffering=True)


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks in ASCII, or as question marks."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    return "".join(SIGNS.get(sign, "?") for sign in lacking), error.end


codecs.register_error("spelled", _spelled)
