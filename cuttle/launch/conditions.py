"""What an experiment varies: factors, the levels of a job and the label of a condition.

An experiment is one base config. A factor is a config group or key that was swept; a condition is
one combination of levels. Its label names the levels that are not those of the base, so that a
factor added later renames nothing.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from cuttle.config.roles import neutral_values
from cuttle.launch.compose import Composer, resolve
from cuttle.runs.diff import Flat, canonical, differing, flatten, is_below, subtree
from cuttle.runs.files import digest

Levels = dict[str, Any]

BASE_LABEL = "base"  # of a program whose names begin with no group, at its base
MAX_LABEL = 100  # characters
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._+-]+")
OF_ANOTHER_TYPE = re.compile(r"true|false|null|nan|[+-]?(inf|[0-9.]+(e[+-]?[0-9]+)?)", re.I)
DIGEST_LENGTH = 6


class Space:
    """The factors of a launch, and what each of their levels changes of the base."""

    def __init__(
        self,
        composer: Composer,
        *,
        shared: Mapping[str, str],
        factors: Sequence[str],
        recorded_base: Mapping[str, Any] | None = None,
        recorded_choices: Mapping[str, Any] | None = None,
        label_group: str = "",
    ) -> None:
        """Compose the base.

        shared: the overrides that all runs of the launch have, by key
        factors: all known ones
        recorded_base, recorded_choices: the resolved config and the options of the groups that the
            experiment was created with; those of the launch for a new one
        label_group: the group whose option begins every label
        """
        self._composer = composer
        self._shared = shared
        base = composer.compose(list(shared.values()))
        self._base = base.config
        self._label_group = label_group
        self.base_config = resolve(self._base, may_lack=True)
        self.choices = {**base.choices, **(recorded_choices or {})}
        self.factors = sorted(factors, key=lambda key: (key != label_group, key))
        self._groups = [factor for factor in self.factors if self.is_group(factor)]
        self._base_flat = flatten(self.base_config)
        self._recorded_flat = self._base_flat
        if recorded_base:
            added_since = {k: v for k, v in neutral_values().items() if k in self._base_flat}
            self._recorded_flat = added_since | flatten(recorded_base)

    def is_group(self, factor: str) -> bool:
        """Return whether a factor is a config group, whose levels are the names of its options."""
        return factor in self.choices or self._composer.is_group(factor)

    def base_level(self, factor: str) -> Any:
        """Return the level of a factor in the experiment's base; None where it has none."""
        if self.is_group(factor):
            return self.choices.get(factor)
        return subtree(self._recorded_flat, factor)

    def levels(self, choices: Mapping[str, Any], flat: Flat) -> Levels:
        """Return the level of every factor in a job, from its options and its flat config."""
        return {
            factor: choices.get(factor) if self.is_group(factor) else subtree(flat, factor)
            for factor in self.factors
        }

    def label(self, levels: Levels) -> str:
        """Name a condition: a readable, valid file name of at most 100 characters."""
        words = [level_word(levels[self._label_group])] if self._label_group else []
        words += [
            self._option_word(group, levels[group])
            for group in self._groups
            if group != self._label_group and levels[group] != self.base_level(group)
        ]
        default = self._default_flat(levels)
        for key in (factor for factor in self.factors if factor not in self._groups):
            base = subtree(default, key)
            if canonical(levels[key]) != canonical(base):
                level = _changed_part(levels[key], base)
                words.append(f"{self._short_name(key)}={level_word(level)}")
        return _shorten("_".join(words) or BASE_LABEL)

    def changes(self, factor: str, conditions: Iterable[Levels]) -> list[str]:
        """Return the dotted keys, or the section, that change as a factor leaves its base.

        What an option changes may depend on the options of other groups; a key has its base there.
        """
        groups = self._groups if factor in self._groups else [factor]
        distinct = {tuple(level_word(c[group]) for group in groups): c for c in conditions}
        found: list[str] = []
        for levels in distinct.values():
            found += [key for key in self._changed(factor, levels) if not is_below(key, found)]
        return found

    def _changed(self, factor: str, levels: Levels) -> list[str]:
        base, level = self.base_level(factor), levels[factor]
        if factor in self._groups:
            options = {group: levels[group] for group in self._groups}
            before, after = (self._flat_with({**options, factor: o}) for o in (base, level))
            changed = list(differing([before, after]))
            is_section = all(key.startswith(f"{factor}.") for key in changed)
            return [factor] if is_section and changed else changed
        before, after = (
            flatten(resolve(_moved(self._base, factor, v), may_lack=True)) for v in (base, level)
        )
        changed = list(differing([before, after]))
        return [factor, *(key for key in changed if not is_below(key, [factor]))]

    def _default_flat(self, levels: Levels) -> Flat:
        """Return the config of a condition's options with every other factor as in the base.

        A key that the options leave alone has the base of the experiment, which an earlier launch
        may have set.
        """
        base = {group: self.base_level(group) for group in self._groups}
        before, after = self._flat_with(base), self._flat_with({g: levels[g] for g in self._groups})
        changed = list(differing([before, after]))
        default = {k: v for k, v in self._recorded_flat.items() if k not in changed}
        return default | {key: after[key] for key in changed if key in after}

    def _flat_with(self, options: Mapping[str, Any]) -> Flat:
        """Return the flat config of the launch with these options and no factor moved by its key.

        An option may lack a key that the launch sets for all runs: then the base is returned.
        options: of every group that is a factor
        """
        words = {key: word for key, word in self._shared.items() if key not in self.factors}
        words |= {
            group: f"{'+' * (group not in self._default_groups)}{group}={option}"
            for group, option in options.items()
            if option
        }
        try:
            return flatten(
                resolve(self._composer.compose(list(words.values())).config, may_lack=True)
            )
        except HydraException:
            return self._base_flat

    def _option_word(self, group: str, option: Any) -> str:
        """Name an option, with its group where another group has an option of that name."""
        word = level_word(option)
        others = (g for g in self.choices if g != group and not g.startswith("hydra/"))
        namesakes = [other for other in others if option in self._composer.options(other)]
        # What `+study=NAME` appends is not part of every launch, so no name may depend on it.
        if namesakes and not self._default_groups.isdisjoint(namesakes):
            return f"{group.rpartition('/')[2]}={word}"
        return word

    @cached_property
    def _default_groups(self) -> frozenset[str]:
        """Return the groups of a launch without a word."""
        return frozenset(self._composer.compose([]).choices)

    def _short_name(self, key: str) -> str:
        """Return the end of a dotted key that no other key of the base config ends with."""
        parts = key.split(".")
        others = [k for k in self._recorded_flat if k != key and not k.startswith(f"{key}.")]
        for number in range(1, len(parts)):
            end = ".".join(parts[-number:])
            if not any(other == end or other.endswith(f".{end}") for other in others):
                return end
        return key


