"""The results on the console: answer, tables, what is left out. Computes nothing."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.cells import group_cells, pair_cells
from cuttle.analysis.cli.console import plain_table
from cuttle.analysis.numbers import BOUNDED_NOTE, has_bounded, why_not

# Heads of columns, by their key in `cells`.
GROUP_COLUMNS = {
    "n": "n", "mean": "mean", "ci": "95 % CI", "sd": "SD", "se": "SE", "min": "min",
    "median": "median", "max": "max", "iqm": "IQM",
}  # fmt: skip
PAIR_COLUMNS = {  # what fits 80 columns; the page has more
    "diff": "a - b", "ci": "95 % CI", "p": "p", "p_holm": "p Holm", "g": "g",
    "prob_improvement": "P(a>b)",
}  # fmt: skip
LEVELS = {"error": "bold red", "warning": "yellow", "note": "dim"}


def print_results(console: Console, analysis: Analysis) -> None:
    """Print the answer first, then the tables it rests on, then what to know about them."""
    verdict = analysis.statistics.get("verdict", {})
    console.print(Text(analysis.study.name, "bold"))
    console.print(str(verdict.get("headline", "")))
    for opponent, role in analysis.study.roles.items():
        console.print(f"\nagainst {opponent} ({role}): win rate in %", style="bold")
        groups = analysis.block("descriptives", opponent).get("types", {})
        console.print(_groups(groups))
        if has_bounded(groups):
            console.print(BOUNDED_NOTE)
        pairs = analysis.block("comparisons", opponent).get("pairs", [])
        if computed := [pair for pair in pairs if pair.get("computable")]:
            console.print(_pairs(computed))
        for pair in pairs:
            if not pair.get("computable"):
                console.print(f"{pair['a']} - {pair['b']}: {why_not(pair)}")
        for line in analysis.block("comparisons", opponent).get("disagreements", []):
            console.print(Text(line, LEVELS["warning"]))
    checks = analysis.statistics.get("checks", [])
    if checks:
        console.print()
    for check in checks:
        console.print(Text(f"{check['level']}: {check['text']}", LEVELS.get(check["level"], "")))


def _groups(groups: Mapping[str, Any]) -> Table:
    heads = tuple(GROUP_COLUMNS.values())
    table = plain_table("network type", *heads, right=heads)
    for name, group in groups.items():
        cells = group_cells(group)
        table.add_row(name, *(cells.get(key) or "-" for key in GROUP_COLUMNS))
    return table


def _pairs(pairs: list[Mapping[str, Any]]) -> Table:
    heads = tuple(PAIR_COLUMNS.values())
    table = plain_table("pair", *heads, right=heads)
    for pair in pairs:
        cells = pair_cells(pair)
        name = f"{pair['a']} - {pair['b']}"
        table.add_row(name, *(cells[key] or "-" for key in PAIR_COLUMNS))
    return table
