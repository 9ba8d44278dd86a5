"""Plain states: what `torch.load(weights_only=True)` reads. No files here."""

from typing import Any

import numpy as np
import torch


def to_plain(value: Any) -> Any:
    """Turn arrays of a nest of dicts into tensors."""
    if isinstance(value, np.ndarray):
        return torch.from_numpy(np.ascontiguousarray(value))
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    return value


def from_plain(value: Any) -> Any:
    """Turn tensors of a nest of dicts back into arrays."""
    if isinstance(value, torch.Tensor):
        return value.cpu().numpy()
    if isinstance(value, dict):
        return {key: from_plain(item) for key, item in value.items()}
    return value