def same_levels(first: Levels, second: Levels) -> bool:
    """Return whether two conditions have equal levels; a factor of one alone is at its base."""
    return all(
        canonical(first[key]) == canonical(second[key]) for key in first.keys() & second.keys()
    )


def _changed_part(level: Any, base: Any) -> Any:
    """Return the entries of a section that are not those of the base; other levels as they are."""
    if not (isinstance(level, Mapping) and isinstance(base, Mapping)):
        return level
    changed = {k: v for k, v in level.items() if canonical(v) != canonical(base.get(k))}
    return changed or level


def level_word(level: Any) -> str:
    """Write a level for a file name: `0.001`, `true`, `plain`, `1+2`; other text with a digest."""
    if isinstance(level, bool) or level is None:
        return {True: "true", False: "false", None: "null"}[level]
    if isinstance(level, int | float):
        is_whole = math.isfinite(level) and level == int(level) and abs(level) < 1e15
        return str(int(level)) if is_whole else repr(level)
    if isinstance(level, list) and level and not any(isinstance(i, list | dict) for i in level):
        return "+".join(map(level_word, level))
    text = level if isinstance(level, str) else json.dumps(level, sort_keys=True, default=str)
    word = NOT_IN_NAMES.sub("-", text).strip("-.")
    is_itself = word == text and not OF_ANOTHER_TYPE.fullmatch(text)
    return word if is_itself else f"{word[:40]}-{short_digest(text)}".lstrip("-")


def _shorten(label: str) -> str:
    if len(label) <= MAX_LABEL:
        return label
    return f"{label[: MAX_LABEL - DIGEST_LENGTH - 1]}-{short_digest(label)}"


def short_digest(text: str) -> str:
    """Return a short digest that distinguishes a text from others in a label."""
    return digest(text.encode())[:DIGEST_LENGTH]


def _moved(config: DictConfig, key: str, level: Any) -> DictConfig:
    moved = config.copy()
    with read_write(moved), open_dict(moved):
        OmegaConf.update(moved, key, level, force_add=True)
    return moved
