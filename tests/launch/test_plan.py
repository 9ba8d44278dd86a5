"""What a composed job becomes: names, seeds, directories."""

from pathlib import Path

import pytest

from cuttle.runs.identity import differences
from cuttle.sweep.compose import Job
from cuttle.sweep.plan import PlannedRun, plan_run
from tests.training.build import composed


def planned(*overrides: str) -> PlannedRun:
    return plan_run(Job(composed(*overrides), overrides, ""))


@pytest.mark.parametrize("network_type", ["boolean", "embedding"])
def test_a_type_trained_with_a_fault_is_another_type(network_type: str) -> None:
    plain = planned(f"network_type={network_type}", "run=2")
    faulty = planned(f"network_type={network_type}", "run=2", "fault=head")

    assert plain.run_dir == Path.cwd() / f"multirun/scratch/{network_type}_run_02"
    assert faulty.run_dir.name == f"{network_type}_head_run_02"
    assert faulty.network_type == faulty.config["network_type"]["name"] == f"{network_type}_head"
    assert {line.partition(":")[0] for line in differences(plain.config, faulty.config)} == {
        "network_type.name",
        "seed.value",
        "training.initialisation.embedding_sd",
        "training.initialisation.head_scale",
    }


def test_the_name_of_a_fault_is_no_part_of_what_is_trained() -> None:
    faulty = planned("fault=sound")

    assert differences(faulty.config, {**faulty.config, "fault": "none"}) == []
