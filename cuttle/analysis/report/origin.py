"""Runs, configurations and provenance for the report. Computes nothing."""

import json
from collections.abc import Sequence
from typing import Any

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.numbers import decimal, decimals, duration, percent
from cuttle.analysis.report.html import Html, Valued, folded, join, listed, table, tag
from cuttle.analysis.values import spread_text, value_text
from cuttle.runs.diff import Flat, compare, flatten, is_ignored, spread
from cuttle.runs.formatting import pluralize as count
from cuttle.runs.reader import RunRecord
from cuttle.runs.sources import provenance_of

NETWORK_COLUMNS = (
    "network type", "parameters", "initial Q sd", "from run to run", "time of a run",
    "self-play games a second",
)  # fmt: skip


def status_grid(analysis: Analysis) -> Html:
    """Show the state of every planned run: a row a type, a cell a run."""
    by_type: dict[str, list[RunRecord]] = {}
    for record in analysis.experiment.runs:
        by_type.setdefault(record.network_type, []).append(record)
    rows = [
        tag(
            "div",
            tag("b", name),
            *(
                tag("span", str(r.run), class_=f"state {r.state}", title=f"{r.run_id}: {r.state}")
                for r in records
            ),
        )
        for name, records in by_type.items()
    ]
    return tag("div", *rows, class_="grid")


def left_out(analysis: Analysis) -> Html:
    """Name every run that no number uses, and why."""
    study = analysis.study
    if not study.left_out:
        return tag("p", f"All {len(study.runs)} runs are completed and used.")
    rows = [[out.run_id, out.state, out.reason] for out in study.left_out]
    return join(
        [
            tag("p", f"{len(study.runs)} runs are used; {len(rows)} are left out:"),
            table(("run", "state", "why"), rows, text=3),
        ]
    )


def run_table(analysis: Analysis) -> Html:
    """Show every used run with its results."""
    study = analysis.study
    columns = ("run", "network type", "number", "seed", "time", *study.opponents)
    rows = [
        [
            run.run_id,
            run.network_type,
            str(run.run),
            "" if run.seed is None else str(run.seed),
            _time(run.record.status.get("duration_s")),
            *(percent(t.win_rate) if (t := run.tally(o)).games else "" for o in study.opponents),
        ]
        for run in study.runs
    ]
    return folded(f"All {len(rows)} runs, win rates in percent", table(columns, rows, text=2))


def networks(analysis: Analysis) -> Html:
    """Show the size, the spread of first Q-values and the cost of each network type."""
    costs = analysis.statistics["cost"].get("types", {})
    rows = []
    for name, network in analysis.statistics["networks"].get("types", {}).items():
        initial, cost = network["initial_q_sd"], costs[name]
        rows.append(
            [
                name,
                ", ".join(f"{number:,}" for number in network["parameters"]),
                decimal(initial.get("mean"), 4),
                decimals(initial.get("min"), initial.get("max"), 4),
                _time(cost["duration_s"].get("mean")),
                decimal(cost["self_play_games_per_s"].get("mean"), 0),
            ]
        )
    return table(NETWORK_COLUMNS, rows)


def _time(seconds: float | None) -> Valued:
    return Valued(duration(seconds), seconds)


def configuration(analysis: Analysis) -> Html:
    """Show what differs between the types, what varies within them, and the whole configuration."""
    records = [run.record for run in analysis.study.runs]
    if not records:
        return tag("p", "No run is used, so there are no settings to show.")
    flats = {record.run_id: flatten(record.config) for record in records}
    types = {record.run_id: record.network_type for record in records}
    groups: dict[str, dict[str, Flat]] = {}
    for run_id, flat in flats.items():
        groups.setdefault(types[run_id], {})[run_id] = flat
    shown, hidden = compare(list(groups.values()))
    rows = [[d.key, *(spread_text(s, types) for s in d.spreads)] for d in shown]
    parts: list[str] = [_differences(rows, list(groups))]
    keys = sorted({key for flat in flats.values() for key in flat})
    spreads = {key: spread(flats, key) for key in keys}
    told = {d.key for d in shown}
    varying = [key for key in keys if not spreads[key].is_constant and key not in told]
    if within := [key for key in varying if not is_ignored(key)]:
        table_rows = [[key, spread_text(spreads[key], types)] for key in within]
        parts.append(table(("varies within the types", "values"), table_rows, text=2))
    if own := dict.fromkeys([*filter(is_ignored, varying), *(d.key for d in hidden)]):
        text = "Not the same in all runs, as they name, seed or launch one"
        parts.append(tag("p", f"{text}: {', '.join(own)}."))
    common = [[key, value_text(s.value)] for key, s in spreads.items() if s.is_constant]
    parts.append(
        folded(f"All {len(common)} common settings", table(("key", "value"), common, text=2))
    )
    return join(parts)


def _differences(rows: Sequence[Sequence[str]], types: Sequence[str]) -> Html:
    if len(types) < 2:
        return tag("p", "There is one network type only.")
    if not rows:
        return tag("p", "The configurations of the types do not differ.")
    return table(("differs between types", *types), rows, text=len(types) + 1)


def provenance(analysis: Analysis) -> Html:
    """Show where the numbers come from: commit, versions, machine, commands."""
    study = analysis.study
    documents = {run.run_id: provenance_of(run.record) for run in study.runs}
    types = {run.run_id: run.network_type for run in study.runs}
    keys = sorted({key for document in documents.values() for key in document})
    rows = [[key, spread_text(spread(documents, key), types)] for key in keys]
    meta: dict[str, Any] = {
        key: study.meta.get(key) for key in ("created_at", "git", "seed_mode", "rules_version")
    }
    history = [_command(entry) for entry in study.meta.get("history") or []]
    return join(
        [
            table(
                ("experiment", "value"),
                [[k, value_text(v)] for k, v in flatten(meta).items()],
                text=2,
            ),
            table(("recorded by the runs", "value"), rows, text=2),
            *([folded(count(len(history), "command"), listed(history))] if history else []),
        ]
    )


def _command(entry: Any) -> Html:
    text = entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False)
    return tag("code", text)
