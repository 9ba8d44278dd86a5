"""What both libraries' wrappers share: the observation as they want it. No environments.

Needs the extra `envs`.
"""

from typing import Any, cast

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from cuttle.env.observation import OBS_DIM, unpack
from cuttle.game.actions import NUM_ACTIONS

Observation = dict[str, NDArray[Any]]
RENDER_MODES = ["ansi"]


def observation_space() -> spaces.Space[Observation]:
    """Describe one observation."""
    parts: dict[str, spaces.Space[Any]] = {
        "observation": spaces.Box(0.0, 1.0, (OBS_DIM,), np.float32),
        "action_mask": spaces.Box(0, 1, (NUM_ACTIONS,), np.int8),
    }
    # The type of a Dict space leaves open what its values are; ours are arrays.
    return cast(spaces.Space[Observation], spaces.Dict(parts))


def unpacked(packed: NDArray[np.int64], legal_mask: NDArray[np.bool_]) -> Observation:
    """Make fresh observations of `(batch, OBS_WORDS)` and `(batch, NUM_ACTIONS)`."""
    observation = np.empty((len(packed), OBS_DIM), np.float32)
    unpack(packed, observation)
    return {"observation": observation, "action_mask": legal_mask.astype(np.int8)}


def check_render_mode(render_mode: str | None) -> None:
    """Raise ValueError for a mode that no wrapper can draw."""
    if render_mode is not None and render_mode not in RENDER_MODES:
        raise ValueError(f"render_mode must be None or 'ansi', got {render_mode!r}")
