"""The standard streams of a program: its work and exit status never depend on somebody reading."""

import codecs
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

    The reader of a pipe may leave, a terminal close, a disk be full.
    """

    def write(self, text: str) -> int:
        """Write a text, or drop it."""
        try:
            return super().write(text)
        except OSError:
            self._discard()
            return len(text)

    def flush(self) -> None:
        """Flush what is buffered, or drop it."""
        try:
            super().flush()
        except OSError:
            self._discard()

    def _discard(self) -> None:
        """Point the descriptor at nothing, so that what is still buffered cannot fail either."""
        with suppress(OSError):
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self.fileno())
            os.close(nothing)


def tolerate_lost_readers() -> None:
    """Replace the standard streams by tolerant ones; open what the caller had closed.

    A closed descriptor would be taken by the next file that is opened. What the encoding of a
    terminal cannot show is spelled in ASCII or becomes a question mark.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            nothing = os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, this one
            os.set_inheritable(nothing, True)  # a child, too, has standard streams
    sys.stdout, sys.stderr = (_tolerant(descriptor) for descriptor in (1, 2))


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
