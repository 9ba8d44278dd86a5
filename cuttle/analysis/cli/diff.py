"""Command `diff`."""

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from cuttle.analysis.cli.console import make_console, plain_table, print_json
from cuttle.analysis.diff import (
    LEVELS,
    Cell,
    Difference,
    Kind,
    Side,
    cell_text,
    compare,
    compare_provenance,
    inside,
    levels_of,
    open_side,
)
from cuttle.analysis.diff_results import compare_results
from cuttle.analysis.numerics import records
from cuttle.runs.diff import ABSENT, IGNORED_KEYS, is_below
from cuttle.runs.formatting import (
    format_interval,
    format_percent,
    pluralize,
    truncate,
)

SCHEMA = "cuttle-diff/2"
STYLES = {"added": "green", "removed": "red", "changed": "yellow"}


def show_diff(root: Path, names: Sequence[str], *, as_json: bool, show_all: bool) -> bool:
    """Print the differences between the named sides; return whether configurations differ."""
    sides = [open_side(root, name) for name in names]
    if len(sides) == 1:
        return _show_inside(sides[0], as_json=as_json)
    found = compare(sides)
    hidden = [d for d in found if is_below(d.key, IGNORED_KEYS) and not show_all]
    shown = [d for d in found if d not in hidden]
    provenance, unrecorded = compare_provenance(sides)
    results, notes = compare_results(sides)
    notes = [*(note for side in sides for note in side.notes), *_lone_conditions(sides), *notes]
    if as_json:
        print_json({
            **_head(sides, not shown),
            "configuration": _documents(shown),
            "ignored": _documents(hidden),
            "provenance": _documents(provenance),
            "results": records(results),
            "notes": notes,
        })  # fmt: skip
        return bool(shown)
    console = make_console()
    _print_sides(console, sides)
    _print_factors(console, sides, {d.key for d in shown if d.where == LEVELS})
    base = [difference for difference in shown if difference.where != LEVELS]
    what = "base configuration" if all(side.factors for side in sides) else "configuration"
    _print_differences(console, what, base, _letters(sides))
    if hidden:
        keys = ", ".join(d.key for d in hidden)
        console.print(f"ignored, as they only name or launch a study: {keys} (--all shows them)")
    if unrecorded:
        console.print(f"\nprovenance: not recorded for {truncate(unrecorded)}")
    else:
        _print_differences(console, "provenance", provenance, _letters(sides))
    _print_results(console, results, sides)
    for note in ["", *notes] if notes else []:
        console.print(note)
    return bool(shown)


def _show_inside(side: Side, *, as_json: bool) -> bool:
    """Print what varies inside an experiment, factor by factor."""
    found = inside(side) if side.kind is Kind.EXPERIMENT else {}
    if not found:
        raise ValueError(f"{side.label} alone: diff needs two or more experiments, runs or files")
    if as_json:
        inner = [
            {"factor": name, "levels": [part.label for part in parts],
             "configuration": _documents(rows)}
            for name, (parts, rows) in found.items()
        ]  # fmt: skip
        print_json({**_head([side], False), "inside": inner, "notes": list(side.notes)})
        return True
    console = make_console()
    _print_sides(console, [side])
    mixed = found.pop("", None)
    for name, (parts, rows) in found.items():
        heads = [f"{part.label} ({pluralize(len(part.members), 'run')})" for part in parts]
        _print_differences(console, f"factor {name}", rows, heads)
    if mixed:
        _print_differences(console, "runs that no factor explains", mixed[1], ["values"])
    for note in ["", *side.notes] if side.notes else []:
        console.print(note)
    return True


def _lone_conditions(sides: Sequence[Side]) -> list[str]:
    """Name the conditions that only one of two experiments has, and such runs of the others."""
    if len(sides) != 2 or any(side.kind is not Kind.EXPERIMENT for side in sides):
        return []
    conditions = [{record.condition: record for record in side.records} for side in sides]
    runs = [
        {r.run_id: r for r in side.records if all(r.condition in known for known in conditions)}
        for side in sides
    ]
    return [
        f"{what} only in {side.label}: {truncate(lone)}"
        for what, (a, b) in (("conditions", conditions), ("runs", runs))
        for side, mine, other in zip(sides, (a, b), (b, a), strict=True)
        if (lone := [name for name in mine if name not in other])
    ]


def _head(sides: Sequence[Side], is_equal: bool) -> dict[str, Any]:
    documents = [
        {"label": side.label, "kind": str(side.kind), "path": str(side.path),
         "runs": [record.run_id for record in side.records]}
        for side in sides
    ]  # fmt: skip
    return {"schema": SCHEMA, "equal": is_equal, "sides": documents}


