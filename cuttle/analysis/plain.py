"""Results as plain JSON values: dicts, lists, finite numbers, text. Computes nothing."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Turn dataclasses, numpy values and pair keys into what strict JSON can hold.

    An estimator's result gains the key `computable`. A number that is not finite is an error:
    whoever made it owes a reason instead.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return _plain_dataclass(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return _plain_scalar(value)


def _plain_dataclass(value: Any) -> dict[str, Any]:
    content = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    computable = getattr(value, "computable", None)
    return content if computable is None else {"computable": bool(computable), **content}


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"a result holds {value}, which JSON cannot; give a reason instead")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a result holds a {type(value).__name__}, which is no plain value: {value!r}")


def _key(key: Any) -> str:
    """Spell a pair of names as `a|b`."""
    return "|".join(map(str, key)) if isinstance(key, tuple) else str(key)
