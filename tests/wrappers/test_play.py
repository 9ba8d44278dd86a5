"""The terminal game as a person meets it."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from cuttle.game.variants import PRESETS
from cuttle.launch.build import build_network
from cuttle.opponents import names
from cuttle.opponents.monte_carlo import MonteCarlo
from cuttle.play import table
from cuttle.play.__main__ import main, parse


def type_in(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> None:
    """Answer the prompts of `input` in order, then close the keyboard."""
    remaining: Iterator[str] = iter(answers)

    def answer(prompt: str) -> str:
        try:
            return next(remaining)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", answer)


def test_game_against_an_opponent_can_be_played_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, ["1"] * 200)

    main(["--opponent", "gap_maximizer", "--seed", "3"])

    shown = capsys.readouterr().out
    assert "you against gap_maximizer; --seed 3 deals these games again." in shown
    assert "draw a card" in shown
    assert "gap_maximizer won:" in shown


@pytest.mark.parametrize(
    "wrong", ["", "x", "0", "999", "-1", "1.5", "²", "1" * 5_000, "0000000010", "play 10♥"]
)
def test_wrong_input_asks_again(
    wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, [wrong, wrong, "q"])

    main(["--seed", "3"])

    shown = capsys.readouterr().out
    assert shown.count("Type a number from 1 to") == 2
    assert "You left the table." in shown


@pytest.mark.parametrize("error", [EOFError, KeyboardInterrupt])
def test_closing_the_keyboard_leaves_cleanly(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def close(prompt: str) -> str:
        raise error

    monkeypatch.setattr("builtins.input", close)

    main(["--seed", "3", "--games", "4"])

    shown = capsys.readouterr().out
    assert "You left the table." in shown
    assert "0 games: you 0, gap_maximizer 0, draws 0" in shown


def test_help_and_board_are_shown_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, ["?", "b", "q"])

    main(["--seed", "3", "--dealer"])

    shown = capsys.readouterr().out
    assert "Reach 21 points" in shown
    assert shown.count("you: 0 of 21 points, hand of 6:") == 2


def test_help_follows_the_rules(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {}
    for name in PRESETS:
        type_in(monkeypatch, ["?", "q"])
        main(["--seed", "3", "--rules", name])
        texts[name] = capsys.readouterr().out

    assert "lowers that: 14, 10, 5, 0." in texts["cuttle_cards"]
    assert "take a card; with more than 8 in hand you discard" in texts["cuttle_cards"]
    assert "take a card if you hold fewer than 8\n" in texts["cuttle_cards_1_0_1"]
    assert "lowers that: 14, 10, 7, 5." in texts["classic"]
    assert "5 draws 2,\n" in texts["classic"]
    assert "7 plays the top card of the pile" in texts["classic"]
    assert "take a card\n" in texts["classic"]


def test_opponent_thinks_by_the_rules_of_the_table() -> None:
    _, chairs = parse(["--rules", "classic", "--opponent", "monte_carlo"])

    player = chairs[1].player

    assert isinstance(player, MonteCarlo)
    assert player._rules == PRESETS["classic"]


def test_watched_games_are_the_same_for_the_same_seed(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--watch", "--opponent", "randomized", "--seed", "5", "--pause", "0"]
    main(arguments)
    first = capsys.readouterr().out

    main(arguments)

    assert capsys.readouterr().out == first
    assert "randomized 1: " in first
    assert "randomized 2: " in first
    assert "??" not in first


def test_match_ends_with_its_summary(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--watch", "--opponent", "gap_maximizer", "--opponent", "randomized", "--games", "40",
          "--seed", "0"])  # fmt: skip

    last = capsys.readouterr().out.splitlines()[-1]
    counts = {name: int(count) for name, _, count in (
        part.rpartition(" ") for part in last.removeprefix("40 games: ").split(", "))}  # fmt: skip
    assert sum(counts.values()) == 40
    assert counts["gap_maximizer"] > counts["randomized"]


def write_run(
    run_dir: Path, target: str = "cuttle.networks.blind.Blind", rules: dict[str, Any] | None = None
) -> Path:
    """Lay out as much of a completed run as playing against it needs."""
    section = {"_target_": "cuttle.networks.blind.Blind"}
    trunk = {
        "ensemble_size": 2,
        "hidden_units": 4,
        "scalars": True,
        "normalise": True,
        "dueling": True,
    }
    (run_dir / "models").mkdir(parents=True)
    weights = build_network({"network_type": section, "trunk": trunk}).state_dict()
    config = {
        "network_type": section | {"_target_": target},
        "trunk": trunk,
        "training": {"evaluation": {"suit_averaging": True}},
        "rules": {"name": "cuttle_cards"} | (rules or {}),
    }
    torch.save({"weights": weights, "config": config}, run_dir / "models" / "model_final.pt")
    return run_dir


def test_trained_model_can_be_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01")
    type_in(monkeypatch, ["1"] * 200)

    main(["--model", str(run_dir), "--seed", "3"])

    shown = capsys.readouterr().out
    assert "blind_run_01: " in shown
    assert "won:" in shown or "A draw." in shown


def test_model_plays_an_opponent_while_watched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01")

    main(["--watch", "--model", str(run_dir), "--opponent", "high_card", "--games", "4"])

    assert "4 games: blind_run_01 " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"name": "classic"}, "with the rules classic, not cuttle_cards; add --rules classic"),
        ({"hand_limit": 7}, "with custom rules, not cuttle_cards; no --rules names these"),
    ],
)
def test_model_trained_under_other_rules_is_refused(
    rules: dict[str, Any], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01", rules=rules)

    with pytest.raises(SystemExit):
        main(["--model", str(run_dir)])

    assert f"{run_dir} was trained {message}" in capsys.readouterr().err


def test_model_is_met_under_the_rules_it_was_trained_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01", rules={"name": "classic"})

    main(["--watch", "--model", str(run_dir), "--rules", "classic", "--games", "2"])

    assert "2 games: blind_run_01 1 " in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"garbage garbage"])
def test_damaged_model_is_named_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01")
    (run_dir / "models" / "model_final.pt").write_bytes(content)

    with pytest.raises(SystemExit):
        main(["--model", str(run_dir)])

    assert "model_final.pt cannot be loaded: " in capsys.readouterr().err.splitlines()[-1]


def refusal(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the last line of what is said of a model that is not played."""
    with pytest.raises(SystemExit):
        main(["--model", str(run_dir)])
    return capsys.readouterr().err.splitlines()[-1]


