"""Read experiments. Everything is in `cuttle.analysis.cli`."""

import signal
import sys

if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as in the background of a script
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until `main`, Ctrl-C ends this silently

try:
    from cuttle.analysis.cli.app import main
except ModuleNotFoundError as error:
    sys.exit(f"error: {error.name} is not installed for {sys.executable}; try .venv/bin/python")

if __name__ == "__main__":
    main()
