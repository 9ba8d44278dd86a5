"""Command `diff`."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.text import Text

from cuttle.analysis.cli.console import make_console, plain_table, print_json
from cuttle.analysis.diff import (
    LEVELS,
    Cell,
    Kind,
    Side,
    aligned,
    cell_text,
    compare,
    compare_provenance,
    different,
    inside,
    kinds,
    open_side,
)
from cuttle.analysis.diff_results import compare_results
from cuttle.analysis.numerics import Row, records, rows_of
from cuttle.runs.diff import ABSENT, IGNORED_KEYS, is_below
from cuttle.runs.formatting import format_interval, format_percent, pluralize, truncate

SCHEMA = "cuttle-diff/2"
STYLES = {"added": "green", "removed": "red", "changed": "yellow", "equal": ""}


def show_diff(root: Path, names: Sequence[str], *, as_json: bool, show_all: bool) -> bool:
    """Print the differences between the named sides; return whether configurations differ."""
    sides = [open_side(root, name) for name in names]
    if len(sides) == 1 and show_all:
        raise ValueError("--all is about two sides or more; of one, all that varies is shown")
    if len(sides) == 1:
        return _show_inside(sides[0], as_json=as_json)
    sides = aligned(sides)
    settings = compare(sides)
    found = different(settings)
    is_ignored = [is_below(key, IGNORED_KEYS) for key in found.index.get_level_values("key")]
    is_hidden = np.array(is_ignored, dtype=bool) & (not show_all)
    shown, hidden = found[~is_hidden], found[is_hidden]
    origins, unrecorded = compare_provenance(sides)
    results, more = compare_results(sides)
    notes = [*(note for side in sides for note in side.notes), *_lone_conditions(sides), *more]
    if as_json:
        print_json({
            **_head(sides, shown.empty),
            "configuration": _documents(shown),
            "ignored": _documents(hidden),
            "provenance": _documents(different(origins)),
            "results": records(results),
            "notes": notes,
        })  # fmt: skip
        return not shown.empty
    console, letters = make_console(), _letters(len(sides))
    _print_sides(console, sides)
    is_level = shown.index.get_level_values("where") == LEVELS
    if all(side.factors for side in sides):
        where = settings.index.get_level_values("where")
        _print_factors(console, sides, settings[where == LEVELS].droplevel("where"))
    what = "base configuration" if all(side.factors for side in sides) else "configuration"
    _print_differences(console, what, shown[~is_level], letters)
    if len(hidden):
        keys = ", ".join(hidden.index.get_level_values("key"))
        console.print(f"ignored, as they only name or launch a study: {keys} (--all shows them)")
    if unrecorded:
        console.print(f"\nprovenance: not recorded for {truncate(unrecorded)}")
    else:
        _print_differences(console, "provenance", different(origins), letters)
    _print_results(console, results, len(sides))
    _print_notes(console, notes)
    return not shown.empty


def _show_inside(side: Side, *, as_json: bool) -> bool:
    """Print what varies inside an experiment, factor by factor."""
    found = inside(side) if side.kind is Kind.EXPERIMENT else {}
    if not found:
        raise ValueError(f"{side.label} alone: diff needs two or more experiments, runs or files")
    if as_json:
        inner = [
            {"factor": name, "levels": list(table) if name else [side.label],
             "configuration": _documents(table)}
            for name, table in found.items()
        ]  # fmt: skip
        print_json({**_head([side], False), "inside": inner, "notes": list(side.notes)})
        return True
    console = make_console()
    _print_sides(console, [side])
    for name, table in found.items():
        if not name:
            _print_differences(console, "runs that no factor explains", table, ["values"])
            continue
        counts = table.map(_num_runs).max().items()
        heads = [f"{level} ({pluralize(count, 'run')})" for level, count in counts]
        _print_differences(console, f"factor {name}", table, heads)
    _print_notes(console, side.notes)
    return True


def _num_runs(cell: Cell) -> int:
    return sum(len(runs) for _, runs in cell.values())


def _print_notes(console: Console, notes: Sequence[str]) -> None:
    for note in ["", *notes] if notes else []:
        console.print(note)


def _lone_conditions(sides: Sequence[Side]) -> list[str]:
    """Name the conditions that only one of two experiments has, and such runs of the others.

    Conditions as the comparison calls them, runs as their directories are called.
    """
    if len(sides) != 2 or any(side.kind is not Kind.EXPERIMENT for side in sides):
        return []
    of_runs = [[side.condition(record.condition) for record in side.records] for side in sides]
    shared = {*of_runs[0]} & {*of_runs[1]}
    conditions = [{name: name for name in names} for names in of_runs]
    runs = [
        {side.run_id(r): r.run_id for r in side.records if side.condition(r.condition) in shared}
        for side in sides
    ]
    return [
        f"{what} only in {side.label}: {truncate(lone)}"
        for what, (a, b) in (("conditions", conditions), ("runs", runs))
        for side, mine, other in zip(sides, (a, b), (b, a), strict=True)
        if (lone := [own for name, own in mine.items() if name not in other])
    ]


def _head(sides: Sequence[Side], is_equal: bool) -> dict[str, Any]:
    documents = [
        {"label": side.label, "kind": str(side.kind), "path": str(side.path),
         "runs": [record.run_id for record in side.records]}
        for side in sides
    ]  # fmt: skip
    return {"schema": SCHEMA, "equal": is_equal, "sides": documents}


def _documents(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a wide frame as JSON documents, a list of values per side."""
    values = table.map(lambda cell: [
        {"value": None if value is ABSENT else _json_value(value), "is_absent": value is ABSENT,
         "runs": [run for run in runs if run]}
        for value, runs in cell.values()
    ])  # fmt: skip
    return [
        {"key": key, "where": where, "kind": kind, "sides": list(row)}
        for (key, where), kind, row in zip(
            table.index, kinds(table), values.to_numpy(), strict=True
        )
    ]