def test_a_model_that_unpacks_to_more_than_it_holds_is_refused_unread(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_run(tmp_path / "blind_run_01") / "models" / "model_final.pt"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("more", bytes(10_000_000))
    monkeypatch.setattr(torch, "load", None)

    message = refusal(tmp_path / "blind_run_01", capsys)

    assert re.search(r"[\d,]+ bytes that unpack to 10,[\d,]+; torch compresses nothing", message)


def test_a_model_of_an_older_format_is_refused_unread(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_run(tmp_path / "blind_run_01") / "models" / "model_final.pt"
    model = torch.load(path, weights_only=True)
    torch.save(model, path, _use_new_zipfile_serialization=False)

    assert "not in the format of torch.save" in refusal(tmp_path / "blind_run_01", capsys)


def test_a_config_that_asks_for_more_than_the_weights_is_refused_before_it_gets_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_run(tmp_path / "blind_run_01") / "models" / "model_final.pt"
    model = torch.load(path, weights_only=True)
    model["config"]["trunk"]["hidden_units"] = 10**12  # terabytes
    torch.save(model, path)

    assert "1000000000000), got (" in refusal(tmp_path / "blind_run_01", capsys)


def test_a_path_that_no_file_can_have_is_refused_in_short(
    capsys: pytest.CaptureFixture[str],
) -> None:
    message = refusal(Path("a" * 5_000), capsys)

    assert message.endswith("aaa... cannot be opened: File name too long")
    assert len(message) < 200


@pytest.mark.parametrize("target", ["cuttle.networks.gone.Gone", "cuttle.networks.blind.Gone"])
def test_network_that_is_gone_is_named(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01", target=target)

    with pytest.raises(SystemExit):
        main(["--model", str(run_dir)])

    message = f"error: {run_dir}/models/model_final.pt cannot be loaded: "
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_help_of_the_command_tells_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    assert "Play Cuttle against an opponent or a trained model" in capsys.readouterr().out


def test_network_from_elsewhere_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = write_run(tmp_path / "blind_run_01", target="os.system")

    with pytest.raises(SystemExit):
        main(["--model", str(run_dir)])

    assert "must start with cuttle.networks., got os.system" in capsys.readouterr().err


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
        (
            ["--opponent", "randomized", "--opponent", "high_card"],
            "give one of --opponent and --model (two with --watch)",
        ),
        (["--watch", *["--opponent", "randomized"] * 3], "(two with --watch)"),
        (["--games", "0"], "must be at least 1, got 0"),
        (["--seed", "-1"], "must be at least 0, got -1"),
        (["--pause", "1e300"], "must be from 0 to 60, got 1e300"),
        (["--pause", "nan"], "must be from 0 to 60, got nan"),
        (["--pause", "x"], "invalid float value: 'x'"),
    ],
)
def test_wrong_arguments_are_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert message in capsys.readouterr().err
