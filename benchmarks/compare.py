"""Side by side with what one would install instead, in one run on one core. Writes nothing.

    pip install open_spiel rlcard pgx "jax[cpu]"      # all optional: what is missing is left out
    python benchmarks/compare.py [--seconds 3]

Method. Random legal play through the Python interface of each library, with the observation of the
acting player (as the array a network reads) and the legal actions fetched at every decision;
finished games are dealt anew; forced decisions count. The games differ: these are the imperfect-
information card games the libraries offer. Every row is warmed up first, then runs for the given
seconds of processor time; the process is bound to one core where the system allows it. The ratios
are to cuttle with the same number of games side by side, and to cuttle at its best batch.
"""

import argparse
import importlib
import importlib.util
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cuttle.env.advance import new_step
from cuttle.env.observation import OBS_DIM, unpack
from cuttle.env.vector import VectorEnv
from cuttle.opponents.randomized import Randomized

# Each player yields the number of decisions made so far, again and again.
Counter = Iterator[int]


def cuttle(batch: int) -> Counter:
    """Play Cuttle, `batch` games a call."""
    rng = np.random.default_rng(0)
    env = VectorEnv(batch, rng, skip_forced=False)
    observation = np.zeros((batch, OBS_DIM), np.float32)
    player, out = Randomized(), new_step(batch)
    while True:
        unpack(env.observation, observation)
        env.step(player.act(env.observation, env.legal_mask, rng), out)
        yield batch


def open_spiel(name: str) -> Counter:
    """Play one game of OpenSpiel after another."""
    pyspiel = importlib.import_module("pyspiel")
    game = pyspiel.load_game(name)
    rng = random.Random(0)
    while True:
        state = game.new_initial_state()
        while not state.is_terminal():
            if state.is_chance_node():
                outcomes, chances = zip(*state.chance_outcomes(), strict=True)
                state.apply_action(rng.choices(outcomes, chances)[0])
                continue
            np.asarray(state.observation_tensor(state.current_player()), np.float32)
            state.apply_action(rng.choice(state.legal_actions()))
            yield 1


def rlcard(name: str) -> Counter:
    """Play one game of RLCard after another."""
    env = importlib.import_module("rlcard").make(name)
    rng = random.Random(0)
    while True:
        state, _ = env.reset()
        while not env.is_over():
            action = rng.choice(list(state["legal_actions"]))
            state, _ = env.step(action)
            yield 1


def pgx(name: str, batch: int) -> Counter:
    """Play games of PGX, `batch` games a call, compiled by JAX for the processor."""
    jax = importlib.import_module("jax")
    env = importlib.import_module("pgx").make(name)
    auto_reset = importlib.import_module("pgx.experimental").auto_reset
    step_one = auto_reset(env.step, env.init)

    def step(state: Any, key: Any) -> Any:
        choice, deal = jax.random.split(key)
        scores = jax.numpy.where(state.legal_action_mask, 0.0, -jax.numpy.inf)
        actions = jax.random.categorical(choice, scores, axis=-1)
        return jax.vmap(step_one)(state, actions, jax.random.split(deal, batch))

    compiled = jax.jit(step)
    keys = jax.random.split(jax.random.PRNGKey(0), batch)
    state, key = jax.jit(jax.vmap(env.init))(keys), jax.random.PRNGKey(1)
    while True:
        key, used = jax.random.split(key)
        state = compiled(state, used)
        np.asarray(state.observation)
        np.asarray(state.legal_action_mask)
        yield batch


ROWS: list[tuple[str, str, int, Callable[[], Counter]]] = [
    *(("cuttle", "cuttle", batch, lambda batch=batch: cuttle(batch)) for batch in (1, 128, 4_096)),
    ("pyspiel", "OpenSpiel gin_rummy", 1, lambda: open_spiel("gin_rummy")),
    ("pyspiel", "OpenSpiel leduc_poker", 1, lambda: open_spiel("leduc_poker")),
    ("rlcard", "RLCard gin-rummy", 1, lambda: rlcard("gin-rummy")),
    ("rlcard", "RLCard uno", 1, lambda: rlcard("uno")),
    *(
        ("pgx", f"PGX {name}", batch, lambda name=name, batch=batch: pgx(name, batch))
        for name in ("leduc_holdem", "sparrow_mahjong")
        for batch in (1, 128, 4_096)
    ),
]


def rate(counter: Counter, seconds: float) -> float:
    """Return the decisions a second of processor time, after a warm-up."""
    warm_until = time.process_time() + 0.2
    next(counter)
    while time.process_time() < warm_until:
        next(counter)
    decisions, started = 0, time.process_time()
    while (elapsed := time.process_time() - started) < seconds:
        for _ in range(20):
            decisions += next(counter)
    return decisions / elapsed


def main() -> None:
    """Measure every library that is installed and print the table of ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of processor time a row")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ours: dict[int, float] = {}
    print(f"{'':<45}{'cuttle is faster by':>22}")
    print(f"{'library and game':<24}{'games':>7}{'decisions/s':>14}{'same games':>12}{'best':>10}")
    for module, label, batch, build in ROWS:
        if importlib.util.find_spec(module) is None:
            print(f"{label:<24}{batch:>7}{'not installed':>14}")
            continue
        speed = rate(build(), arguments.seconds)
        ours.setdefault(batch, speed)
        ratios = f"{ours[batch] / speed:>11.1f}x{max(ours.values()) / speed:>9.0f}x"
        print(f"{label:<24}{batch:>7}{speed:>14,.0f}{ratios if module != 'cuttle' else ''}")


if __name__ == "__main__":
    main()
