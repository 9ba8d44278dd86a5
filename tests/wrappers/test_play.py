"""The terminal game as a person meets it."""

import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch

from cuttle.game.variants import PRESETS
from cuttle.launch.build import build_network
from cuttle.opponents import names
from cuttle.opponents.monte_carlo import MonteCarlo
from cuttle.play import table
from cuttle.play.__main__ import main, parse

Play = Callable[..., str]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Play:
    """How to play with answers to the prompts, until the keyboard is closed, and see the game."""

    def shown(*arguments: str, answers: Sequence[str] = ()) -> str:
        remaining = iter(answers)

        def answer(prompt: str) -> str:
            for each in remaining:
                return each
            raise EOFError

        monkeypatch.setattr("builtins.input", answer)
        main(list(arguments))
        return capsys.readouterr().out

    return shown


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Play:
    """How to be refused, and see the last line that says why."""

    def shown(*arguments: str) -> str:
        with pytest.raises(SystemExit):
            main(list(arguments))
        return capsys.readouterr().err.splitlines()[-1]

    return shown


def test_game_against_an_opponent_can_be_played_to_its_end(play: Play) -> None:
    shown = play("--opponent", "gap_maximizer", "--seed", "3", answers=["1"] * 200)

    assert "you against gap_maximizer; --seed 3 deals these games again." in shown
    assert "draw a card" in shown
    assert "gap_maximizer won:" in shown


@pytest.mark.parametrize(
    "wrong", ["", "x", "0", "999", "-1", "1.5", "²", "1" * 5_000, "0000000010", "play 10♥"]
)
def test_wrong_input_asks_again(wrong: str, play: Play) -> None:
    shown = play("--seed", "3", answers=[wrong, wrong, "q"])

    assert shown.count("Type a number from 1 to") == 2
    assert "You left the table." in shown


