"""All pairs at once with intervals that hold together: Games-Howell, Tukey; Dunn by ranks."""

from typing import Any

from cuttle.analysis.estimators.multiplicity import dunn, games_howell, tukey_hsd
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.study import Study


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Compute simultaneous comparisons; differences are a minus b."""
    groups = study.groups(opponent)
    return {
        "direction": "a minus b, keys are a|b",
        "games_howell": games_howell(groups),
        "tukey_hsd": tukey_hsd(groups),
        "dunn": dunn(groups),
    }