def _json_value(value: Any) -> Any:
    """Return a YAML value as strict JSON: what is not finite becomes its name."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    return [_json_value(item) for item in value] if isinstance(value, list) else value


def _letters(num_sides: int) -> list[str]:
    return [chr(ord("A") + n) if n < 26 else str(n + 1) for n in range(num_sides)]


def _print_sides(console: Console, sides: Sequence[Side]) -> None:
    table = plain_table("", "side", "kind", "conditions", "runs", right=("conditions", "runs"))
    for letter, side in zip(_letters(len(sides)), sides, strict=True):
        conditions = len({record.condition for record in side.records})
        numbers = [str(number or "") for number in (conditions, len(side.records))]
        table.add_row(letter, side.label, str(side.kind), *numbers)
    console.print(table)


def _print_factors(console: Console, sides: Sequence[Side], levels: pd.DataFrame) -> None:
    """Print the levels of every factor that one of several experiments varies."""
    changed = different(levels).index
    table = plain_table("", "factor", *_letters(len(sides)))
    for name in dict.fromkeys(name for side in sides for name in side.factors):
        word = "changed" if name in changed else "equal"
        cells = levels.loc[name].map(lambda cell: cell_text(cell, ""))
        table.add_row(Text(word, STYLES[word]), name, *cells)
    console.print("\nfactors and their levels", style="bold")
    console.print(table)


def _print_differences(
    console: Console, what: str, found: pd.DataFrame, heads: Sequence[str]
) -> None:
    """Print one row per key: its kind, where it was compared, and the value of each side."""
    if found.empty:
        console.print(f"\n{what}: equal")
        return
    number = found.index.get_level_values("key").nunique()
    verb = "differs" if number == 1 else "differ"
    console.print(f"\n{what}: {pluralize(number, 'key')} {verb}", style="bold")
    has_kind, has_where = len(heads) == 2, any(where for _, where in found.index)
    table = plain_table(*[""] * has_kind, "key", *["where"] * has_where, *heads)
    column = table.columns[int(has_kind)]
    column.no_wrap, column.min_width = True, max(len(key) for key, _ in found.index)
    texts = found.map(cell_text).to_numpy().tolist()
    for kind, (key, where), cells in sorted(zip(kinds(found), found.index, texts, strict=True)):
        mark = [Text(kind, STYLES[kind])] * has_kind
        table.add_row(*mark, key, *[where] * has_where, *cells)
    console.print(table)


def _print_results(console: Console, results: pd.DataFrame, num_sides: int) -> None:
    """Print the win rates of each side with intervals, and B minus A where there are two.

    Where sides share conditions, the others are left to the reports.
    """
    names = ["opponent", "condition"]
    shared = results.groupby(names)["side"].transform("nunique") == num_sides
    results = results[shared] if shared.any() else results
    if results.empty:
        return
    kinds = " and ".join(sorted(results["interval"].unique()))
    console.print(f"\nresults: win rate in %, with 95% intervals ({kinds})", style="bold")
    has_conditions = bool((results["condition"] != "").any())
    heads = [*_letters(num_sides), *["B - A, points"] * (num_sides == 2)]
    table = plain_table("against", *["condition"] * has_conditions, *heads)
    for (opponent, condition), rows in results.groupby(names, sort=False):
        cells = {row["side"]: row for row in rows_of(rows)}
        texts = [_result_text(cells.get(number)) for number in range(num_sides)]
        if num_sides == 2:
            texts.append(_difference_text(cells[1]) if len(cells) == 2 else "")
        table.add_row(str(opponent), *[str(condition)] * has_conditions, *texts)
    console.print(table)


def _result_text(cell: Row | None) -> str:
    """Format a cell: `62.1 [59.8, 64.4] n = 7`."""
    if cell is None:
        return "no completed run"
    interval = format_interval(cell["ci_low"], cell["ci_high"])
    text = f"{format_percent(cell['win_rate'], unit=False)} {interval}"
    return f"{text.strip()} n = {cell['n']}"


def _difference_text(cell: Row) -> str:
    ends = format_interval(cell["diff_ci_low"], cell["diff_ci_high"], least=-1.0) or "(no interval)"
    return f"{format_percent(cell['diff'], signed=True, unit=False)} {ends}"
