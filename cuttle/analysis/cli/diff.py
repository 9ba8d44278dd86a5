"""What differs between experiments, runs or files, printed. `runs.diff` finds it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from cuttle.analysis.cli.console import make_console, plain_table, print_json
from cuttle.analysis.estimators.two_sample import TTest
from cuttle.analysis.numbers import BOUNDED_MARK, BOUNDED_NOTE, interval, percent
from cuttle.analysis.side_results import Cell, ResultRow, compare_results
from cuttle.analysis.values import difference_document, spread_text
from cuttle.runs.diff import IGNORED_KEYS, Difference, Kind, compare
from cuttle.runs.formatting import truncate as some
from cuttle.runs.sources import Side, SideKind, open_side, split_by_type

SCHEMA = "cuttle-diff/1"
OVER_RUNS = "t, over runs"
INTERVAL_NAMES = {
    "t": OVER_RUNS, "logit_t": OVER_RUNS, "wilson": "Wilson, over the games of one run",
}  # fmt: skip
KIND_STYLES = {Kind.ADDED: "green", Kind.REMOVED: "red", Kind.CHANGED: "yellow"}


def show_diff(root: Path, names: Sequence[str], *, as_json: bool, show_all: bool) -> bool:
    """Print the differences between the named sides and say whether configurations differ."""
    sides = open_sides(root, names)
    ignored = () if show_all else IGNORED_KEYS
    shown, hidden = compare([side.config for side in sides], ignored)
    provenance, unrecorded = compare_provenance(sides)
    results, notes = compare_results(sides)
    notes = [*(note for side in sides for note in side.notes), *lone_runs(sides), *notes]
    if as_json:
        print_json(
            {
                "schema": SCHEMA,
                "equal": not shown,
                "sides": [_side_document(side) for side in sides],
                "configuration": [difference_document(d) for d in shown],
                "ignored": [difference_document(d) for d in hidden],
                "provenance": [difference_document(d) for d in provenance],
                "results": [row.document() for row in results],
                "notes": notes,
            }
        )
    else:
        console = make_console()
        _print_sides(console, sides)
        _print_differences(console, "configuration", shown, sides)
        _print_hidden(console, hidden)
        if unrecorded:
            console.print(f"\nprovenance: not recorded for {some(unrecorded)}")
        else:
            _print_differences(console, "provenance", provenance, sides)
        _print_results(console, results, sides)
        for note in ["", *notes] if notes else []:
            console.print(note)
    return bool(shown)


def open_sides(root: Path, names: Sequence[str]) -> list[Side]:
    """Read all sides; a lone experiment is split into its network types.

    Raises ValueError where there is nothing to compare it with.
    """
    sides = [open_side(root, name) for name in names]
    if len(sides) == 1:
        parts = split_by_type(sides[0]) if sides[0].kind is SideKind.EXPERIMENT else []
        if len(parts) < 2:
            raise ValueError(f"{names[0]} alone: diff needs two or more experiments, runs or files")
        return parts
    return sides


def compare_provenance(sides: Sequence[Side]) -> tuple[list[Difference], list[str]]:
    """Return what differs in versions, host and commit, or else which sides record none."""
    unrecorded = [side.label for side in sides if not side.provenance]
    if unrecorded:
        return [], unrecorded
    return compare([side.provenance for side in sides], ())[0], []


def lone_runs(sides: Sequence[Side]) -> list[str]:
    """Name the runs that only one of two experiments has; run names mean nothing otherwise."""
    if len(sides) != 2 or any(side.kind is not SideKind.EXPERIMENT for side in sides):
        return []
    names = [{record.run_id for record in side.records} for side in sides]
    lone = (sorted(names[0] - names[1]), sorted(names[1] - names[0]))
    return [
        f"runs only in {side.label}: {some(runs)}"
        for side, runs in zip(sides, lone, strict=True)
        if runs
    ]


def _side_document(side: Side) -> dict[str, Any]:
    return {
        "label": side.label,
        "kind": str(side.kind),
        "path": str(side.path),
        "runs": [record.run_id for record in side.records],
    }


def _types(sides: Iterable[Side]) -> dict[str, str]:
    return {record.run_id: record.network_type for side in sides for record in side.records}


def _print_sides(console: Console, sides: Sequence[Side]) -> None:
    table = plain_table("", "side", "kind", "runs", right=("runs",))
    for number, side in enumerate(sides):
        runs = str(len(side.records)) if side.records else ""
        table.add_row(_letter(number), side.label, str(side.kind), runs)
    console.print(table)


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _print_differences(
    console: Console, what: str, differences: Sequence[Difference], sides: Sequence[Side]
) -> None:
    """Print one line a key: kind, dotted key, and the value of each side."""
    if not differences:
        console.print(f"\n{what}: equal")
        return
    plural = "key differs" if len(differences) == 1 else "keys differ"
    console.print(f"\n{what}: {len(differences)} {plural}", style="bold")
    types = _types(sides)
    if len(sides) == 2:
        table = plain_table("", "key", "A", "", "B")
    else:
        table = plain_table("key", *(_letter(number) for number in range(len(sides))))
    for difference in sorted(differences, key=lambda d: (list(Kind).index(d.kind), d.key)):
        texts = [spread_text(spread, types) for spread in difference.spreads]
        if len(sides) == 2:
            kind = Text(str(difference.kind), style=KIND_STYLES[difference.kind])
            table.add_row(kind, difference.key, texts[0], "->", texts[1])
        else:
            table.add_row(difference.key, *texts)
    console.print(table)


def _print_hidden(console: Console, hidden: Sequence[Difference]) -> None:
    """Name what was not counted, so that nothing is hidden."""
    if hidden:
        keys = ", ".join(difference.key for difference in hidden)
        console.print(f"not counted, as they name or run a study: {keys} (--all shows them)")


def _print_results(console: Console, rows: Sequence[ResultRow], sides: Sequence[Side]) -> None:
    """Print the win rates of each side with intervals, and B minus A where there are two."""
    if not rows:
        return
    methods = {cell.method for row in rows for cell in row.cells} - {None}
    kinds = " and ".join(sorted({INTERVAL_NAMES[str(method)] for method in methods}))
    intervals = f", with 95 % intervals ({kinds})" if kinds else ""
    console.print(f"\nresults: win rate in %{intervals}", style="bold")
    has_types = any(row.network_type for row in rows)
    columns = [
        "against",
        *(["network type"] if has_types else []),
        *(_letter(number) for number in range(len(sides))),
    ]
    table = plain_table(*columns, *(["B - A, points"] if len(sides) == 2 else []))
    for row in rows:
        cells = [row.opponent, *([row.network_type] if has_types else [])]
        cells += [_cell_text(cell) for cell in row.cells]
        table.add_row(*cells, *([_difference_text(row)] if len(sides) == 2 else []))
    console.print(table)
    if "logit_t" in methods:
        console.print(BOUNDED_NOTE)


def _cell_text(cell: Cell) -> str:
    """Spell a cell: `62.1 [59.8, 64.4] n = 7`."""
    if cell.win_rate is None:
        return cell.reason or ""
    mark = BOUNDED_MARK if cell.method == "logit_t" else ""
    ends = interval(cell.ci_low, cell.ci_high) + mark
    text = f"{percent(cell.win_rate)} {ends}".rstrip()
    return f"{text} n = {cell.n}" if cell.method != "wilson" else text


def _difference_text(row: ResultRow) -> str:
    """Spell a difference of two sides with its Welch interval, or its lack."""
    first, last = row.cells
    if isinstance(row.difference, TTest):
        test = row.difference
        return f"{percent(test.diff, signed=True)} {interval(test.ci_low, test.ci_high)}"
    if first.win_rate is None or last.win_rate is None:
        return ""
    return f"{percent(last.win_rate - first.win_rate, signed=True)} (no interval)"
