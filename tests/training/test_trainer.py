"""The training loop: its budget, its books, same numbers from the same seed. No strength."""

import numpy as np
import pytest
import torch

from cuttle.env.observation import split
from cuttle.env.vector import VectorEnv
from cuttle.runs.layout import MATCHES_COLUMNS, METRICS_COLUMNS, TIMINGS_COLUMNS
from cuttle.training.streams import stream, stream_state
from cuttle.training.trainer import Trainer
from tests.training.build import (
    NETWORK_TYPES,
    network,
    numbers,
    same_weights,
    settings,
    through_a_file,
    trainer,
)


def test_the_budget_is_kept_and_the_books_add_up() -> None:
    learner = ("learner.batch_size=64", "learner.replay_ratio=3.0")  # three updates in four ticks
    exploration = ("exploration.epsilon_end=0.05", "exploration.decay_fraction=0.5")
    trained = trainer(*learner, *exploration)
    reports = list(trained.rounds())

    first, last = reports[0].metrics, reports[1].metrics
    assert [r.round for r in reports] == [1, 2]
    assert list(trained.rounds()) == []
    # Games end several at a time, so a round may overshoot by less than the games side by side.
    assert 40 <= first["episodes"] < 40 + 16
    assert 80 <= last["episodes"] < 80 + 16
    learnt = last["decisions"] - 256
    assert last["samples_learnt"] == pytest.approx(3 * learnt, abs=3 * 64)
    assert last["samples_learnt"] == 64 * last["updates"]
    assert first["updates"] < last["updates"]
    assert first["epsilon"] == pytest.approx(0.05)  # the first half of the budget explores more
    assert last["learning_rate"] < first["learning_rate"]
    assert 5 < last["game_length"] < 100
    for report in reports:
        assert tuple(report.metrics) == METRICS_COLUMNS
        assert all(tuple(row) == MATCHES_COLUMNS for row in report.matches)
        assert tuple(report.timings) == TIMINGS_COLUMNS


def test_matches_are_even_between_seats_and_count_every_game() -> None:
    two = "evaluation.opponents=[randomized,gap_maximizer]"
    reports = list(trainer(two).rounds())

    stages = [[row["stage"] for row in r.matches] for r in reports]
    assert stages == [["validation"] * 4, ["validation"] * 4 + ["final"] * 4]
    for row in (row for r in reports for row in r.matches):
        assert row["games"] == (5 if row["stage"] == "validation" else 20)
        assert row["wins"] + row["draws"] + row["losses"] == row["games"]
    final = [(row["opponent"], row["seat"]) for row in reports[1].matches[4:]]
    assert final == [
        ("randomized", 0),
        ("randomized", 1),
        ("gap_maximizer", 0),
        ("gap_maximizer", 1),
    ]


def test_learning_that_diverges_says_so() -> None:
    with pytest.raises(FloatingPointError, match=r"the loss of round 1 is .*: learning has div"):
        next(trainer("learner.learning_rate=1e30", "learner.learning_rate_end=1e30").rounds())


def test_another_seed_gives_other_numbers() -> None:
    first, second = (numbers([next(trainer(seed=seed).rounds())]) for seed in (1, 2))

    assert first != second


def test_training_continues_to_the_bit_after_any_round_whatever_the_global_generators() -> None:
    straight = trainer("rounds=3", seed=5)
    reports, states = [], []
    for report in straight.rounds():
        reports.append(report)
        states.append(through_a_file(straight.state_dict()))

    for done in (1, 2):
        np.random.seed(done)
        torch.manual_seed(done)
        resumed = trainer("rounds=3", seed=5)
        resumed.load_state_dict(states[done - 1])
        assert numbers(list(resumed.rounds())) == numbers(reports[done:])
        assert same_weights(resumed, straight)


def test_the_state_is_a_snapshot() -> None:
    trained = trainer()
    next(trained.rounds())
    before = through_a_file(trained.state_dict())
    kept = trained.state_dict()
    next(trained.rounds())

    weights = (before["learner"]["network"], kept["learner"]["network"])
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    rows = (before["replay"]["columns"], kept["replay"]["columns"])
    assert all(torch.equal(rows[0][name], rows[1][name]) for name in rows[0])


def test_every_step_of_play_and_of_evaluation_is_noticed() -> None:
    steps = {}
    for ratio in ("0", "0.5"):
        noticed: list[None] = []
        quiet = f"evaluation.validation_ratio={ratio}"
        next(trainer(quiet).rounds(on_step=lambda noticed=noticed: noticed.append(None)))
        steps[ratio] = len(noticed)

    assert 10 < steps["0"] < steps["0.5"] - 10


