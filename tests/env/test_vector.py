"""Many games side by side: what is accepted, what a step returns, how games go on."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cuttle.env.advance import new_step
from cuttle.env.observation import observation_of
from cuttle.env.vector import DealtGames, VectorEnv
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.legal import legal_actions
from cuttle.game.rules import play
from cuttle.game.state import acting, deal, new_games, random_decks
from cuttle.game.variants import CUTTLE_CARDS, PRESETS
from tests.game.positions import choose, random_position


def decks(number: int, seed: int = 0) -> NDArray[np.uint8]:
    return random_decks(number, np.random.default_rng(seed))


@pytest.mark.parametrize("name", PRESETS)
def test_the_mask_holds_just_the_actions_that_are_accepted(name: str) -> None:
    rng = np.random.default_rng(1)
    env = DealtGames(decks(1), rules=PRESETS[name], skip_forced=False)
    for _ in range(60):
        start = random_position(rng, PRESETS[name])
        for action in range(-1, NUM_ACTIONS + 1):
            env.games[:] = start
            env._look(env._rows)
            expected = 0 <= action < NUM_ACTIONS and bool(env.legal_mask[0, action])

            try:
                env.step(np.array([action]))
                accepted = True
            except ValueError:
                accepted = False

            assert accepted == expected, f"action {action}"


def test_views_are_those_of_single_games() -> None:
    rng = np.random.default_rng(2)
    env = VectorEnv(64, rng, skip_forced=False)

    for _ in range(100):
        for i in range(0, 64, 7):
            game = env.games[i]
            mask = np.zeros(NUM_ACTIONS, np.bool_)
            mask[legal_actions(game, CUTTLE_CARDS)] = True
            assert env.acting[i] == acting(game)
            assert (env.legal_mask[i] == mask).all()
            shown = observation_of(game, acting(game), CUTTLE_CARDS)
            assert (env.observation[i] == shown).all()
        env.step(choose(env, rng))


def test_an_illegal_action_is_refused_before_anything_is_played() -> None:
    env = VectorEnv(3, np.random.default_rng(3))
    actions = env.legal_mask.argmax(axis=1)
    actions[2] = np.flatnonzero(~env.legal_mask[2])[0]
    before = env.games.copy()

    with pytest.raises(ValueError, match=f"action {actions[2]} is not legal in game 2"):
        env.step(actions)

    assert (env.games == before).all()


def test_writing_into_the_shown_mask_makes_nothing_legal() -> None:
    env = VectorEnv(1, np.random.default_rng(3))
    illegal = int(np.flatnonzero(~env.legal_mask[0])[0])
    env.legal_mask[0, illegal] = True

    with pytest.raises(ValueError, match="is not legal in game 0"):
        env.step(np.array([illegal]))


@pytest.mark.parametrize("shape", [(52,), (1, 40), (1, 53), (1, 1, 52)])
def test_decks_of_the_wrong_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"decks must have shape \(num_envs, 52\), got \("):
        DealtGames(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("card", [1, 52, 255])
def test_a_deck_that_lacks_a_card_is_refused(card: int) -> None:
    wrong = decks(3)
    wrong[2, wrong[2] == 0] = card

    with pytest.raises(ValueError, match="a deck must hold each of the 52 cards once: row 2"):
        DealtGames(wrong)


def test_actions_of_the_wrong_shape_are_refused() -> None:
    env = VectorEnv(2, np.random.default_rng(3))

    with pytest.raises(ValueError, match=r"actions must have shape \(2,\), got \(3,\)"):
        env.step(np.zeros(3, np.int64))


@pytest.mark.parametrize("rows", [[4], [-1], [10**9], [0.0], [True], [[0]], 0])
def test_rows_that_are_no_games_are_refused(rows: object) -> None:
    env = VectorEnv(4, np.random.default_rng(3))
    before = env.games.copy()

    with pytest.raises(ValueError, match="rows must be indices from 0 to 3, got"):
        env.step(np.zeros(1, np.int64), rows=np.array(rows))
    with pytest.raises(ValueError, match="rows must be indices from 0 to 3, got"):
        env.deal(np.array(rows), decks(1))

    assert (env.games == before).all()


def test_another_number_of_decks_than_rows_is_refused() -> None:
    env = VectorEnv(4, np.random.default_rng(3))

    with pytest.raises(ValueError, match="decks must be as many as rows, 4, got 1"):
        env.deal(np.arange(4), decks(1))


def test_arrays_of_the_caller_are_written_and_others_refused_before_anything_is_played() -> None:
    env = VectorEnv(4, np.random.default_rng(3))
    before, actions, out = env.games.copy(), env.legal_mask.argmax(axis=1), new_step(4)

    for num_envs in (1, 5):
        with pytest.raises(ValueError, match=r"out must hold arrays of shape \(4,\)"):
            env.step(actions, new_step(num_envs))

    assert (env.games == before).all()
    assert env.step(actions, out) is out


@pytest.mark.parametrize("action", [0.0, 0.9, "0", True])
def test_what_is_no_integer_is_no_action(action: object) -> None:
    env = VectorEnv(2, np.random.default_rng(3))

    with pytest.raises(TypeError, match="an action must be an integer from 0 to 180, got"):
        env.step(np.array([action, action]))


def test_games_that_are_not_named_wait() -> None:
    env = DealtGames(decks(3))
    before = env.games.copy()

    env.step(env.legal_mask[1:2].argmax(axis=1), rows=np.array([1]))

    assert (env.games[[0, 2]] == before[[0, 2]]).all()
    assert env.games[1] != before[1]


def test_a_forfeited_game_is_lost_and_leaves_nothing_to_play() -> None:
    env = DealtGames(decks(3))

    env.forfeit(np.array([1]), np.array([0], np.uint8))

    assert env.over.tolist() == [False, True, False]
    assert env.winner.tolist() == [-1, 1, -1]
    assert env.legal_mask.any(axis=1).tolist() == [True, False, True]


def test_results_are_zero_sum_and_for_the_mover() -> None:
    rng = np.random.default_rng(4)
    env = DealtGames(decks(400), skip_forced=False)
    results = np.zeros((400, 2))
    finished = np.zeros(400, np.int64)

    while not env.over.all():
        running = ~env.over
        movers = env.acting.copy()
        step = env.step(choose(env, rng))
        assert (step.reward[~step.done] == 0).all()
        assert not step.done[~running].any()
        ended = np.flatnonzero(step.done)
        results[ended, movers[ended]] = step.reward[ended]
        results[ended, 1 - movers[ended]] = -step.reward[ended]
        finished += step.done

    assert (finished == 1).all()
    assert (np.abs(results[env.winner >= 0]) == 1).all()
    assert (env.winner == np.where(results[:, 0] == 0, -1, results[:, 1] > 0)).all()


def test_finished_games_stay_as_they_are() -> None:
    rng = np.random.default_rng(5)
    env = DealtGames(decks(20))
    while not env.over[0]:
        env.step(choose(env, rng))
    before = env.games[0].copy()

    env.step(np.where(env.over, -7, choose(env, rng)))

    assert env.games[0] == before


def test_a_finished_game_is_dealt_anew_at_once() -> None:
    rng = np.random.default_rng(6)
    env = VectorEnv(50, rng)
    done = np.zeros(50, np.bool_)

    for _ in range(200):
        step = env.step(choose(env, rng))
        assert not env.over.any()
        done |= step.done
        assert (env.games["decisions"][step.done] == 0).all()
        assert (env.games["turn"][step.done] == 0).all()

    assert done.all()


def test_forced_decisions_are_played_unseen() -> None:
    rng = np.random.default_rng(7)
    env = VectorEnv(200, rng)

    for _ in range(60):
        assert (env.legal_mask.sum(axis=1) > 1).all()
        env.step(choose(env, rng))


def test_skipping_forced_decisions_changes_no_game() -> None:
    seen = DealtGames(decks(1), skip_forced=True)
    full = DealtGames(decks(1), skip_forced=False)
    rng = np.random.default_rng(8)

    while not seen.over[0]:
        while full.legal_mask.sum() == 1:
            full.step(full.legal_mask.argmax(axis=1))
        assert (full.observation == seen.observation).all()
        actions = choose(seen, rng)
        seen.step(actions)
        full.step(actions)
    while not full.over[0]:
        full.step(full.legal_mask.argmax(axis=1))

    assert (full.games == seen.games).all()


def test_what_happens_in_one_game_changes_no_other() -> None:
    rng = np.random.default_rng(9)
    one, two = (VectorEnv(8, np.random.default_rng(10)) for _ in range(2))

    for _ in range(300):
        actions = choose(one, rng)
        others = choose(two, rng)
        others[3] = actions[3]
        one.step(actions)
        two.step(others)
        assert one.games[3] == two.games[3]


def test_same_seed_deals_the_same_games_and_another_seed_others() -> None:
    rng = np.random.default_rng
    first, same, other = (VectorEnv(5, rng(seed)) for seed in (1, 1, 2))

    assert (first.games == same.games).all()
    assert (first.games != other.games).any()


def test_continuing_from_a_state_is_exact() -> None:
    rng = np.random.default_rng(11)
    env = VectorEnv(30, rng)
    for _ in range(40):
        env.step(choose(env, rng))
    state = env.state_dict()
    other = VectorEnv(30, np.random.default_rng(99))
    other.load_state_dict(state)

    for _ in range(120):
        assert (env.observation == other.observation).all()
        assert (env.legal_mask == other.legal_mask).all()
        assert (env.acting == other.acting).all()
        actions = choose(env, rng)
        for ours, theirs in zip(env.step(actions), other.step(actions), strict=True):
            assert (ours == theirs).all()


@pytest.mark.parametrize("num_envs", [1, 4])
def test_a_state_of_another_number_of_games_is_refused(num_envs: int) -> None:
    state = VectorEnv(num_envs, np.random.default_rng(9)).state_dict()

    with pytest.raises(ValueError, match=f"a state of 3 games is needed, got {num_envs}"):
        VectorEnv(3, np.random.default_rng(0)).load_state_dict(state)


def test_a_state_is_a_copy() -> None:
    rng = np.random.default_rng(12)
    env = VectorEnv(3, rng)
    state = env.state_dict()
    kept = {name: value.copy() for name, value in state.items()}

    for _ in range(100):
        env.step(choose(env, rng))

    assert all((state[name] == kept[name]).all() for name in kept)


def test_one_game_played_by_hand_equals_the_batch() -> None:
    deck = decks(1, 17)
    env = DealtGames(deck, skip_forced=False)
    game = new_games(1)[0]
    deal(game, deck[0])
    rng = np.random.default_rng(18)

    while not env.over[0]:
        action = choose(env, rng)
        env.step(action)
        play(game, action[0], CUTTLE_CARDS)

    assert env.games[0] == game
