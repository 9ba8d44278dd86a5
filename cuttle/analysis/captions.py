"""Captions of figures: how many runs and games they rest on."""

from collections.abc import Iterable

from cuttle.analysis.data import Study
from cuttle.analysis.frames import LAST_ROUND
from cuttle.runs.formatting import pluralize


def runs_text(study: Study, opponents: Iterable[str] | None = None) -> str:
    """Describe how many runs of each condition are drawn: `5 to 7 runs per type`.

    opponents: those that the figure is about; None counts every used run
    """
    if opponents is None:
        numbers = set(study.conditions["n"])
    else:
        groups = [study.rates(opponent).values() for opponent in opponents]
        numbers = {len(rates) for group in groups for rates in group}
    low, high = min(numbers, default=0), max(numbers, default=0)
    count = pluralize(high, "run") if low == high else f"{low} to {pluralize(high, 'run')}"
    return f"{count} per {study.noun}"


def games_text(study: Study, opponents: Iterable[str] | None = None) -> str:
    """Describe on how many games a final win rate rests: `2,000 games per run and opponent`."""
    names = study.opponents if opponents is None else opponents
    games = study.final.loc[study.final["opponent"].isin(list(names)), "games"]
    if not len(games):
        return "no games"
    low, high = f"{games.min():,}", f"{games.max():,}"
    source = ", of the last round" if study.final_source == LAST_ROUND else ""
    return f"{low if low == high else f'{low} to {high}'} games per run and opponent{source}"
