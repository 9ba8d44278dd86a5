"""Results of several experiments or runs beside each other, with intervals. Reads no settings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cuttle.analysis.consistency import MixedStudyError, refuse_mixed_configs
from cuttle.analysis.estimators.binomial import wilson_interval
from cuttle.analysis.estimators.core import NotComputable
from cuttle.analysis.estimators.descriptive import t_interval
from cuttle.analysis.estimators.two_sample import TTest, welch_t
from cuttle.analysis.matches import EMPTY_TALLY, SeatTallies, Tally, last_round, read_matches
from cuttle.runs.layout import RunState
from cuttle.runs.sources import Side, SideKind

# Tallies of each run, by opponent and network type.
Groups = dict[tuple[str, str], list[Tally]]


@dataclass(frozen=True, slots=True)
class Cell:
    """Win rate of one side: over its runs, or of its one run over its games.

    method: `t` (over runs), `wilson` (over the games of one run), or None without an interval
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
    """Collect the final tallies of a side's completed runs, or of a lone run as far as it is."""
    if side.kind is SideKind.FILE:
        return {}
    is_lone = side.kind is SideKind.RUN
    finals: dict[str, SeatTallies] = {}
    lasts: dict[str, SeatTallies] = {}
    for record in side.records:
        if is_lone or record.state is RunState.COMPLETED:
            try:
                final, curves = read_matches(record.matches)
            except ValueError as error:
                notes.append(f"{record.run_id}: results cannot be read: {error}")
                continue
            finals |= {record.run_id: final} if final else {}
            lasts |= {record.run_id: last_round(curves)[0]} if curves else {}
    if not finals:
        text = "results are those of the last round" if lasts else "no results yet"
        notes.append(f"{side.label}: {text}")
    _warn_of_mixture(side, notes)
    groups: Groups = {}
    for record in side.records:
        for opponent, seats in (finals or lasts).get(record.run_id, {}).items():
            key = (opponent, record.network_type if by_type else "")
            groups.setdefault(key, []).append(sum(seats.values(), start=EMPTY_TALLY))
    return groups


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
    return Cell(len(rates), games, mean, interval.low, interval.high, "t", None)


def _run_cell(tallies: Sequence[Tally]) -> Cell:
    """Summarise one run: the interval is the luck of its games and says nothing of other seeds."""
    if not tallies:
        return Cell(0, 0, None, None, None, None, "no games")
    tally = tallies[0]
    interval = wilson_interval(tally.wins, tally.games)
    return Cell(1, tally.games, tally.win_rate, interval.low, interval.high, "wilson", None)
