"""Experience replay: a ring of ticks of many games side by side. Sampling only; no learning.

A row is one decision. The row after it, one tick later in the same game, is the decision that
follows, of whichever seat; so next states are not stored twice and n-step returns are summed
on the way out. Letters: ticks, num_envs, batch, n (steps summed).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle.config.schema import ReplaySettings
from cuttle.env.observation import OBS_WORDS
from cuttle.env.symmetry import (
    MASK_WORDS,
    SUIT_ORDERS,
    pack_masks,
    rename_in_actions,
    rename_suits,
    unpack_masks,
)
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.jit import kernel


@dataclass(frozen=True)
class Batch:
    """Transitions to learn from; `bootstrap` is the signed, discounted weight of the next value."""

    observation: NDArray[np.int64]  # (batch, OBS_WORDS), packed
    action: NDArray[np.int64]  # (batch,)
    reward: NDArray[np.float32]  # (batch,) for the mover, summed over n steps
    bootstrap: NDArray[np.float32]  # (batch,) 0 after the end, negative if the opponent is next
    next_observation: NDArray[np.int64]  # (batch, OBS_WORDS), packed, of whoever decides next
    next_legal_mask: NDArray[np.bool_]  # (batch, NUM_ACTIONS)


class Replay:
    """Copies of the latest decisions of `num_envs` games, packed as the engine packs them."""

    def __init__(self, num_envs: int, settings: ReplaySettings) -> None:
        """Make room for `settings.capacity` decisions, rounded down to whole ticks."""
        self._settings = settings
        self._ticks = settings.capacity // num_envs
        shape = (self._ticks, num_envs)
        self._columns: dict[str, NDArray[Any]] = {
            "observation": np.zeros((*shape, OBS_WORDS), np.int64),
            "legal_mask": np.zeros((*shape, MASK_WORDS), np.int64),
            "action": np.zeros(shape, np.int16),
            "reward": np.zeros(shape, np.float32),
            "bootstrap": np.zeros(shape, np.float32),
            "is_random": np.zeros(shape, np.bool_),
            "seat": np.zeros(shape, np.uint8),
        }
        self._num_added = 0  # ticks, since the beginning
        self._game_start = np.zeros(num_envs, np.int64)  # tick of each running game's first row

    def __len__(self) -> int:
        """Return the decisions held."""
        return min(self._num_added, self._ticks) * len(self._game_start)

    def add(
        self,
        *,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        action: NDArray[np.int64],
        is_random: NDArray[np.bool_],
        seat: NDArray[np.uint8],
    ) -> None:
        """Copy in what each game's mover saw and did; `complete_transition` adds the outcome."""
        row = self._num_added % self._ticks
        self._columns["observation"][row] = observation
        self._columns["legal_mask"][row] = pack_masks(legal_mask)
        self._columns["action"][row] = action
        self._columns["is_random"][row] = is_random
        self._columns["seat"][row] = seat

    def complete_transition(
        self,
        *,
        reward: NDArray[np.float32],
        done: NDArray[np.bool_],
        next_seat: NDArray[np.uint8],
    ) -> None:
        """Complete the newest tick by its outcome: reward for the mover, and who decides next."""
        row = self._num_added % self._ticks
        same = self._columns["seat"][row] == next_seat
        weight = np.where(same, 1.0, -self._settings.discount)
        self._columns["reward"][row] = reward
        self._columns["bootstrap"][row] = np.where(done, 0.0, weight)
        if self._settings.alias_final_position:
            self._alias(np.flatnonzero(done))
        self._num_added += 1
        self._game_start[done] = self._num_added

    def can_sample(self) -> bool:
        """Return whether a row with all its successors is held."""
        return min(self._num_added, self._ticks) > self._settings.horizon

    def sample(self, batch_size: int, rng: np.random.Generator) -> Batch:
        """Draw transitions uniformly, with replacement, as fresh arrays."""
        num_envs = len(self._game_start)
        held = min(self._num_added, self._ticks)
        # The newest rows wait until the rows that complete their returns are there.
        drawn = rng.integers(0, (held - self._settings.horizon) * num_envs, batch_size)
        # Rows lie tick by tick, so the ring is one of rows too.
        row = (drawn + (self._num_added - held) * num_envs) % (self._ticks * num_envs)
        order = rng.integers(0, len(SUIT_ORDERS), batch_size)
        if not self._settings.suit_augmentation:
            order[:] = 0  # drawn all the same, so that what is drawn next does not depend on it
        return self._read(row, SUIT_ORDERS[order])

    def _column(self, name: str) -> NDArray[Any]:
        """View a column by rows, `(ticks * num_envs, ...)`."""
        column = self._columns[name]
        return column.reshape(-1, *column.shape[2:])

    def _read(self, row: NDArray[np.int64], order: NDArray[np.int64]) -> Batch:
        """Read the transitions that begin at these rows `(batch,)`, suits renamed by `order`."""
        reward, bootstrap, next_row = self._sum_returns(row)
        state = self._column("observation").take(row, axis=0)
        next_state = self._column("observation").take(next_row, axis=0)
        action = self._column("action").take(row).astype(np.int64)
        packed = self._column("legal_mask").take(next_row, axis=0)
        next_legal_mask = np.zeros((len(row), NUM_ACTIONS), np.bool_)
        unpack_masks(packed, order, next_legal_mask)
        rename_suits(state, order)
        rename_suits(next_state, order)
        rename_in_actions(action, order)
        return Batch(
            observation=state,
            action=action,
            reward=reward,
            bootstrap=bootstrap,
            next_observation=next_state,
            next_legal_mask=next_legal_mask,
        )

    def _sum_returns(
        self, row: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
        """Sum rewards step by step; return them, the bootstrap weights and the next rows."""
        settings = self._settings
        until_own = settings.n_step if settings.until_own_decision else settings.horizon
        reward, bootstrap = np.empty((2, len(row)), np.float32)
        next_row = np.empty(len(row), np.int64)
        _sum_returns(
            row,
            tuple(self._column(name) for name in ("reward", "bootstrap", "is_random")),
            (len(self._game_start), settings.horizon, until_own, settings.stop_at_exploration),
            (reward, bootstrap, next_row),
        )
        return reward, bootstrap, next_row

    def _alias(self, finished: NDArray[np.int64]) -> None:
        """Overwrite all rows of finished games by the last position their seat saw."""
        for env in finished:
            first = max(self._game_start[env], self._num_added + 1 - self._ticks)
            rows = np.arange(first, self._num_added + 1) % self._ticks
            seats = self._columns["seat"][rows, env]
            for seat in (0, 1):
                own = rows[seats == seat]
                if own.size:
                    last = self._columns["observation"][own[-1], env].copy()
                    self._columns["observation"][own, env] = last

    def state_dict(self) -> dict[str, Any]:
        """Return everything needed to continue exactly here, as fresh arrays."""
        held = min(self._num_added, self._ticks)
        return {
            "columns": {name: column[:held].copy() for name, column in self._columns.items()},
            "num_added": self._num_added,
            "game_start": self._game_start.copy(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        for name, column in state["columns"].items():
            self._columns[name][: len(column)] = column
        self._num_added = state["num_added"]
        self._game_start[:] = state["game_start"]


@kernel
def _sum_returns(
    row: NDArray[np.int64],
    columns: tuple[Any, ...],
    steps: tuple[int, int, int, bool],
    out: tuple[Any, ...],
) -> None:
    """Write reward, bootstrap weight and next row, the arrays `out`, of each row `(batch,)`.

    `columns` are those of reward, bootstrap and is_random; `steps` are the rows from one tick to
    the next, the most steps that are summed, after how many the sum ends at the mover's own
    decision, and whether it ends at a random action.
    """
    rewards, bootstraps, is_random = columns
    num_envs, horizon, until_own, stop_at_exploration = steps
    reward, bootstrap, next_row = out
    for i in range(len(row)):
        at = (row[i] + num_envs) % len(rewards)
        total, weight = rewards[row[i]], bootstraps[row[i]]
        for step in range(1, horizon):
            if weight == 0 or (step >= until_own and weight > 0):
                break
            if stop_at_exploration and is_random[at]:
                break
            total += weight * rewards[at]
            weight *= bootstraps[at]
            at = (at + num_envs) % len(rewards)
        reward[i], bootstrap[i], next_row[i] = total, weight, at
