"""Results of several experiments or runs beside each other, with intervals. Reads no settings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cuttle.analysis.consistency import MixedStudyError, refuse_mixed_configs
from cuttle.analysis.estimators.binomial import wilson_interval
from cuttle.analysis.estimators.core import NotComputable
from cuttle.analysis.estimators.descriptive import logit_t_interval, t_interval
from cuttle.analysis.estimators.two_sample import TTest, welch_t
from cuttle.analysis.matches import EMPTY_TALLY, SeatTallies, Tally, last_round, read_matches
from cuttle.analysis.study import LAST_ROUND, LeftOut, settle_final, sort_runs
from cuttle.runs.formatting import truncate as some
from cuttle.runs.layout import MATCHES_FILE, RunState
from cuttle.runs.reader import RunRecord
from cuttle.runs.sources import NOT_STARTED, Side, SideKind

# Tallies of each run, by opponent and network type.
Groups = dict[tuple[str, str], list[Tally]]


@dataclass(frozen=True, slots=True)
class Cell:
    """Win rate of one side: over its runs, or of its one run over its games.

    method: `t` (over runs), `logit_t` (the same of the logits, where t leaves 0 to 1), `wilson`
        (over the games of one run), or None without an interval
    """

    n: int
    games: int
    win_rate: float | None
    ci_low: float | None
    ci_high: float | None
    method: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One opponent and network type: a cell a side, and the last minus the first of two."""

    opponent: str
    network_type: str
    cells: tuple[Cell, ...]
    difference: TTest | NotComputable | None

    def document(self) -> dict[str, Any]:
        """Return the row as a JSON document."""
        difference = self.difference
        return {
            "opponent": self.opponent,
            "network_type": self.network_type,
            "sides": [asdict(cell) for cell in self.cells],
            "difference": None
            if difference is None
            else {"computable": difference.computable, **asdict(difference)},
        }


def compare_results(sides: Sequence[Side]) -> tuple[list[ResultRow], list[str]]:
    """Return rows of results for all sides that have any, and notes on those that have none."""
    notes: list[str] = []
    by_type = any(side.kind is SideKind.EXPERIMENT for side in sides)
    groups = [_groups(side, notes, by_type=by_type) for side in sides]
    keys = list(dict.fromkeys(key for group in groups for key in group))
    return [_row(key, groups, sides) for key in keys], notes


def _groups(side: Side, notes: list[str], *, by_type: bool) -> Groups:
    """Collect the final tallies of the runs that a report would use, or of a lone run so far."""
    if side.kind is SideKind.FILE:
        return {}
    finals = _lone(side, notes) if side.kind is SideKind.RUN else _used(side, notes)
    groups: Groups = {}
    for record, final in finals:
        for opponent, seats in final.items():
            key = (opponent, record.network_type if by_type else "")
            groups.setdefault(key, []).append(sum(seats.values(), start=EMPTY_TALLY))
    return groups


def _used(side: Side, notes: list[str]) -> list[tuple[RunRecord, SeatTallies]]:
    """Take the runs that the report would use, and say which are left out and why."""
    usable, left_out = sort_runs(side.records)
    runs, source, _ = settle_final(usable, left_out)
    notes += _reasons(side, left_out)
    notes += _source(side, source)
    _warn_of_mixture(side, notes)
    return [(run.record, run.final) for run in runs]


def _lone(side: Side, notes: list[str]) -> list[tuple[RunRecord, SeatTallies]]:
    """Take one run as far as it is, and say what is wrong with its results."""
    (record,) = side.records
    try:
        final, validation = read_matches(record.matches)
    except ValueError as error:
        notes.append(f"{side.label}: results cannot be read: {error}")
        return []
    notes += [f"{side.label}: {text}" for text in record.problems if MATCHES_FILE in text]
    notes += _source(side, None if not (final or validation) else "" if final else LAST_ROUND)
    return [(record, final or last_round(validation)[0])]


def _source(side: Side, source: str | None) -> list[str]:
    """Say where results come from, if not from the final evaluation."""
    if source is None:
        return [f"{side.label}: no results yet"]
    return [f"{side.label}: results are those of the last round"] if source == LAST_ROUND else []


def _reasons(side: Side, left_out: Sequence[LeftOut]) -> list[str]:
    """Name the runs left out by reason; of unfinished ones, those that have begun by state."""
    reasons: dict[str, list[str]] = {}
    for out in left_out:
        if out.state not in NOT_STARTED:
            is_trained = out.state in (RunState.COMPLETED, RunState.DAMAGED)
            reason = out.reason if is_trained else out.state
            reasons.setdefault(reason, []).append(out.run_id)
    return [
        f"{side.label}: left out of the results, {reason}: {some(runs)}"
        for reason, runs in reasons.items()
    ]


def _warn_of_mixture(side: Side, notes: list[str]) -> None:
    """Say where a mean is over runs of one type with different settings."""
    configs = ((r.run_id, r.network_type, r.config) for r in side.records if r.config)
    by_type: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for run_id, network_type, config in configs:
        by_type.setdefault(network_type, []).append((run_id, network_type, config))
    for network_type, members in by_type.items():
        try:
            refuse_mixed_configs(members)
        except MixedStudyError:
            notes.append(f"{side.label}: the runs of {network_type} have different settings")


def _row(key: tuple[str, str], groups: Sequence[Groups], sides: Sequence[Side]) -> ResultRow:
    opponent, network_type = key
    found = [group.get(key, []) for group in groups]
    cells = tuple(
        _run_cell(tallies) if side.kind is SideKind.RUN else _cell(tallies)
        for tallies, side in zip(found, sides, strict=True)
    )
    difference: TTest | NotComputable | None = None
    if len(sides) == 2 and all(found):
        first, last = (_rates(tallies) for tallies in found)
        difference = welch_t(last, first)
    return ResultRow(opponent, network_type, cells, difference)


def _rates(tallies: Sequence[Tally]) -> list[float]:
    return [tally.win_rate for tally in tallies]


def _cell(tallies: Sequence[Tally]) -> Cell:
    """Summarise a group of runs: the run is the unit, never the game."""
    if not tallies:
        return Cell(0, 0, None, None, None, None, "no completed run")
    rates = _rates(tallies)
    games = sum(tally.games for tally in tallies)
    mean = sum(rates) / len(rates)
    interval = t_interval(rates)
    if isinstance(interval, NotComputable):
        return Cell(len(rates), games, mean, None, None, None, interval.reason)
    method = "t"
    if interval.low < 0 or interval.high > 1:
        bounded = logit_t_interval(rates, min(tally.games for tally in tallies))
        if not isinstance(bounded, NotComputable):
            interval, method = bounded, "logit_t"
    return Cell(len(rates), games, mean, interval.low, interval.high, method, None)


def _run_cell(tallies: Sequence[Tally]) -> Cell:
    """Summarise one run: the interval is the luck of its games and says nothing of other seeds."""
    if not tallies:
        return Cell(0, 0, None, None, None, None, "no games")
    tally = tallies[0]
    interval = wilson_interval(tally.wins, tally.games)
    return Cell(1, tally.games, tally.win_rate, interval.low, interval.high, "wilson", None)
