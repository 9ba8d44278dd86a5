"""Match rows as counts and curves: added up by seat, sorted by number, refused where damaged."""

import json

import pytest

from cuttle.analysis.matches import Tally, add_seats, read_matches
from cuttle.runs import layout

from .experiments import PRIMARY, SECONDARY


def row(**changes: object) -> dict[str, object]:
    values = (1, "final", PRIMARY, 0, 10, 6, 1, 3)
    return {**dict(zip(layout.MATCHES_COLUMNS, values, strict=True)), **changes}


def test_a_draw_counts_as_not_won_and_half_beside() -> None:
    tally = Tally(games=10, wins=6, draws=2, losses=2)

    assert tally.win_rate == 0.6
    assert tally.half_draw_rate == 0.7


def test_rounds_are_sorted_as_numbers() -> None:
    rows = [row(round=r, stage="validation", wins=6) for r in (10, 2, 0, 11, 1)]

    _, validation = read_matches(rows)

    assert list(add_seats(validation[PRIMARY]).rounds) == [0, 1, 2, 10, 11]


def test_opponents_are_never_mixed_in_one_curve() -> None:
    rows = [
        row(round=r, stage="validation", opponent=o, wins=w, draws=0, losses=10 - w)
        for r in (1, 2)
        for o, w in ((PRIMARY, 4), (SECONDARY, 9))
    ]

    _, validation = read_matches(rows)

    assert list(add_seats(validation[PRIMARY]).win_rate) == [0.4, 0.4]
    assert list(add_seats(validation[SECONDARY]).win_rate) == [0.9, 0.9]


def test_seats_are_added_over_the_rounds_both_have() -> None:
    wins = {0: {1: 5, 2: 6, 3: 7}, 1: {1: 1, 3: 3}}

    both = add_seats(
        {s: {r: Tally(10, w, 0, 10 - w) for r, w in rounds.items()} for s, rounds in wins.items()}
    )

    assert list(both.rounds) == [1, 3]
    assert list(both.wins) == [6, 10]
    assert list(both.games) == [20, 20]


def test_row_with_not_a_number_is_refused() -> None:
    rows = [json.loads(json.dumps(row()).replace("6", "NaN"))]

    with pytest.raises(ValueError, match="wins must be a count, got nan"):
        read_matches(rows)
