"""Laws of the game, over random games."""

import pytest

from cuttle.game.state import GAME
from cuttle.game.variants import CUTTLE_CARDS, PRESETS

from .laws import Law, check_games

# Threes that recycle threes can play on for ever: only there the safety cap ends games.
LONGEST = {
    name: rules.max_decisions if rules.three_takes_three else 300 for name, rules in PRESETS.items()
}


def test_a_hundred_thousand_games_break_no_law() -> None:
    law, tally, game = check_games(100_000, CUTTLE_CARDS, 1, LONGEST["cuttle_cards"])

    assert law == Law.NONE, str(dict(zip(GAME.names, game, strict=True)))
    assert tally[:3].sum() == 100_000
    assert all(tally[:3] > 1_000), "both seats win and games are drawn"


@pytest.mark.parametrize("name", sorted(PRESETS.keys() - {"cuttle_cards"}))
def test_variants_break_no_law(name: str) -> None:
    law, tally, game = check_games(50_000, PRESETS[name], 2, LONGEST[name])

    assert law == Law.NONE, str(dict(zip(GAME.names, game, strict=True)))
    assert tally[:3].sum() == 50_000


def test_a_game_reaching_the_safety_cap_is_a_draw() -> None:
    capped = CUTTLE_CARDS._replace(max_decisions=6)

    law, tally, _ = check_games(1_000, capped, 3, 6)

    assert law == Law.NONE
    assert tally[2] > 900
    assert tally[3] == 6
