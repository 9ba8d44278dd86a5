"""Agreement of two trainings: in their results, where bytes cannot be equal.

A training in other arithmetic is another sample of the same condition, as one of another seed is.
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import NormalDist, stdev
from typing import NamedTuple

from scipy.stats import t

from cuttle.runs.files import Row
from cuttle.runs.layout import MATCHES_FILE, RunState
from cuttle.runs.reader import read_experiment
from cuttle.runs.recorder import last_counts
from cuttle.runs.run_record import RunRecord

LEVEL = 0.01  # share of pairs of equal trainings that would be found to differ, over all opponents
FEWEST_RUNS = 5  # whose spread is worth more than the sampling error of the games alone


class Tally(NamedTuple):
    """The last games against one opponent."""

    wins: int
    games: int

    @property
    def win_rate(self) -> float:
        """Return wins over games."""
        return self.wins / self.games


class Verdict(NamedTuple):
    """Whether two trainings agree against one opponent, and why in one line."""

    agrees: bool
    text: str


def last_tallies(matches: Sequence[Row]) -> dict[str, Tally]:
    """Add up both seats' games of the last stage, by opponent."""
    return {name: Tally(*counts) for name, counts in last_counts(matches).items()}


def runs_alike(record: RunRecord) -> list[RunRecord]:
    """Return the completed runs of a run's condition, itself included, with unedited matches."""
    runs = read_experiment(record.path.parent).runs
    completed = [run for run in runs if run.state is RunState.COMPLETED]
    return [
        run
        for run in completed
        if run.condition == record.condition and not run.compare_hashes((MATCHES_FILE,))
    ]


def judge(
    then: dict[str, Tally], now: dict[str, Tally], alike: Iterable[dict[str, Tally]]
) -> list[Verdict]:
    """Compare the wins of two trainings with what two seeds of their condition show.

    `alike` holds the tallies of the condition's runs, the first training's among them.
    """
    level = LEVEL / max(len(then), 1)
    runs = list(alike)
    verdicts = []
    for opponent, tally in then.items():
        rates = [run[opponent].win_rate for run in runs if opponent in run]
        limit, source = _largest_difference(tally, now[opponent], rates, level)
        difference = abs(now[opponent].win_rate - tally.win_rate)
        games = f"won {tally.wins} of {tally.games} games then, {now[opponent].wins} now"
        usual = f"{source} differ by up to {min(100 * limit, 100):.1f} points"
        verdicts.append(Verdict(difference <= limit, f"{opponent}: {games}; {usual}"))
    return verdicts


def _largest_difference(
    then: Tally, now: Tally, rates: Sequence[float], level: float
) -> tuple[float, str]:
    """Return the difference of win rates that two equal trainings exceed at that level."""
    if len(rates) >= FEWEST_RUNS and (sd := stdev(rates)) > 0:
        quantile = float(t.ppf(1 - level / 2, len(rates) - 1))
        return quantile * sqrt(2) * sd, f"two of {len(rates)} seeds"
    pooled = (then.wins + now.wins) / (then.games + now.games)
    variance = pooled * (1 - pooled) * (1 / then.games + 1 / now.games)
    return NormalDist().inv_cdf(1 - level / 2) * sqrt(variance), "two samples of games"
