"""What is promised of many studies, on as many as a test has time for."""

import pytest
from scipy import stats

from benchmarks.named_rounds import simulate

STUDIES = 150


@pytest.mark.slow
def test_rounds_are_named_in_at_most_one_of_twenty_studies_without_difference() -> None:
    named, over_rounds = simulate(STUDIES, {"types": 4, "runs": 5, "rounds": 10})

    assert named <= stats.binom(STUDIES, 0.05).ppf(0.999)
    assert named <= over_rounds
