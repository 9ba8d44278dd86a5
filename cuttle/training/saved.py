"""States, and the files of models and checkpoints: not trusted when they are read."""

import copy
import io
import zipfile
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor, nn


def to_bytes(value: dict[str, Any]) -> bytes:
    """Serialise tensors and plain values."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def load(file: BinaryIO) -> dict[str, Any]:
    """Read what `to_bytes` made; nothing in it is run as code.

    Raises ValueError for another format, and for a file that takes more memory than disk space.
    """
    # What torch saves is stored, not compressed. Its older formats may ask for any amount.
    if not zipfile.is_zipfile(file):
        raise ValueError("not in the format of torch.save")
    with zipfile.ZipFile(file) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    packed = file.seek(0, io.SEEK_END)
    if unpacked > packed:
        raise ValueError(f"{packed:,} bytes that unpack to {unpacked:,}; torch compresses nothing")
    file.seek(0)
    value: dict[str, Any] = torch.load(file, weights_only=True)
    return value


def held(network: nn.Module) -> dict[str, Any]:
    """Return all that a network holds: weights, extra states and every buffer, by name.

    Buffers that are not persistent are among them, for layers may change them in training.
    """
    return {**network.state_dict(), **dict(network.named_buffers())}


def network_state(network: nn.Module) -> dict[str, Any]:
    """Return a copy of all that a network holds, tensors on the CPU."""
    return {
        name: value.detach().cpu().clone() if isinstance(value, Tensor) else copy.deepcopy(value)
        for name, value in held(network).items()
    }


def restore_network(network: nn.Module, state: dict[str, Any]) -> None:
    """Put a network into a state that `network_state` returned."""
    network.load_state_dict({name: state[name] for name in network.state_dict()})
    for name, buffer in network.named_buffers():
        buffer.copy_(state[name])


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