def _documents(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    return [
        {"key": d.key, "where": d.where, "kind": d.kind, "sides": list(map(_cell, d.cells))}
        for d in differences
    ]


def _cell(cell: Cell) -> list[dict[str, Any]]:
    return [
        {"value": None if value is ABSENT else _json_value(value), "is_absent": value is ABSENT,
         "runs": [run for run in runs if run]}
        for value, runs in cell
    ]  # fmt: skip


def _json_value(value: Any) -> Any:
    """Return a YAML value as strict JSON: what is not finite becomes its name."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    return [_json_value(item) for item in value] if isinstance(value, list) else value


def _letters(sides: Sequence[Side]) -> list[str]:
    return [chr(ord("A") + n) if n < 26 else str(n + 1) for n in range(len(sides))]


def _print_sides(console: Console, sides: Sequence[Side]) -> None:
    table = plain_table("", "side", "kind", "conditions", "runs", right=("conditions", "runs"))
    for letter, side in zip(_letters(sides), sides, strict=True):
        conditions = len({record.condition for record in side.records})
        numbers = [str(number or "") for number in (conditions, len(side.records))]
        table.add_row(letter, side.label, str(side.kind), *numbers)
    console.print(table)


def _print_factors(console: Console, sides: Sequence[Side], changed: Collection[str]) -> None:
    """Print the levels of every factor that one of several experiments varies."""
    names = dict.fromkeys(name for side in sides for name in side.factors)
    if not names or not all(side.factors for side in sides):
        return
    table = plain_table("", "factor", *_letters(sides))
    for name in names:
        mark = Text("changed", STYLES["changed"]) if name in changed else Text("equal")
        table.add_row(mark, name, *(cell_text(levels_of(side, name), "") for side in sides))
    console.print("\nfactors and their levels", style="bold")
    console.print(table)


def _print_differences(
    console: Console, what: str, differences: Sequence[Difference], heads: Sequence[str]
) -> None:
    """Print one row per key: its kind, where it was compared, and the value of each side."""
    if not differences:
        console.print(f"\n{what}: equal")
        return
    verb = "differs" if len(differences) == 1 else "differ"
    console.print(f"\n{what}: {pluralize(len(differences), 'key')} {verb}", style="bold")
    has_kind, has_where = len(heads) == 2, any(d.where for d in differences)
    columns = ["", "key"] if has_kind else ["key"]
    table = plain_table(*columns, *["where"] * has_where, *heads)
    key = table.columns[columns.index("key")]
    key.no_wrap, key.min_width = True, max(len(d.key) for d in differences)
    for difference in sorted(differences, key=lambda d: (d.kind, d.key)):
        cells = [cell_text(cell) for cell in difference.cells]
        where = [difference.where] * has_where
        kind = [Text(difference.kind, STYLES[difference.kind])] * has_kind
        table.add_row(*kind, difference.key, *where, *cells)
    console.print(table)


def _print_results(console: Console, results: pd.DataFrame, sides: Sequence[Side]) -> None:
    """Print the win rates of each side with intervals, and B minus A where there are two.

    Where sides share conditions, the others are left to the reports.
    """
    shared = results.groupby(["opponent", "condition"])["side"].transform("nunique") == len(sides)
    results = results[shared] if shared.any() else results
    if results.empty:
        return
    kinds = " and ".join(sorted(results["interval"].unique()))
    console.print(f"\nresults: win rate in %, with 95% intervals ({kinds})", style="bold")
    has_conditions = bool((results["condition"] != "").any())
    heads = [*_letters(sides), *["B - A, points"] * (len(sides) == 2)]
    table = plain_table("against", *["condition"] * has_conditions, *heads)
    for (opponent, condition), rows in results.groupby(["opponent", "condition"], sort=False):
        cells = {row["side"]: row for row in rows.to_dict("records")}
        texts = [_result_text(cells.get(number)) for number in range(len(sides))]
        if len(sides) == 2:
            texts.append(_difference_text(cells[1]) if cells.keys() == {0, 1} else "")
        table.add_row(str(opponent), *[str(condition)] * has_conditions, *texts)
    console.print(table)


def _result_text(cell: dict[Any, Any] | None) -> str:
    """Format a cell: `62.1 [59.8, 64.4] n = 7`."""
    if cell is None:
        return "no completed run"
    text = f"{format_percent(cell['win_rate'], unit=False)} "
    text += format_interval(cell["ci_low"], cell["ci_high"])
    return f"{text.strip()} n = {cell['n']}"


def _difference_text(cell: dict[Any, Any]) -> str:
    ends = format_interval(cell["diff_ci_low"], cell["diff_ci_high"], least=-1.0) or "(no interval)"
    return f"{format_percent(cell['diff'], signed=True, unit=False)} {ends}"
