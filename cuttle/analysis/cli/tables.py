"""The results on the console: answer, tables, what is left out. Computes nothing."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.cli.console import plain_table
from cuttle.analysis.numbers import (
    BOUNDED_MARK,
    BOUNDED_NOTE,
    branch_name,
    decimal,
    interval,
    p_value,
    percent,
    rate_interval,
    why_not,
)

GROUP_COLUMNS = ("n", "mean", "95 % CI", "SD", "SE", "min", "median", "max", "IQM")
PAIR_COLUMNS = ("a - b", "95 % CI", "p", "p Holm", "p perm", "g", "P(a > b)", "classical")
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
            console.print(_pairs(computed, analysis.block("classical", opponent)))
        for pair in pairs:
            if not pair.get("computable"):
                console.print(f"{pair['a']} - {pair['b']}: {why_not(pair)}")
    checks = analysis.statistics.get("checks", [])
    if checks:
        console.print()
    for check in checks:
        console.print(Text(f"{check['level']}: {check['text']}", LEVELS.get(check["level"], "")))


def _groups(groups: Mapping[str, Any]) -> Table:
    table = plain_table("network type", *GROUP_COLUMNS, right=GROUP_COLUMNS)
    for name, group in groups.items():
        values = group["win_rate"]
        if not values.get("computable"):
            table.add_row(name, "0", *("-" for _ in GROUP_COLUMNS[1:]))
            continue
        table.add_row(
            name,
            str(values["n"]),
            percent(values["mean"]),
            rate_interval(group) or "-",
            *(percent(values[key]) or "-" for key in ("sd", "se", "min", "median", "max", "iqm")),
        )
    return table


def _pairs(pairs: list[Mapping[str, Any]], classical: Mapping[str, Any]) -> Table:
    """Put the primary test of each pair and the classical one in a row."""
    classics = classical.get("pairs", [])
    by_pair = {(c["a"], c["b"]): c["result"] for c in classics if isinstance(classics, list)}
    table = plain_table("pair", *PAIR_COLUMNS, right=PAIR_COLUMNS)
    for pair in pairs:
        name = f"{pair['a']} - {pair['b']}"
        table.add_row(
            name,
            percent(pair["diff"], signed=True),
            interval(pair["ci_low"], pair["ci_high"]),
            *(p_value(pair[key]) for key in ("p", "p_holm", "p_permutation")),
            decimal(pair["effects"].get("hedges_g_exact")) or "-",
            decimal(pair["prob_improvement"]),
            _classical_text(by_pair.get((pair["a"], pair["b"]), {})),
        )
    return table


def _classical_text(result: Mapping[str, Any]) -> str:
    if not result.get("computable"):
        return "-"
    return f"{branch_name(result['branch'])} {p_value(result['p_bonferroni'])}"
