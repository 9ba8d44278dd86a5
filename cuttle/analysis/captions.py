"""Captions of figures: how many runs and games they rest on."""

from collections.abc import Iterable

from cuttle.analysis.data import Study
from cuttle.analysis.frames import LAST_ROUND
from cuttle.runs.formatting import pluralize


def range_text(numbers: Iterable[int], noun: str) -> str:
    """Count from the least to the most: `5 to 7 runs`."""
    known = sorted(set(numbers)) or [0]
    least = f"{known[0]:,} to " * (len(known) > 1)
    return f"{least}{pluralize(int(known[-1]), noun)}"


def runs_text(study: Study, opponents: Iterable[str] | None = None) -> str:
    """Describe how many runs of each condition are drawn: `5 to 7 runs per type`.

    opponents: those that the figure is about; None counts every used run
    """
    groups = [study.rates(opponent).values() for opponent in opponents or ()]
    drawn = study.conditions["n"] if opponents is None else (len(x) for g in groups for x in g)
    return f"{range_text(drawn, 'run')} per {study.noun}"


def games_text(study: Study, opponents: Iterable[str] | None = None) -> str:
    """Describe on how many games a final win rate rests: `2,000 games per run and opponent`."""
    names = study.opponents if opponents is None else opponents
    games = study.final.loc[study.final["opponent"].isin(list(names)), "games"]
    if not len(games):
        return "no games"
    source = ", of the last round" if study.final_source == LAST_ROUND else ""
    return f"{range_text(games, 'game')} per run and opponent{source}"
