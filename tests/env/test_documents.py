"""The tables of docs/actions.md and docs/observation.md say what the code does."""

import re
from pathlib import Path

from cuttle.env import observation
from cuttle.game.actions import NUM_ACTIONS, action_text, parse_action
from cuttle.game.cards import parse_card
from cuttle.game.state import Phase

DOCS = Path(__file__).parents[2] / "docs"


def tables(name: str) -> list[list[list[str]]]:
    """Read the tables of a document as rows of cells, without their heads."""
    found: list[list[list[str]]] = []
    is_inside = False
    for line in (DOCS / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            is_inside = False
        elif line.startswith("|---"):
            found.append([])
            is_inside = True
        elif is_inside:
            found[-1].append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return found


def test_the_action_table_covers_every_id_with_its_text() -> None:
    covered: list[int] = []
    for ids, text, cards, _ in tables("actions.md")[0]:
        first, _, last = ids.partition("-")
        block = list(range(int(first), int(last or first) + 1))
        covered += block
        if text == "default":
            assert action_text(block[0]) == "default"
            continue
        low, high = map(parse_card, cards.split("-"))
        assert len(block) == high - low + 1
        for action, card in ((block[0], cards[:2]), (block[-1], cards[-2:])):
            assert action_text(action) == text.replace("CARD", card)

    assert covered == list(range(NUM_ACTIONS))


def test_the_examples_of_action_ids_are_right() -> None:
    text = (DOCS / "actions.md").read_text(encoding="utf-8")

    examples = re.findall(r'(\d+) is `(play \w+)`|`parse_action\("(.*?)"\)` is (\d+)', text)

    assert examples
    for number, name, parsed, result in examples:
        assert parse_action(name or parsed) == int(number or result)


def test_the_phases_are_all_there() -> None:
    text = (DOCS / "actions.md").read_text(encoding="utf-8")

    assert set(re.findall("`([A-Z_]+)`", text)) == {phase.name for phase in Phase}


def named(table: list[list[str]]) -> list[tuple[str, str]]:
    """Return every name of the first column with the cell beside it; a cell may hold several."""
    return [(name, row[1]) for row in table for name in re.findall(r"\w+", row[0])]


def test_the_tables_are_the_order_and_range_of_zones_scalars_and_flags() -> None:
    zones, scalars, flags = map(named, tables("observation.md")[:3])

    assert tuple(name for name, _ in zones) == observation.ZONES
    assert tuple(name for name, _ in scalars) == observation.SCALARS
    assert [int(largest) for _, largest in scalars] == observation._LARGEST.tolist()
    assert (
        tuple(f"{name}_at_least_{k}" for name, most in flags for k in range(1, int(most) + 1))
        == observation.FLAGS
    )