@pytest.mark.parametrize("error", [EOFError, KeyboardInterrupt, RuntimeError])
def test_closing_the_keyboard_leaves_cleanly(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", mock.Mock(side_effect=error))

    main(["--seed", "3", "--games", "4"])

    shown = capsys.readouterr().out
    assert "You left the table." in shown
    assert "0 games: you 0, gap_maximizer 0, draws 0" in shown


def test_help_and_board_are_shown_on_request(play: Play) -> None:
    shown = play("--seed", "3", "--dealer", answers=["?", "b", "q"])

    assert "Reach 21 points" in shown
    assert shown.count("you: 0 of 21 points, hand of 6:") == 2


@pytest.mark.parametrize(
    ("rules", "lines"),
    [
        ("cuttle_cards", ["14, 10, 5, 0.", "with more than 8 in hand you discard"]),
        ("cuttle_cards_1_0_1", ["take a card if you hold fewer than 8\n"]),
        ("classic", ["14, 10, 7, 5.", "5 draws 2,\n", "7 plays the top card", "take a card\n"]),
    ],
)
def test_help_follows_the_rules(rules: str, lines: list[str], play: Play) -> None:
    shown = play("--seed", "3", "--rules", rules, answers=["?", "q"])

    assert [line for line in lines if line not in shown] == []


def test_opponent_thinks_by_the_rules_of_the_table() -> None:
    _, chairs = parse(["--rules", "classic", "--opponent", "monte_carlo"])

    player = chairs[1].player

    assert isinstance(player, MonteCarlo)
    assert player._rules == PRESETS["classic"]


def test_watched_games_are_the_same_for_the_same_seed(play: Play) -> None:
    arguments = ["--watch", "--opponent", "randomized", "--seed", "5", "--pause", "0"]

    first, again = play(*arguments), play(*arguments)

    assert first == again
    assert "randomized 1: " in first
    assert "randomized 2: " in first
    assert "??" not in first


def test_match_ends_with_its_summary(play: Play) -> None:
    both = ["--opponent", "gap_maximizer", "--opponent", "randomized"]

    last = play("--watch", *both, "--games", "40", "--seed", "0").splitlines()[-1]

    head, gap_maximizer, randomized, draws = map(int, re.findall(r"\d+", last))
    assert head == gap_maximizer + randomized + draws == 40
    assert gap_maximizer > randomized


def section_of(rules: str) -> dict[str, Any]:
    """Return the section of a config that names the rules."""
    return {"name": rules, **PRESETS[rules]._asdict()}


def write_run(run_dir: Path, rules: str = "cuttle_cards") -> Path:
    """Lay out as much of a completed run as playing against it needs."""
    section = {"_target_": "cuttle.networks.blind.Blind"}
    trunk = {"ensemble_size": 2, "hidden_units": 4}
    trunk |= dict.fromkeys(("scalars", "normalise", "dueling"), True)
    (run_dir / "models").mkdir(parents=True)
    network = build_network({"network_type": section, "trunk": trunk})
    # a network comes with whatever the memory held, parts of another test's archive among it
    weights = {name: torch.zeros_like(weight) for name, weight in network.state_dict().items()}
    config = {
        "network_type": section,
        "trunk": trunk,
        "training": {"evaluation": {"suit_averaging": True}},
        "rules": section_of(rules),
    }
    model = {"weights": weights, "seed": 3, "config": config}
    torch.save(model, run_dir / "models" / "model_final.pt")
    return run_dir


def test_trained_model_can_be_met(tmp_path: Path, play: Play) -> None:
    run_dir = write_run(tmp_path / "blind_run_01")

    shown = play("--model", str(run_dir), "--seed", "3", answers=["1"] * 200)

    assert "blind_run_01: " in shown
    assert "won:" in shown or "A draw." in shown


def test_the_name_of_a_run_does_not_steer_the_terminal(tmp_path: Path, play: Play) -> None:
    run_dir = write_run(tmp_path / "\x1b[31mred")

    shown = play("--watch", "--model", str(run_dir), "--pause", "0")

    assert "\ufffd[31mred 1 against" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("rules", "words", "first"),
    [
        ("cuttle_cards", ["--opponent", "high_card"], "blind_run_01 "),
        ("classic", ["--rules", "classic"], "blind_run_01 1 "),
    ],
)
def test_a_model_is_watched_under_the_rules_it_was_trained_by(
    rules: str, words: list[str], first: str, tmp_path: Path, play: Play
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01", rules=rules)

    assert f"2 games: {first}" in play("--watch", "--model", str(run_dir), *words, "--games", "2")


def change(*keys: str, to: Any) -> Callable[[Path], None]:
    """Return how to set a key of the config in a model file."""

    def damage(path: Path) -> None:
        model = torch.load(path, weights_only=True)
        section = model["config"]
        for key in keys[:-1]:
            section = section[key]
        section[keys[-1]] = to
        torch.save(model, path)

    return damage


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def compress(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("more", bytes(10_000_000))


def save_in_the_older_format(path: Path) -> None:
    model = torch.load(path, weights_only=True)
    torch.save(model, path, _use_new_zipfile_serialization=False)


def repeat(path: Path) -> None:
    model = torch.load(path, weights_only=True)
    weights = model["weights"]
    weights["trunk.advantage"] = torch.zeros(1).expand(weights["trunk.advantage"].shape)
    torch.save(model, path)


TARGET = ("network_type", "_target_")
UNREADABLE = r"error: .*blind_run_01/models/model_final\.pt cannot be loaded: "
DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "other rules": (change("rules", to=section_of("classic")),
                    "blind_run_01 was trained with the rules classic, not cuttle_cards; "
                    "add --rules classic"),
    "own rules": (change("rules", "hand_limit", to=7),
                  "blind_run_01 was trained with custom rules, not cuttle_cards; "
                  "no --rules names these"),
    "escapes": (change("rules", "name", to="\x1b[31mred"), "got \ufffd\\[31mred"),
    "empty": (write(b""), UNREADABLE),
    "garbage": (write(b"garbage garbage"), UNREADABLE),
    "compressed": (compress, r"[\d,]+ bytes that unpack to 10,[\d,]+; torch compresses nothing"),
    "older format": (save_in_the_older_format, "not in the format of torch.save"),
    "terabytes": (change("trunk", "hidden_units", to=10**12), r"1000000000000\), got \("),
    "few values": (repeat, r"weights trunk\.advantage .* repeat a few values"),
    "no module": (change(*TARGET, to="cuttle.networks.gone.Gone"), UNREADABLE),
    "no class": (change(*TARGET, to="cuttle.networks.blind.Gone"), UNREADABLE),
    "elsewhere": (change(*TARGET, to="os.system"),
                  r"must start with cuttle\.networks\., got os\.system"),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=list(DAMAGE))
def test_a_model_that_cannot_be_met_is_refused_in_one_line(
    damage: Callable[[Path], object], message: str, tmp_path: Path, refusal: Play
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01")
    damage(run_dir / "models" / "model_final.pt")

    last = refusal("--model", str(run_dir))

    assert str(run_dir) in last and re.search(message, last), last


@pytest.mark.parametrize("damage", [compress, save_in_the_older_format])
def test_a_model_that_may_fill_the_memory_is_not_read(
    damage: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01")
    damage(run_dir / "models" / "model_final.pt")
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was read"))

    with pytest.raises(SystemExit):
        main(["--model", str(run_dir)])


def test_a_path_that_no_file_can_have_is_refused_in_short(refusal: Play) -> None:
    last = refusal("--model", "a" * 5_000)

    assert last.endswith("aaa... cannot be opened: File name too long")
    assert len(last) < 200


def test_help_of_the_command_tells_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    assert "Play Cuttle against an opponent or a trained model" in capsys.readouterr().out


def test_terminal_without_suit_signs_gets_letters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(table.sys.stdout, "_encoding", "ascii", raising=False)
    monkeypatch.setattr(type(table.sys.stdout), "encoding", "ascii", raising=False)

    table.say("10♥ A♣")

    assert capsys.readouterr().out == "10H AC\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--opponent", "nobody"], f"unknown opponent 'nobody'; there are {', '.join(names())}"),
        (["--model", "nowhere"], "nowhere/models/model_final.pt is missing; give the directory of"),
        (["--opponent", "randomized"] * 2, "give one of --opponent and --model (two with --watch)"),
        (["--watch", *["--opponent", "randomized"] * 3], "(two with --watch)"),
        (["--games", "0"], "must be at least 1, got 0"),
        (["--seed", "-1"], "must be at least 0, got -1"),
        (["--pause", "1e300"], "must be from 0 to 60, got 1e300"),
        (["--pause", "nan"], "must be from 0 to 60, got nan"),
        (["--pause", "x"], "invalid float value: 'x'"),
    ],
)
def test_wrong_arguments_are_named(arguments: list[str], message: str, refusal: Play) -> None:
    assert message in refusal(*arguments)


