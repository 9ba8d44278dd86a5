"""Match rows of one run as counts and curves. No files, no statistics."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle.runs.layout import MATCHES_COLUMNS, Stage

COUNT_COLUMNS = ("games", "wins", "draws", "losses")
RATE_COLUMNS = ("win_rate", "half_draw_rate")
REQUIRED = frozenset(MATCHES_COLUMNS)

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tally:
    """Outcomes of a set of games, as the trained network saw them."""

    games: int
    wins: int
    draws: int
    losses: int

    @property
    def win_rate(self) -> float:
        """Wins over games, 0 to 1: a draw counts as not won."""
        return self.wins / self.games

    @property
    def half_draw_rate(self) -> float:
        """Wins plus half the draws over games, 0 to 1."""
        return (self.wins + 0.5 * self.draws) / self.games

    def row(self) -> dict[str, float | None]:
        """Return the counts and both rates by name; the rates are None without games."""
        rates = (self.win_rate, self.half_draw_rate) if self.games else (None, None)
        return {**asdict(self), **dict(zip(RATE_COLUMNS, rates, strict=True))}

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.games + other.games,
            self.wins + other.wins,
            self.draws + other.draws,
            self.losses + other.losses,
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """Validation results round by round: every field `(rounds,) int64`, rounds ascending."""

    rounds: IntArray
    games: IntArray
    wins: IntArray
    draws: IntArray
    losses: IntArray

    @property
    def win_rate(self) -> FloatArray:
        """Wins over games of each round, `(rounds,) float64`, 0 to 1."""
        return np.asarray(self.wins / self.games, dtype=np.float64)

    def tally(self, place: int) -> Tally:
        """Return the counts of one round, by its place in the curve."""
        return Tally(*(int(getattr(self, column)[place]) for column in COUNT_COLUMNS))


EMPTY_TALLY = Tally(0, 0, 0, 0)
EMPTY_CURVE = Curve(*(np.zeros(0, dtype=np.int64) for _ in range(5)))

SeatTallies = dict[str, dict[int, Tally]]
SeatCurves = dict[str, dict[int, Curve]]


def read_matches(rows: Iterable[Mapping[str, Any]]) -> tuple[SeatTallies, SeatCurves]:
    """Sort match rows into final tallies and validation curves, by opponent and seat.

    Raises ValueError for a row that is damaged.
    """
    final: SeatTallies = {}
    counts: dict[str, dict[int, dict[int, Tally]]] = {}
    for row in rows:
        tally = _tally(row)
        opponent, seat, place = str(row["opponent"]), _count(row, "seat"), _count(row, "round")
        if tally.games == 0:
            continue
        if row["stage"] == Stage.FINAL:
            seats = final.setdefault(opponent, {})
            seats[seat] = seats.get(seat, EMPTY_TALLY) + tally
        elif row["stage"] == Stage.VALIDATION:
            counts.setdefault(opponent, {}).setdefault(seat, {})[place] = tally
        else:
            stages = ", ".join(Stage)
            raise ValueError(f"matches row of unknown stage {row['stage']!r}; known: {stages}")
    curves = {
        opponent: {seat: _curve(by_round) for seat, by_round in sorted(seats.items())}
        for opponent, seats in counts.items()
    }
    return final, curves


def last_round(curves: SeatCurves) -> tuple[SeatTallies, int | None]:
    """Take the results of the last validation round of each curve, and name that round."""
    rounds = [int(c.rounds[-1]) for seats in curves.values() for c in seats.values()]
    if not rounds:
        return {}, None
    last = max(rounds)
    tallies: SeatTallies = {}
    for opponent, seats in curves.items():
        for seat, curve in seats.items():
            if curve.rounds[-1] == last:
                tallies.setdefault(opponent, {})[seat] = curve.tally(-1)
    return tallies, last


def add_seats(curves: Mapping[int, Curve]) -> Curve:
    """Add the curves of both seats over the rounds that all of them have."""
    parts = list(curves.values())
    if len(parts) <= 1:
        return parts[0] if parts else EMPTY_CURVE
    rounds = parts[0].rounds
    if any(not np.array_equal(part.rounds, rounds) for part in parts):
        rounds = reduce(np.intersect1d, (part.rounds for part in parts))
        parts = [_restrict(part, rounds) for part in parts]
    sums = (sum((getattr(p, name) for p in parts), 0 * rounds) for name in COUNT_COLUMNS)
    return Curve(rounds, *sums)


def _restrict(curve: Curve, rounds: IntArray) -> Curve:
    """Keep some of a curve's rounds."""
    at = np.searchsorted(curve.rounds, rounds)
    return Curve(rounds, *(getattr(curve, name)[at] for name in COUNT_COLUMNS))


def _tally(row: Mapping[str, Any]) -> Tally:
    """Read the four counts of a row and check that they add up."""
    if not row.keys() >= REQUIRED:
        missing = [column for column in MATCHES_COLUMNS if column not in row]
        raise ValueError(f"matches row without {', '.join(missing)}: {dict(row)}")
    games, wins, draws, losses = [_count(row, column) for column in COUNT_COLUMNS]
    if wins + draws + losses != games:
        raise ValueError(
            f"{_place(row)}: {wins} wins + {draws} draws + {losses} losses are not {games} games"
        )
    return Tally(games, wins, draws, losses)


def _count(row: Mapping[str, Any], column: str) -> int:
    value = row[column]
    if type(value) is int and value >= 0:  # not isinstance: true is no count
        return value
    raise ValueError(f"{_place(row)}: {column} must be a count, got {value!r}")


def _place(row: Mapping[str, Any]) -> str:
    return f"round {row['round']} against {row['opponent']}"


def _curve(by_round: Mapping[int, Tally]) -> Curve:
    rounds = sorted(by_round)  # numerically: round 10 follows round 9
    tallies = [by_round[r] for r in rounds]
    columns = [[getattr(t, column) for t in tallies] for column in COUNT_COLUMNS]
    return Curve(*(np.array(values, dtype=np.int64) for values in (rounds, *columns)))
