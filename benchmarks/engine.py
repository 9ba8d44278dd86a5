"""Speed of the engine on one core. Prints a table; writes nothing.

    python benchmarks/engine.py [--decisions 2000000] [--repeats 5]

Method. Random legal play: every decision is drawn uniformly from the legal actions, finished games
are dealt anew, forced decisions are played and counted like all others. Choosing, dealing and
playing are all inside the measured loop, which is compiled and writes into arrays of the caller;
one call plays all decisions of a row. Time is processor time of this process (other processes on
the machine do not count, though they slow its memory down), the best of the repeats.

    rules         legal sets as five words per game, choice, play
    + mask        also the legal mask, 181 booleans per game
    + observation also the packed observation of the acting player, 27 words
    + unpacked    also that observation as float32, as a network reads it
    env.step      the Python calls of VectorEnv with mask and observation, forced decisions skipped
                  and not counted; the choice is made outside the measured time
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle.env.advance import new_step, write_mask
from cuttle.env.observation import OBS_DIM, OBS_WORDS, observe, unpack
from cuttle.env.vector import VectorEnv
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.jit import CACHE_DIR, Int, inlined, kernel
from cuttle.game.legal import legal_count, legal_sets, nth_legal
from cuttle.game.rules import play
from cuttle.game.state import Games, acting, deal_from_stream, new_games, random_streams
from cuttle.game.variants import CUTTLE_CARDS

BATCHES = (64, 512, 4_096, 65_536)
RULES, MASK, OBSERVATION = 0, 1, 2
FIRST_STEP = """
import time
started = time.perf_counter()
import numpy as np
from cuttle.env.vector import VectorEnv
env = VectorEnv(64, np.random.default_rng(0))
env.step(env.legal_mask.argmax(axis=1))
print(time.perf_counter() - started, time.process_time())
"""


@inlined
def draw(streams: NDArray[np.uint64], i: Int, bound: Int) -> Int:
    """Draw a number below `bound` from stream i (SplitMix64, mixed once)."""
    streams[i] += np.uint64(0x9E3779B97F4A7C15)
    mixed = (streams[i] ^ (streams[i] >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.int64((mixed >> np.uint64(32)) * np.uint64(bound) >> np.uint64(32))


@kernel
def play_random(
    games: Games,
    streams: NDArray[np.uint64],
    sizes: tuple[int, int],
    legal_mask: NDArray[np.bool_],
    observation: NDArray[np.int64],
) -> Int:
    """Make random decisions in every game; return how many games ended.

    `sizes` are the decisions a game and what is written: RULES, MASK or OBSERVATION.
    """
    rounds, what = sizes
    ended = 0
    for _ in range(rounds):
        for i in range(games.size):
            game = games[i]
            if game.over:
                ended += 1
                deal_from_stream(game, streams, i)
            sets = legal_sets(game, CUTTLE_CARDS)
            if what >= MASK:
                write_mask(sets, legal_mask[i])
            if what >= OBSERVATION:
                observe(game, acting(game), CUTTLE_CARDS, observation[i])
            play(game, nth_legal(sets, draw(streams, i, legal_count(sets))), CUTTLE_CARDS)
    return ended


@kernel
def choose_random(legal: NDArray[np.int64], streams: NDArray[np.uint64], out: Any) -> None:
    """Draw an action for every game from its legal sets."""
    for i in range(len(legal)):
        row = legal[i]
        sets = (row[0], row[1], row[2], row[3], row[4])
        out[i] = nth_legal(sets, draw(streams, i, legal_count(sets)))


class Loop:
    """The compiled loop over one batch of games."""

    def __init__(self, batch: int, what: int) -> None:
        """Deal `batch` games and play them into their middle."""
        self.games = new_games(batch)
        self.games["over"] = True
        self.streams = random_streams(batch, np.random.default_rng(0))
        self.what = what
        self.legal_mask = np.zeros((batch, NUM_ACTIONS), np.bool_)
        self.observation = np.zeros((batch, OBS_WORDS), np.int64)
        self.play(100)

    def play(self, rounds: int) -> None:
        """Make `rounds` decisions in every game."""
        sizes = (rounds, self.what)
        play_random(self.games, self.streams, sizes, self.legal_mask, self.observation)


class Unpacked(Loop):
    """The compiled loop, each of whose rounds is followed by unpacking the observations."""

    def __init__(self, batch: int) -> None:
        """Deal `batch` games and make room for their unpacked observations."""
        self.unpacked = np.zeros((batch, OBS_DIM), np.float32)
        super().__init__(batch, OBSERVATION)

    def play(self, rounds: int) -> None:
        """Make `rounds` decisions in every game."""
        for _ in range(rounds):
            super().play(1)
            unpack(self.observation, self.unpacked)


def best_time(play: Callable[[int], None], rounds: int, repeats: int) -> float:
    """Return the least processor time of a call, in seconds."""
    times = []
    for _ in range(repeats):
        started = time.process_time()
        play(rounds)
        times.append(time.process_time() - started)
    return min(times)


def time_env(batch: int, rounds: int, repeats: int) -> float:
    """Return the least processor time of `rounds` calls of `VectorEnv.step`, in seconds."""
    env = VectorEnv(batch, np.random.default_rng(0))
    streams = random_streams(batch, np.random.default_rng(1))
    actions = np.zeros(batch, np.int64)
    out = new_step(batch)
    times = []
    for _ in range(repeats):
        total = 0.0
        for _ in range(rounds):
            choose_random(env.views.legal, streams, actions)
            started = time.process_time()
            env.step(actions, out)
            total += time.process_time() - started
        times.append(total)
    return min(times)


def allocations(batch: int) -> int:
    """Return the bytes that a hundred steps into given arrays allocate at their peak."""
    env = VectorEnv(batch, np.random.default_rng(0))
    actions, out = np.zeros(batch, np.int64), new_step(batch)
    env.step(env.legal_mask.argmax(axis=1), out)
    streams = random_streams(batch, np.random.default_rng(1))
    tracemalloc.start()
    for _ in range(100):
        choose_random(env.views.legal, streams, actions)
        env.step(actions, out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def first_step(cache_dir: str) -> str:
    """Measure what a new process needs until its first step: seconds by the clock and of work."""
    environment = os.environ | {"NUMBA_CACHE_DIR": cache_dir}
    command = [sys.executable, "-c", FIRST_STEP]
    clock, work = subprocess.check_output(command, env=environment).split()
    return f"{float(clock):.2f} s ({float(work):.2f} s of processor time)"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decisions", type=int, default=2_000_000, help="per cell and repeat")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    print(f"million decisions per second on one core; machine code in {CACHE_DIR}")
    print("games       " + "".join(f"{name:>14}" for name in ROWS))
    for batch in BATCHES:
        rounds = max(1, arguments.decisions // batch)
        cells = [rounds * batch / ROWS[name](batch, rounds, arguments.repeats) for name in ROWS]
        print(f"{batch:>6}      " + "".join(f"{cell / 1e6:>14.2f}" for cell in cells))
    print(f"memory allocated by 100 steps of 4,096 games, at its peak: {allocations(4_096)} bytes")
    with tempfile.TemporaryDirectory() as folder:
        print(f"first step of a new process, compiling:      {first_step(folder)}")
        print(f"first step of a new process, from the cache: {first_step(folder)}")


ROWS: dict[str, Callable[[int, int, int], float]] = {
    "rules": lambda batch, *sizes: best_time(Loop(batch, RULES).play, *sizes),
    "+ mask": lambda batch, *sizes: best_time(Loop(batch, MASK).play, *sizes),
    "+ observation": lambda batch, *sizes: best_time(Loop(batch, OBSERVATION).play, *sizes),
    "+ unpacked": lambda batch, *sizes: best_time(Unpacked(batch).play, *sizes),
    "env.step": time_env,
}

if __name__ == "__main__":
    main()
