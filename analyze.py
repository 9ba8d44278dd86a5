"""Read experiments. Everything is in `cuttle.analysis.cli`."""

import sys

try:
    from cuttle.analysis.cli.app import main
except ModuleNotFoundError as error:
    sys.exit(f"error: {error.name} is not installed for {sys.executable}; try .venv/bin/python")

if __name__ == "__main__":
    main()