def test_a_round_whose_games_ended_in_the_round_before_has_no_length() -> None:
    short = trainer("rounds=20", "episodes_per_round=1", "evaluation.validation_ratio=0")

    lengths = [report.metrics["game_length"] for report in short.rounds()]

    assert None in lengths
    assert any(length is not None for length in lengths)


def test_one_update_an_episode_is_an_artefact_switch() -> None:
    trained = trainer("learner.updates_per_episode=1", "replay.warm_up=0")

    last = list(trained.rounds())[-1].metrics

    assert last["updates"] == pytest.approx(last["episodes"], abs=16)


def test_initial_values_have_the_same_scale_in_every_type() -> None:
    scales = [trainer(network_type=name).initial_q_sd for name in NETWORK_TYPES]

    assert 0.0 < max(scales) < 0.02  # rewards are 1
    assert max(scales) < 1.2 * min(scales)


def test_a_head_at_full_scale_is_an_artefact_switch() -> None:
    earlier = ("initialisation.head_scale=1.0", "initialisation.embedding_sd=0.02")
    scales = [
        trainer(*earlier, network_type=name).initial_q_sd
        for name in ("boolean", "embedding", "multi_encoder")
    ]

    assert min(scales) > 0.1


def test_a_small_embedding_table_is_an_artefact_switch() -> None:
    sizes = [
        trainer(f"initialisation.embedding_sd={sd}", network_type="embedding")
        .model_state()["cards.weight"]
        .std()
        .item()
        for sd in (0.2, 0.02)
    ]

    assert sizes == [pytest.approx(0.2, rel=0.1), pytest.approx(0.02, rel=0.1)]


def test_model_state_is_what_plays_the_averaged_or_the_online_weights() -> None:
    games = VectorEnv(256, np.random.default_rng(0))
    both = [
        trainer(f"evaluation.use_target_network={average}", "evaluation.suit_averaging=false")
        for average in ("true", "false")
    ]
    for trained in both:
        next(trained.rounds())
        kept = network()
        kept.load_state_dict(trained.model_state())
        with torch.no_grad():
            q = kept(*map(torch.from_numpy, split(games.observation))).numpy()
        rng = np.random.default_rng(0)
        played = trained.player().act(games.observation, games.legal_mask, rng)

        assert (played == np.where(games.legal_mask, q, -np.inf).argmax(axis=1)).all()

    assert not same_weights(*both)


def test_acting_over_suits_is_a_switch() -> None:
    plays = [
        next(trainer(f"self_play.suit_averaging={flag}").rounds()).metrics["game_length"]
        for flag in ("true", "false")
    ]

    assert plays[0] != plays[1]


def test_streams_differ_by_name_and_by_seed() -> None:
    draws = {
        (seed, name): stream(seed, name).integers(1 << 60)
        for seed in (0, 1)
        for name in ("init", "deal", "explore", "sample", "evaluate")
    }

    assert len(set(draws.values())) == len(draws)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_training_runs_on_a_gpu() -> None:
    on_gpu = Trainer(network=network(), settings=settings(), seed=0, device="cuda")

    reports = list(on_gpu.rounds())

    assert reports[-1].metrics["loss"] > 0
    through_a_file(on_gpu.state_dict())


def test_epsilon_falls_within_a_round() -> None:
    to_zero = ("exploration.epsilon_start=1.0", "exploration.epsilon_end=0.0")
    trained = trainer("rounds=1", *to_zero, "exploration.decay_fraction=0.5")
    next(trained.rounds())

    is_random = trained.state_dict()["replay"]["columns"]["is_random"]

    assert 0.1 < is_random.float().mean() < 0.6


def test_a_run_draws_from_the_streams_of_its_seed() -> None:
    state = trainer(seed=3).state_dict()

    assert state["sample_rng"] == stream_state(stream(3, "sample"))
    assert state["self_play"]["explore_rng"] == stream_state(stream(3, "explore"))


def test_owed_fractions_of_updates_outlive_a_pause() -> None:
    words = ("learner.batch_size=64", "learner.replay_ratio=2.9")
    straight, resumed = trainer(*words), trainer(*words)
    rounds = straight.rounds()
    next(rounds)
    state = through_a_file(straight.state_dict())

    resumed.load_state_dict(state)

    assert state["owed_updates"] > 0
    assert numbers([next(resumed.rounds())]) == numbers([next(rounds)])


def test_the_global_generators_of_a_run_outlive_a_pause() -> None:
    state = through_a_file(trainer(seed=1).state_dict())
    resumed = trainer(seed=2)

    resumed.load_state_dict(state)

    assert resumed.state_dict()["generators"]["torch"].equal(state["generators"]["torch"])
