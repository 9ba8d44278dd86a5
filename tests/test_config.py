"""Every option of every group of `conf/` fits the schema, and what it describes can be built."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from cuttle.config.hydra import register, value_in
from cuttle.config.keys import walk
from cuttle.config.pages import markdown
from cuttle.config.reading import read
from cuttle.config.schema import Config, RulesSection, SeedMode
from cuttle.game.variants import MAX_GOAL
from cuttle.launch import build
from cuttle.runs.diff import flatten
from cuttle.runs.identity import config_hash
from tests.launch.planning import planned
from tests.markdown import ROOT
from tests.training.build import CONF, composed

BUILT_GROUPS = ("network_type", "trunk", "training", "rules", "fault")
HELP_WIDTH = 100


def options(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


@pytest.mark.parametrize(
    "option", [f"{group}={name}" for group in BUILT_GROUPS for name in options(group)]
)
def test_every_option_composes_and_builds(option: str) -> None:
    config = composed(option)

    assert read(Config, config).experiment == "scratch"
    assert build.check(config, is_here=True)["rules_version"]


def test_rules_are_named_like_their_files() -> None:
    for name in options("rules"):
        assert composed(f"rules={name}")["rules"]["name"] == name


def test_seed_options_are_the_seed_modes() -> None:
    for name in options("seed"):
        assert read(Config, composed(f"seed={name}", "seed.value=1")).seed.mode == name
    assert set(options("seed")) == set(SeedMode)


@pytest.mark.parametrize("name", options("study"))
def test_every_condition_of_a_study_has_a_name_and_can_be_built(name: str, tmp_path: Path) -> None:
    for run in planned(tmp_path, f"+study={name}", "run=1").runs:
        assert re.fullmatch(r"[a-zA-Z0-9_.=]+", run.condition)
        assert read(Config, run.config).experiment == run.run_dir.parent.name == name
        assert build.check({**run.config, "portable": False}, is_here=True)["rules_version"]


def test_every_fault_but_none_changes_the_config() -> None:
    for name in options("fault"):
        assert (composed(f"fault={name}") == composed()) is (name == "none")


def test_the_schema_lists_keys_in_the_order_of_the_yaml() -> None:
    """Weights are stored with their config, whose order is part of their bytes."""
    names = [re.sub(r"^network_type\..*", "network_type", key) for key in flatten(composed())]

    assert list(dict.fromkeys(names)) == [key.name for key in walk(Config) if key.section is None]


def test_one_and_one_point_zero_are_the_same_setting() -> None:
    whole, point = (composed(f"training.learner.replay_ratio={text}") for text in ("4", "4.0"))

    assert whole == point and config_hash(whole) == config_hash(point)


def test_a_network_type_of_ones_own_needs_no_line_in_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "network_type" / "wide.yaml"
    path.parent.mkdir()
    path.write_text(
        "_target_: cuttle.networks.embedding.Embedding\nembedding_dim: 64\nzone_encoded_dim: 8\n"
    )

    config = composed(
        f"hydra.searchpath=[file://{tmp_path}]", "network_type=wide", "network_type.embedding_dim=9"
    )

    assert read(Config, config).network_type["embedding_dim"] == 9
    assert build.check(config, is_here=True)["rules_version"]


def test_the_highest_goal_of_the_rules_can_be_shown() -> None:
    (goals,) = (key for key in walk(RulesSection) if key.name == "king_goals")

    assert goals.limits.at_most == MAX_GOAL


def test_every_key_has_a_sentence() -> None:
    for key in walk(Config):
        assert key.meaning[0].isupper() and key.meaning.endswith("."), key.name


def test_the_page_of_the_keys_is_current() -> None:
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("config")

    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == markdown(value_in(config), CONF), "run make pages"


@pytest.mark.slow
def test_help_shows_every_key_with_its_value_and_every_option() -> None:
    command = [sys.executable, str(ROOT / "train.py"), "training.rounds=7", "--help"]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    lines = done.stdout.splitlines()
    first_words = {line.split()[0].rstrip(":") for line in lines if line.strip()}
    assert first_words >= {
        key.name if key.section else key.name.rpartition(".")[2] for key in walk(Config)
    }
    assert any(line.endswith("[int>=1] 7") for line in lines)
    for group in ("study", *BUILT_GROUPS):
        assert f"{group}: {', '.join(options(group))}" in lines
    # A group's options are one line of Hydra's, however many there are.
    assert all(len(line) <= HELP_WIDTH or line.startswith("study: ") for line in lines)


def test_the_schema_can_be_read_without_hydra() -> None:
    modules = "cuttle.config.reading, cuttle.config.pages, cuttle.runs.reader"
    heavy = "{'hydra', 'omegaconf', 'torch', 'numba'}"
    program = f"import sys, {modules}\nassert not {heavy} & sys.modules.keys()"

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
