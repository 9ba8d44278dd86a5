"""Learning is visible: trained players against their untrained selves, by a test of proportions."""

from typing import Any

import pytest

from cuttle.game.variants import CUTTLE_CARDS
from cuttle.training.evaluation import Evaluator
from cuttle.training.trainer import Trainer
from tests.training.build import NETWORK_TYPES, trainer

# Five standard errors: one false alarm in millions, so the seed of the test is not picked.
CLEARLY = 5.0


def scores(rows: list[dict[str, Any]], opponent: str) -> tuple[float, int]:
    """Return the share of final games won against an opponent, draws as not won, and the games."""
    final = [row for row in rows if row["stage"] == "final" and row["opponent"] == opponent]
    games = sum(row["games"] for row in final)
    return sum(row["wins"] for row in final) / games, games


def untrained_rows(trained: Trainer) -> list[dict[str, Any]]:
    """Play the final games with the initial weights."""
    evaluator = Evaluator(settings=trained.settings.evaluation, seed=0, rules=CUTTLE_CARDS)
    return evaluator.evaluate_final(trained.player(), 0)


@pytest.mark.slow
@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_quick_training_beats_randomized_clearly_above_the_untrained_self(
    network_type: str,
) -> None:
    trained = trainer(network_type=network_type, budget="quick", seed=2_000_000)
    before, games = scores(untrained_rows(trained), "randomized")

    last = list(trained.rounds())[-1]

    after, _ = scores(last.matches, "randomized")
    standard_error = ((before * (1 - before) + after * (1 - after)) / games) ** 0.5
    assert (after - before) / standard_error > CLEARLY
    assert after > 0.5
