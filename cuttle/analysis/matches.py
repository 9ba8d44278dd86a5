"""Match rows of one run as counts and curves. No files, no statistics."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
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

SeatTallies = dict[str, dict[int, Tally]]  # by opponent and seat
SeatRounds = dict[str, dict[int, dict[int, Tally]]]  # by opponent, seat and round


def read_matches(rows: Iterable[Mapping[str, Any]]) -> tuple[SeatTallies, SeatRounds]:
    """Sort match rows into those of the final evaluation and those of validation.

    Raises ValueError for a row that is damaged.
    """
    final: SeatTallies = {}
    validation: SeatRounds = {}
    for row in rows:
        tally = _tally(row)
        opponent, seat, place = str(row["opponent"]), _count(row, "seat"), _count(row, "round")
        if tally.games == 0:
            continue
        if row["stage"] == Stage.FINAL:
            seats = final.setdefault(opponent, {})
            seats[seat] = seats.get(seat, EMPTY_TALLY) + tally
        elif row["stage"] == Stage.VALIDATION:
            validation.setdefault(opponent, {}).setdefault(seat, {})[place] = tally
        else:
            stages = ", ".join(Stage)
            raise ValueError(f"matches row of unknown stage {row['stage']!r}; known: {stages}")
    return final, validation


def last_round(validation: SeatRounds) -> tuple[SeatTallies, int | None]:
    """Take the results of the last validation round, and name that round."""
    last = max(
        (n for seats in validation.values() for seat in seats.values() for n in seat), default=None
    )
    finals = {
        opponent: {seat: rounds[last] for seat, rounds in sorted(seats.items()) if last in rounds}
        for opponent, seats in validation.items()
    }
    return {opponent: seats for opponent, seats in finals.items() if seats}, last


def add_seats(seats: Mapping[int, Mapping[int, Tally]]) -> Curve:
    """Add up the seats over the rounds that all of them have."""
    rounds = sorted(set.intersection(*map(set, seats.values()))) if seats else []
    tallies = [sum((seat[number] for seat in seats.values()), EMPTY_TALLY) for number in rounds]
    columns = ([getattr(tally, name) for tally in tallies] for name in COUNT_COLUMNS)
    return Curve(*(np.array(values, dtype=np.int64) for values in (rounds, *columns)))


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
