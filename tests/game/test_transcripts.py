"""The golden transcripts replay to the letter, and show everything that can happen."""

from pathlib import Path

import numpy as np
import pytest

from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import deal, new_games
from cuttle.game.variants import PRESETS

from . import transcript
from .golden import EVENTS, choose_games, events_of

FOLDER = Path(__file__).parents[1] / "data" / "transcripts"
# Games a variant, and how many random ones they are chosen from.
WANTED = {
    "cuttle_cards": (24, 4_000),
    "cuttle_cards_1_0_1": (3, 300),
    "cuttle_cards_2_0_0": (4, 300),
    "classic": (4, 300),
}
GOLDEN = sorted(FOLDER.glob("*.txt"))


def test_the_golden_transcripts_are_there(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--remake-transcripts"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        for rules, (num_games, tries) in WANTED.items():
            for number, game in enumerate(choose_games(rules, num_games, 1, tries), 1):
                path = FOLDER / f"{rules}_{number:02}.txt"
                path.write_text(transcript.write(game), encoding="utf-8")

    names = {f"{rules}_{k:02}.txt" for rules, (n, _) in WANTED.items() for k in range(1, n + 1)}
    assert {path.name for path in FOLDER.glob("*.txt")} == names


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_a_golden_transcript_replays_to_the_letter(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert transcript.write(transcript.read(text)) == text


def test_every_event_occurs_in_the_golden_transcripts() -> None:
    shown: set[str] = set()
    for path in FOLDER.glob("cuttle_cards_[0-9][0-9].txt"):
        golden = transcript.read(path.read_text(encoding="utf-8"))
        game = new_games(1)[0]
        deal(game, np.array(golden.deck, np.uint8))
        for key in golden.moves:
            before = game.copy()
            for action in legal_moves(game, PRESETS[golden.rules])[key]:
                play(game, action, PRESETS[golden.rules])
            shown |= events_of(before, key, game)

    assert EVENTS - shown == set()
