"""The presets of the rules: what the config names is what the engine plays, wrong fields fail."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cuttle.game.legal import legal_actions
from cuttle.game.variants import CUTTLE_CARDS, PRESETS, Rules, checked
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


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_valid(name: str) -> None:
    assert checked(PRESETS[name]) is PRESETS[name]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("hand_limit", 6, "rules.hand_limit must be from 7 to 52, got 6"),
        ("hand_limit", "eight", "rules.hand_limit must be from 7 to 52, got eight"),
        ("seven_reveals", 3, "rules.seven_reveals must be from 1 to 2, got 3"),
        ("five_draws", True, "rules.five_draws must be from 0 to 41, got True"),
        ("max_decisions", 0, "rules.max_decisions must be from 1 to 30000, got 0"),
        ("discard_to_limit", 1, "rules.discard_to_limit must be true or false, got 1"),
        ("king_goals", (21, 14), r"rules.king_goals must be 5 numbers .* got \[21, 14\]"),
        ("king_goals", (0, 0, 0, 0, 0), "the first above 0"),
        ("king_goals", (22, 14, 10, 5, 0), r"from 0 to 21, .* got \[22, 14, 10, 5, 0\]"),
        ("king_goals", 21, "rules.king_goals must be 5 numbers .* got 21$"),
        ("king_goals", None, "rules.king_goals must be 5 numbers .* got None$"),
        ("king_goals", "21,14", "rules.king_goals must be 5 numbers .* got 21,14$"),
    ],
)
def test_a_wrong_field_is_refused_by_name(field: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked(CUTTLE_CARDS._replace(**{field: value}))


def test_the_smallest_hand_limit_leaves_something_to_play() -> None:
    rules = checked(PRESETS["classic"]._replace(hand_limit=7))
    game = position("P0 hand: JC JD JH JS QC KC / P1 hand: 4C / frozen: QC KC")

    assert legal_actions(game, rules).tolist() == [0]
