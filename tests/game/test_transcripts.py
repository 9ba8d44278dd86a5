"""Transcripts go to text and back, and the golden ones replay to the letter."""

from pathlib import Path

import numpy as np
import pytest

from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import deal, new_games
from cuttle.game.variants import PRESETS

from . import transcript
from .golden import EVENTS, choose_games, events_of, random_moves

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


@pytest.mark.parametrize("rules", PRESETS)
def test_transcripts_go_to_text_and_back(rules: str) -> None:
    game, _ = random_moves(np.random.default_rng(3), rules)

    assert transcript.read(transcript.write(game)) == game


def test_an_illegal_move_is_refused_by_name() -> None:
    game, _ = random_moves(np.random.default_rng(3), "cuttle_cards")

    with pytest.raises(ValueError, match=r"move 1 'pass' is not legal; legal are"):
        transcript.write(game._replace(moves=("pass",)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs a line"),
        ("rules: whist\ndeck: AC\n", "unknown rules 'whist'"),
        ("rules: classic\ndeck: AC AC\n", "each of the 52 cards once"),
        ("rules: classic\ndeck: 1C\n", "card must be"),
    ],
)
def test_what_is_no_transcript_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        transcript.read(text)


@pytest.mark.parametrize(
    "line", ["  1", "  1  P0", "  1  draw", "  1  P2  draw", "  2  P0  draw", "x 1  P0  draw"]
)
def test_a_malformed_move_is_refused_with_its_line(line: str) -> None:
    game, _ = random_moves(np.random.default_rng(3), "cuttle_cards")
    text = transcript.write(game._replace(moves=()))

    with pytest.raises(ValueError, match=f"move 1 must be `NUMBER  SEAT  MOVE`, got '{line}'"):
        transcript.read(f"{text}{line}\n")


def test_the_numbers_of_moves_count_up() -> None:
    game, _ = random_moves(np.random.default_rng(3), "cuttle_cards")
    first, second = transcript.write(game).splitlines()[3:5]

    with pytest.raises(ValueError, match="move 1 must be"):
        transcript.read(transcript.write(game).replace(f"{first}\n{second}", f"{second}\n{first}"))
