"""The presets of the rules: what the config names is what the engine plays."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cuttle.game.legal import legal_actions
from cuttle.game.variants import PRESETS, Rules
from tests.game.positions import position

FOLDER = Path(__file__).parents[2] / "conf" / "rules"


def read(name: str) -> dict[str, Any]:
    """Read an option of the config group with the sibling it extends."""
    fields: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    base: dict[str, Any] = {}
    for sibling in fields.pop("defaults", []):
        base |= read(sibling)
    return base | fields


def test_every_preset_is_an_option_of_the_config_and_the_other_way_round() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_the_config_names_the_values_of_the_preset(name: str) -> None:
    fields = read(name)

    assert fields.pop("name") == name
    assert Rules(**fields | {"king_goals": tuple(fields["king_goals"])}) == PRESETS[name]


def test_the_smallest_hand_limit_leaves_something_to_play() -> None:
    rules = PRESETS["classic"]._replace(hand_limit=7)
    game = position("P0 hand: JC JD JH JS QC KC / P1 hand: 4C / frozen: QC KC")

    assert legal_actions(game, rules).tolist() == [0]
