"""A program to launch: what a launch needs to know of it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Program:
    """A program whose runs can be launched; functions are given as `module:function`.

    They are imported in child processes alone, so that no launcher or worker loads the program.

    train: trains one frozen run and records it, `(recorder, config) -> None`
    check: builds what a config describes and returns facts for the metadata, or raises ValueError,
        `(config, is_here) -> mapping`
    warm_up: loads what every run needs, once, before the first of them, `() -> None`
    label_group: the config group whose option begins the name of every run
    objective: the config key that names the result which other sweepers optimise
    """

    train: str
    check: str = ""
    warm_up: str = ""
    label_group: str = ""
    objective: str = ""


def load_function(name: str) -> Callable[..., Any]:
    """Import the function that `module:function` names."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