@pytest.mark.slow
def test_closed_stdout_ends_the_program_silently() -> None:
    command = [sys.executable, "-m", "cuttle.play", "--opponent", "gap_maximizer"]
    pipe = subprocess.PIPE
    program = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert program.stdin and program.stdout and program.stderr
    program.stdout.readline()
    program.stdout.close()

    with suppress(BrokenPipeError), program.stdin as keyboard:
        keyboard.write("?\n")

    assert program.wait() == -signal.SIGPIPE
    assert program.stderr.read() == ""
    program.stderr.close()


@pytest.mark.slow
@pytest.mark.parametrize("streams", ["<&-", ">&-", "</dev/null >/dev/full", "2>&-"])
def test_a_lost_stream_ends_the_game_silently(streams: str) -> None:
    command = f"{sys.executable} -m cuttle.play --seed 3 {streams}"

    finished = subprocess.run(command, shell=True, input="q\n", capture_output=True, text=True)

    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.slow
def test_a_terminal_of_another_encoding_shows_the_game(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cuttle.play", "--watch", "--pause", "0"]
    command += ["--model", str(write_run(tmp_path / "\u65e5\u672c"))]

    finished = subprocess.run(
        command, env=os.environ | {"PYTHONIOENCODING": "latin-1"}, capture_output=True
    )

    assert (finished.returncode, finished.stderr) == (0, b"")
    assert b"?? 1 against ?? 2" in finished.stdout


@pytest.mark.slow
@pytest.mark.parametrize("module", ["cuttle.play", "cuttle.game.replay"])
def test_interrupting_the_start_ends_the_program_silently(module: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", module]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout and program.stderr
        next(line for line in program.stderr if "numpy" in line)

        program.send_signal(signal.SIGINT)

        assert program.wait() == -signal.SIGINT
        assert "Traceback" not in program.stderr.read()
