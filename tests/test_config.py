"""Every option of every group of `conf/` composes, and what it describes can be built."""

import pytest

from cuttle import parts
from cuttle.runs.seeds import SeedMode
from cuttle.sweep.plan import FLAGS, KEYS
from tests.training.build import CONF, composed

GROUPS = ("network_type", "trunk", "training", "rules", "fault")


def options(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


@pytest.mark.parametrize(
    "option", [f"{group}={name}" for group in GROUPS for name in options(group)]
)
def test_every_option_composes_and_builds(option: str) -> None:
    config = composed(option)

    assert parts.check(config, trains_here=True)["rules_version"]
    assert config.keys() == set(KEYS)


def test_a_fault_is_named_like_its_file_and_none_changes_nothing() -> None:
    for name in options("fault"):
        assert composed(f"fault={name}")["fault"] == name
    assert composed("fault=sound") == {**composed(), "fault": "sound"}


@pytest.mark.parametrize("group", ["network_type", "rules"])
def test_options_are_named_like_their_files(group: str) -> None:
    for name in options(group):
        assert composed(f"{group}={name}")[group]["name"] == name


def test_seed_options_are_the_seed_modes() -> None:
    assert set(options("seed")) == set(SeedMode)
    for name in options("seed"):
        assert composed(f"seed={name}", "seed.value=1")["seed"]["mode"] == name


def test_nothing_is_forced_or_skipped_by_default() -> None:
    config = composed()

    assert [config[flag] for flag in FLAGS] == [False, False, False, False, False, True]
    assert FLAGS[-1] == "checkpoint"


@pytest.mark.parametrize("option", options("training"))
def test_training_options_extend_the_full_budget(option: str) -> None:
    full, other = composed()["training"], composed(f"training={option}")["training"]

    assert other.keys() == full.keys()
