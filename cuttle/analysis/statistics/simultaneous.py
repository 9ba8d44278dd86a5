"""All pairs at once with intervals that hold together: Games-Howell, Tukey; Dunn by ranks."""

from typing import Any

from cuttle.analysis.estimators.multiplicity import dunn, games_howell, tukey_hsd
from cuttle.analysis.opponents import groups_with_runs, per_opponent
from cuttle.analysis.study import Study


def compute(study: Study) -> Any:
    """Compute simultaneous comparisons by opponent; differences are a minus b."""
    return per_opponent(study, lambda opponent: _block(study, opponent))


def _block(study: Study, opponent: str) -> dict[str, Any]:
    groups = groups_with_runs(study, opponent)
    return {
        "direction": "a minus b, keys are a|b",
        "games_howell": games_howell(groups),
        "tukey_hsd": tukey_hsd(groups),
        "dunn": dunn(groups),
    }
