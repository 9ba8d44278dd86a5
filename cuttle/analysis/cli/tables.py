"""Results on the console: the answer, tables, checks."""

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cuttle.analysis.cli.console import plain_table
from cuttle.analysis.data import Study
from cuttle.analysis.numerics import rows_of
from cuttle.analysis.statistics.checks import checks
from cuttle.analysis.statistics.classic import classical
from cuttle.analysis.statistics.factors import factorial, level_differences
from cuttle.analysis.statistics.final import descriptives
from cuttle.analysis.statistics.primary import comparisons
from cuttle.analysis.statistics.settings import best_settings
from cuttle.analysis.statistics.verdict import headline
from cuttle.analysis.tables import NOTE, number_columns, result_table
from cuttle.runs.formatting import MINUS, truncate

DESCRIPTIVE_COLUMNS = ("n", "mean", "95% CI", "SD", "SE", "min", "median", "max", "IQM")
FACTORIAL_COLUMNS = ("term", "F", "p", "in words")
BEST_COLUMNS = ("network type", "best setting", "its mean", "cross-fitted", "SE")
DIFFERENCE_COLUMNS = (f"a {MINUS} b", "95% CI", "p", "p Holm", "g", "P(a > b)")
MAX_NOTED = 2  # pairs, whose names are long
PAIR_COLUMNS = ("factor", "pair", *DIFFERENCE_COLUMNS)  # what fits 80 columns
DECISIVE = ("p", "cross-fitted")  # where these are empty, a table is one line
PAIRS = ("pairs", comparisons, PAIR_COLUMNS)
OF_ONE_FACTOR = (PAIRS,)
OF_FACTORS = (
    ("factors", factorial, FACTORIAL_COLUMNS),
    ("best setting per network type", best_settings, BEST_COLUMNS),
    ("levels, on average over the other factors", level_differences, PAIR_COLUMNS),
    PAIRS,
)
MAX_ROWS = 30  # of tests; the page and comparisons.csv have all
LEVELS = {"error": "bold red", "warning": "yellow", "note": "dim"}


def print_results(console: Console, study: Study) -> None:
    """Print the answer first, then the tables it rests on, then what to know about them."""
    console.print(Text(study.name, "bold"))
    console.print(headline(study))
    for opponent, role in study.roles.items():
        console.print(f"\nagainst {opponent} ({role}): win rate in %", style="bold")
        table = result_table(study, descriptives, opponent)
        _print(console, table, (study.noun, *DESCRIPTIVE_COLUMNS))
        for title, statistic, heads in OF_FACTORS if len(study.varying) > 1 else OF_ONE_FACTOR:
            _print_tests(console, title, result_table(study, statistic, opponent), heads)
        for line in filter(None, classical(study, opponent)["disagreement"]):
            console.print(Text(line, LEVELS["warning"]))
    found = rows_of(checks(study))
    for number, check in enumerate(found):
        line = f"{check['level']}: {check['text']}"
        console.print(Text("\n" * (not number) + line, LEVELS.get(check["level"], "")))


def _print_tests(
    console: Console, title: str, frame: pd.DataFrame, columns: tuple[str, ...]
) -> None:
    """Print a table under its title, or the reason where nothing in it could be computed."""
    if frame.empty:
        return
    decisive = frame[[head for head in DECISIVE if head in frame]]
    if (decisive == "").all(axis=None) and NOTE in frame and frame[NOTE].nunique() == 1:
        console.print(f"{title}: {frame[NOTE].iloc[0]}")
        return
    if "a" in frame:
        frame = frame.assign(pair=frame["a"] + f" {MINUS} " + frame["b"])
    console.print(title, style="dim")
    _print(console, frame[:MAX_ROWS], columns)
    if len(frame) > MAX_ROWS:
        console.print(f"and {len(frame) - MAX_ROWS:,} more, in the report")


def _print(console: Console, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Print the columns there are; notes follow in lines of their own."""
    if frame.empty:
        return
    heads = [column for column in columns if column in frame]
    table: Table = plain_table(*heads, right=tuple(number_columns(frame[heads[1:]])))
    for row in frame[heads].to_numpy():
        table.add_row(*(cell or "-" for cell in row))
    console.print(table)
    if NOTE in frame:
        noted = frame[frame[NOTE] != ""]
        named, most = ("pair", MAX_NOTED) if "pair" in frame else (heads[0], len(frame))
        for text, rows in noted.groupby(NOTE, sort=False):
            names = truncate(list(dict.fromkeys(rows[named])), most)
            console.print(text if len(rows) == len(frame) > 1 else f"{names}: {text}")
