"""Read experiments: tables, figures, reports, diffs. Everything is in `cuttle.analysis.cli`."""

from cuttle.analysis.cli.app import main

if __name__ == "__main__":
    main()
