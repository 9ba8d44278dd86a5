"""What an experiment declares about its analysis, by its file or else by its runs. No results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEFAULT_PRIMARY_OPPONENT = "gap_maximizer"  # the study's definition of its primary metric
DEFAULT_EQUIVALENCE_MARGIN = 0.05  # win rate; the study's definition of "as good as equal"


@dataclass(frozen=True, slots=True)
class Declared:
    """The declarations of one experiment.

    meta: the content of experiment.json, which may be lost
    configs: of the runs that are used
    """

    meta: Mapping[str, Any]
    configs: Sequence[Mapping[str, Any]]

    @property
    def primary_opponent(self) -> str:
        """The opponent that the headline is about."""
        return str(self._settings.get("primary_opponent", DEFAULT_PRIMARY_OPPONENT))

    @property
    def equivalence_margin(self) -> float:
        """The difference of win rates that counts as equal; ValueError where it is none."""
        margin = self._settings.get("equivalence_margin", DEFAULT_EQUIVALENCE_MARGIN)
        if type(margin) in (int, float) and 0 < margin < 1:
            return float(margin)
        raise ValueError(f"analysis.equivalence_margin must lie between 0 and 1, got {margin!r}")

    @property
    def seed_mode(self) -> str | None:
        """How seeds were drawn; None where the runs do not agree."""
        if mode := self.meta.get("seed_mode"):
            return str(mode)
        seeds = [config.get("seed") for config in self.configs]
        modes = {seed.get("mode") if isinstance(seed, Mapping) else None for seed in seeds}
        return str(mode) if len(modes) == 1 and (mode := modes.pop()) else None

    @property
    def is_paired(self) -> bool:
        """Whether runs of the same number share their seed."""
        return bool(self.meta.get("paired", self.seed_mode == "paired"))

    @property
    def _settings(self) -> Mapping[str, Any]:
        base = self.meta.get("base_config") or (self.configs[0] if self.configs else {})
        settings = base.get("analysis")
        return settings if isinstance(settings, Mapping) else {}
