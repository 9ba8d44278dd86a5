"""The results on the console: answer, tables, what is left out. Computes nothing."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.cells import classical_cells, group_cells, pair_cells, pair_columns
from cuttle.analysis.cli.console import plain_table
from cuttle.analysis.numbers import BOUNDED_MARK, BOUNDED_NOTE, rate_interval, why_not

# Heads of columns, by their key in `cells`.
GROUP_COLUMNS = {
    "n": "n", "mean": "mean", "ci": "95 % CI", "sd": "SD", "se": "SE", "min": "min",
    "median": "median", "max": "max", "iqm": "IQM",
}  # fmt: skip
PAIR_COLUMNS = {
    "diff": "a - b", "ci": "95 % CI", "p": "p", "p_holm": "p Holm", "p_permutation": "p perm",
    "g": "g", "dz": "dz", "prob_improvement": "P(a > b)",
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
        if any(rate_interval(group).endswith(BOUNDED_MARK) for group in groups.values()):
            console.print(BOUNDED_NOTE)
        pairs = analysis.block("comparisons", opponent).get("pairs", [])
        if not isinstance(pairs, list):
            console.print(why_not(pairs))
            continue
        if computed := [pair for pair in pairs if pair.get("computable")]:
            columns = pair_columns(PAIR_COLUMNS, analysis.study.is_paired)
            console.print(_pairs(computed, analysis.block("classical", opponent), columns))
        for pair in pairs:
            if not pair.get("computable"):
                console.print(f"{pair['a']} - {pair['b']}: {why_not(pair)}")
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


def _pairs(
    pairs: list[Mapping[str, Any]], classical: Mapping[str, Any], columns: Mapping[str, str]
) -> Table:
    """Put the primary test of each pair and the classical one in a row."""
    classics = classical.get("pairs", [])
    by_pair = {(c["a"], c["b"]): c["result"] for c in classics if isinstance(classics, list)}
    heads = (*columns.values(), "classical")
    table = plain_table("pair", *heads, right=heads)
    for pair in pairs:
        cells = pair_cells(pair)
        table.add_row(
            f"{pair['a']} - {pair['b']}",
            *(cells[key] or "-" for key in columns),
            _classical_text(by_pair.get((pair["a"], pair["b"]), {})),
        )
    return table


def _classical_text(result: Mapping[str, Any]) -> str:
    if not result.get("computable"):
        return "-"
    cells = classical_cells(result)
    return f"{cells['test']} {cells['p_bonferroni']}"
