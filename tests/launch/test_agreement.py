"""Whether two trainings agree in their results: what two seeds show, or else two samples."""

import pytest

from cuttle.launch.agreement import Tally, judge, last_tallies

THEN = {"randomized": Tally(1_000, 2_000)}


def verdict(wins: int, alike: list[int]) -> tuple[bool, str]:
    runs = [{"randomized": Tally(count, 2_000)} for count in alike]
    (found,) = judge(THEN, {"randomized": Tally(wins, 2_000)}, runs)
    return found.agrees, found.text


@pytest.mark.parametrize(("wins", "agrees"), [(1_150, True), (900, True), (1_400, False)])
def test_a_difference_as_between_two_seeds_is_agreement(wins: int, agrees: bool) -> None:
    seeds = [1_000, 960, 1_040, 980, 1_020, 1_000]  # sd 28.3, two differ by up to 161 (99 %)

    found, text = verdict(wins, seeds)

    assert found is agrees
    assert text == (
        f"randomized: won 1000 of 2000 games then, {wins} now; "
        "two of 6 seeds differ by up to 8.1 points"
    )


@pytest.mark.parametrize(("wins", "agrees"), [(1_080, True), (1_090, False)])
@pytest.mark.parametrize("alike", [[1_000], [1_000, 200, 1_800], [1_000] * 9])
def test_without_enough_seeds_the_sampling_error_decides(
    wins: int, agrees: bool, alike: list[int]
) -> None:
    found, text = verdict(wins, alike)

    assert found is agrees
    assert "two samples of games differ by up to 4.1 points" in text


def test_every_opponent_is_judged_at_a_stricter_level() -> None:
    names = ("randomized", "gap_maximizer")
    then = dict.fromkeys(names, Tally(1_000, 2_000))
    now = {"randomized": Tally(1_085, 2_000), "gap_maximizer": Tally(1_100, 2_000)}

    found = judge(then, now, [then])

    assert [each.agrees for each in found] == [True, False]


def test_the_final_games_of_both_seats_are_added_up() -> None:
    rows = [
        {"round": 1, "stage": "validation", "opponent": "randomized", "wins": 9, "games": 10},
        {"round": 2, "stage": "validation", "opponent": "randomized", "wins": 8, "games": 10},
        {"round": 2, "stage": "final", "opponent": "randomized", "wins": 30, "games": 50},
        {"round": 2, "stage": "final", "opponent": "randomized", "wins": 20, "games": 50},
    ]

    assert last_tallies(rows) == {"randomized": Tally(50, 100)}
    assert last_tallies(rows[:2]) == {"randomized": Tally(8, 10)}
    assert last_tallies([]) == {}
