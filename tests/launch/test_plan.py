"""What the words of a launch become: conditions, their names, levels and seeds; or a refusal."""

import itertools
import json
from pathlib import Path

import pytest

from cuttle.runs.comparable import method_settings
from cuttle.runs.diff import differing, flatten, is_below
from cuttle.runs.yaml_file import read_yaml
from tests.launch.planning import conditions, planned, refusal, trained
from tests.markdown import ROOT
from tests.training.build import CONF

RESULTS = sorted((ROOT / "docs" / "results").glob("*/experiment.json"))
TWO_TYPES = "network_type=boolean,multi_encoder"
THREE_TYPES = "boolean,embedding,multi_encoder"
RATES = "training.learner.learning_rate"

# Words of a sweep, and the names of its conditions.
LABELS = {
    "network_type=boolean,embedding": "boolean embedding",
    "fault=none,head,all": "boolean boolean_head boolean_all",
    f"{RATES}=1e-3,3e-4,2.0e-3": "boolean_learning_rate=0.001 boolean_learning_rate=0.0003 boolean",
    "training.replay.n_step=1,3,5": "boolean_n_step=1 boolean_n_step=3 boolean",
    "training.replay.discount=1,0.9": "boolean boolean_discount=0.9",
    "training.learner.target_period=null,500": "boolean boolean_target_period=500",
    "trunk.scalars=true,false": "boolean boolean_scalars=false",
    "trunk=full,plain": "boolean boolean_plain",
    "+study=tuned_best network_type=boolean": "boolean boolean_tuned",  # though a study is `tuned`
    "training=quick,smoke,full": "boolean_quick boolean_smoke boolean",
    "rules=cuttle_cards,classic": "boolean boolean_classic",
    "network_type=embedding network_type.embedding_dim=16,32": (
        "embedding_embedding_dim=16 embedding"
    ),
    "network_type=embedding,multi_encoder network_type.zone_encoded_dim=13,26": (
        "embedding_zone_encoded_dim=13 embedding multi_encoder multi_encoder_zone_encoded_dim=26"
    ),
    f"{TWO_TYPES} trunk.scalars=true,false rules=cuttle_cards,classic": (
        "boolean boolean_classic boolean_scalars=false boolean_classic_scalars=false "
        "multi_encoder multi_encoder_classic multi_encoder_scalars=false "
        "multi_encoder_classic_scalars=false"
    ),
    "training=quick,smoke training.rounds=3,4": (
        "boolean_quick_rounds=3 boolean_quick boolean_smoke_rounds=3 boolean_smoke_rounds=4"
    ),
    "training.exploration.epsilon_start=0.1,0.2 "
    "training.exploration.epsilon_end=${training.exploration.epsilon_start}": (
        "boolean boolean_epsilon_start=0.2"
    ),
    "training.learner={learning_rate:1e-3},{learning_rate:2e-3}": (
        "boolean_learner=learning_rate-0.001-98d710 boolean"
    ),
    "rules.king_goals=[21,14,10,5,0],[21,14,10,7,5]": "boolean boolean_king_goals=21+14+10+7+5",
    "training.evaluation.opponents=[randomized,gap_maximizer],[gap_maximizer]": (
        "boolean boolean_opponents=gap_maximizer"
    ),
}


@pytest.mark.parametrize("words", LABELS)
def test_a_condition_is_named_by_its_levels_that_are_not_the_base(
    words: str, tmp_path: Path
) -> None:
    assert conditions(planned(tmp_path, *words.split())) == LABELS[words].split()


def test_interpolations_of_hydra_s_config_follow_the_job(tmp_path: Path) -> None:
    words = ("training=smoke,quick", "description=${hydra:runtime.choices.training}", "run=1,2")

    runs = planned(tmp_path, *words).runs

    assert [run.config["description"] for run in runs] == ["smoke", "smoke", "quick", "quick"]


def write_options(directory: Path, **options: str) -> str:
    """Write the files of config groups, and return the word that lets Hydra find them."""
    for name, text in options.items():
        path = directory / "conf" / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# @package _global_\n{text}\n")
    return f"hydra.searchpath=[file://{directory}/conf]"


@pytest.mark.parametrize("group", ["opt", "opt@_global_"])
def test_a_group_that_a_user_appends_is_a_factor(group: str, tmp_path: Path) -> None:
    n_step = "training: {replay: {n_step: %d}}"
    place = write_options(tmp_path, opt__a=n_step % 1, opt__b=n_step % 3)

    plan = trained(tmp_path, place, f"+{group}=a,b", "run=1")

    assert conditions(plan) == ["boolean_a", "boolean_b"]
    assert plan.factors[group]["keys"] == ["training.replay.n_step"]
    assert [run.config["training"]["replay"]["n_step"] for run in plan.runs] == [1, 3]


def test_what_a_study_sweeps_is_read_as_written_there(tmp_path: Path) -> None:
    params = f"{{{RATES}: '1e-3,4e-3', {RATES}_end: '${{{RATES}}}', "
    params += "training.learner.target_period: null}"
    study = f"hydra: {{mode: MULTIRUN, sweeper: {{params: {params}}}}}"
    place = write_options(tmp_path, study__rates=study)

    runs = planned(tmp_path, place, "+study=rates").runs

    learners = [run.config["training"]["learner"] for run in runs]
    assert [learner["learning_rate_end"] for learner in learners] == [1e-3, 4e-3]
    assert [learner["target_period"] for learner in learners] == [None, None]


MANY_KEYS = (
    "trunk.hidden_units=choice(104)",
    "trunk.normalise=choice(false)",
    "trunk.dueling=choice(false)",
    "training.learner.double=choice(true)",
    "training.learner.mask_targets=choice(false)",
    "training.replay.suit_augmentation=choice(false)",
    "trunk.scalars=true,false",  # the end of the name, where it is cut
    "trunk.ensemble_size=1,2",
)
ODD_LEVELS = (
    ("++network_type.note=a/b,'c d',..,'é','A/b'",),
    ("++network_type.note='1',1.0,'true',true,'null',null,'1e3'",),
    ("training.learner={learning_rate:1e-3},{learning_rate:1e-4}",),
    ("rules.king_goals=[21,14,10,5,0],[21,14,10,7,5]",),
    MANY_KEYS,
)


@pytest.mark.parametrize("words", ODD_LEVELS, ids=lambda words: words[0])
def test_names_are_unique_valid_file_names_of_limited_length(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    runs = planned(tmp_path, *words).runs

    names = [run.condition for run in runs]
    assert len(set(names)) == len(runs)
    assert max(map(len, names)) <= 100
    for run in runs:
        assert run.run_id == f"{run.condition}_run_01" and "/" not in run.run_id
        assert run.run_id.isascii() and not run.run_id.startswith((".", "-"))


def test_the_order_of_the_words_changes_no_name_and_no_seed(tmp_path: Path) -> None:
    words = (TWO_TYPES, "trunk.scalars=true,false", "rules=cuttle_cards,classic", "run=2")

    plans = [planned(tmp_path, *order) for order in list(itertools.permutations(words))[::7]]

    first = {run.run_id: (run.seed, run.config_hash) for run in plans[0].runs}
    assert len(first) == 8
    for plan in plans[1:]:
        assert {run.run_id: (run.seed, run.config_hash) for run in plan.runs} == first
        assert list(plan.factors) == list(plans[0].factors)


def test_levels_say_where_a_run_stands_and_factors_what_they_change(tmp_path: Path) -> None:
    plan = planned(tmp_path, TWO_TYPES, f"{RATES}=2e-3,1e-3", "fault=none,head")

    assert plan.runs[-1].levels == {"network_type": "multi_encoder", "fault": "head", RATES: 0.001}
    assert next(iter(plan.factors)) == "network_type"
    assert plan.factors["network_type"] == {"base": "boolean", "keys": ["network_type"]}
    assert plan.factors[RATES] == {"base": 0.002, "keys": [RATES]}
    section = "training.initialisation"
    assert plan.factors["fault"] == {
        "base": "none",
        "keys": [f"{section}.embedding_sd", f"{section}.head_scale"],
    }


def test_one_and_the_same_number_is_one_level_however_it_is_written(tmp_path: Path) -> None:
    ways = ("0.001", "1e-3", "1.0e-3")

    plans = [planned(tmp_path, f"{RATES}={way},2e-3") for way in ways]

    assert len({tuple((r.run_id, r.seed) for r in plan.runs) for plan in plans}) == 1


def test_text_that_looks_like_a_number_is_another_level(tmp_path: Path) -> None:
    names = conditions(planned(tmp_path, "++network_type.note='1','1.0','true','quick'"))

    assert len(names) == 4
    assert names[3] == "boolean_note=quick"
    assert all(name.partition("=")[2] not in ("1", "1.0", "true") for name in names)


@pytest.mark.slow
@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.parent.name)
def test_published_names_seeds_and_settings_survive(path: Path, tmp_path: Path) -> None:
    published = json.loads(path.read_text())
    name, last = path.parent.name, max(entry["run"] for entry in published["planned"])
    types = list(dict.fromkeys(e["run_id"].rpartition("_run_")[0] for e in published["planned"]))
    is_study = (CONF / "study" / f"{name}.yaml").exists()
    study = [f"+study={name}"] if is_study else [f"network_type={','.join(types)}"]

    plan = planned(tmp_path, *study, f"run=range(1,{last + 1})", f"seed={published['seed_mode']}")

    # The base of a study was another type once, named `sound`, and so had seeds of its own.
    expected = {e["run_id"]: e["seed"] for e in published["planned"] if "sound" not in e["run_id"]}
    found = {run.run_id: run.seed for run in plan.runs}
    assert expected.items() <= found.items()
    assert len(found) == len(published["planned"])
    if "factors" in published:  # not of 0.1, some of whose keys have other names
        bases = [method_settings(base) for base in (published["base_config"], plan.base_config)]
        assert differing(bases) == {}


def test_paired_seeds_are_equal_across_the_levels_of_every_factor(tmp_path: Path) -> None:
    words = (TWO_TYPES, "trunk.scalars=true,false", "run=1,2,3")

    paired = planned(tmp_path, *words, "seed=paired").runs
    independent = planned(tmp_path, *words).runs

    by_run = {number: {r.seed for r in paired if r.run == number} for number in (1, 2, 3)}
    assert [len(seeds) for seeds in by_run.values()] == [1, 1, 1]
    assert len(set.union(*by_run.values())) == 3
    assert len({run.seed for run in independent}) == len(independent) == 12


def test_what_an_option_changes_may_depend_on_the_network_type(tmp_path: Path) -> None:
    found = planned(tmp_path, f"network_type={THREE_TYPES}", "training=full,tuned")

    configs = {run.condition: flatten(run.config) for run in found.runs}
    owned = [key for factor in found.factors.values() for key in factor["keys"]]
    for network_type in THREE_TYPES.split(","):
        full, tuned = configs[network_type], configs[f"{network_type}_tuned"]
        own = read_yaml(CONF / "training" / "tuned_for" / f"{network_type}.yaml")
        expected = {f"training.{key}": value for key, value in flatten(own).items()}
        changed = {key: values[1] for key, values in differing([full, tuned]).items()}
        assert {k: v for k, v in changed.items() if k != "seed.value"}.items() <= expected.items()
    for config in configs.values():
        changed = differing([configs["boolean"], config])
        assert all(is_below(key, [*owned, "seed.value"]) for key in changed)


def test_a_factor_added_later_renames_and_reseeds_nothing(tmp_path: Path) -> None:
    first = trained(tmp_path, f"{RATES}=2e-3,1e-3", "run=1,2")

    later = planned(tmp_path, f"{RATES}=2e-3,1e-3", "training.replay.n_step=5,1", "run=1,2")

    seeds = {run.run_id: (run.seed, run.config_hash) for run in first.runs}
    found = {run.run_id: (run.seed, run.config_hash) for run in later.runs}
    assert seeds.items() <= found.items()
    assert "boolean_learning_rate=0.001_n_step=1_run_02" in found
    assert list(later.factors) == ["network_type", RATES, "training.replay.n_step"]


def test_a_later_launch_of_another_factor_alone_joins_the_base(tmp_path: Path) -> None:
    trained(tmp_path, f"{RATES}=2e-3,1e-3", "run=1,2")

    later = trained(tmp_path, "training.replay.n_step=1,3,5", "run=1,2")

    assert conditions(later) == ["boolean_n_step=1", "boolean_n_step=3", "boolean"]
    assert later.runs[0].levels == {"network_type": "boolean", RATES: 0.002} | {
        "training.replay.n_step": 1
    }


def test_the_base_stays_that_of_the_first_launch(tmp_path: Path) -> None:
    """Also where a later launch sets the factor for all of its runs."""
    trained(tmp_path, "training=quick", f"{RATES}=2e-3,1e-3")

    names = conditions(trained(tmp_path, "training=quick", f"{RATES}=1e-3", TWO_TYPES, "run=2"))

    assert names == ["boolean_learning_rate=0.001", "multi_encoder_learning_rate=0.001"]


def test_a_key_of_the_schema_that_is_younger_than_the_experiment_joins(tmp_path: Path) -> None:
    """It has a neutral value, which is the base of the experiment."""
    first = trained(tmp_path, "run=1,2")
    path = first.experiment_dir / "experiment.json"
    path.write_text(path.read_text().replace('"nine_to_pile": false,', ""))
    for run in first.runs:
        path = run.run_dir / ".hydra" / "config.yaml"
        path.write_text(path.read_text().replace("nine_to_pile: false", ""))

    later = trained(tmp_path, "rules.nine_to_pile=false,true", "run=1,2")

    assert conditions(later) == ["boolean", "boolean_nine_to_pile=true"]
    assert later.factors["rules.nine_to_pile"]["base"] is False


def test_another_type_joins_an_experiment_of_one_type(tmp_path: Path) -> None:
    trained(tmp_path, f"{RATES}=2e-3,1e-3")

    later = trained(tmp_path, "network_type=embedding", f"{RATES}=2e-3,1e-3")

    assert conditions(later) == ["embedding", "embedding_learning_rate=0.001"]
    assert later.factors["network_type"]["keys"] == ["network_type"]


@pytest.mark.parametrize(
    "words",
    [
        ("training.replay.n_step=1", "run=9"),
        ("network_type=blind", "training.rounds=4"),
        ("rules=classic", "run=9"),
        ("training=quick", "run=1"),
    ],
)
def test_what_is_no_factor_is_refused_with_the_way_out(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    trained(tmp_path, f"{RATES}=2e-3,1e-3")

    message = refusal(tmp_path, *words)

    assert "sweep the key (-m KEY=VALUE,VALUE)" in message
    assert "use another experiment=NAME" in message


REFUSED = {
    "training.rounds=1,2 experiment=lr_${training.rounds}": "a sweep belongs to one experiment",
    "root=/a,/b": "root cannot be swept: it controls the launch and does not affect results",
    "force=true,false": "force cannot be swept",
    "seed=independent,paired": "seed=independent,paired cannot be swept",
    "run=range(1,1000000000)": "the limit is 100000",
    "run=range(1,50000) training.rounds=1,2,3": "the sweep has at least 149997 jobs",
    "run=range(3,1)": "run=range(3,1) has no values: nothing to launch",
    "training=glob(none*)": "training=glob(none*) has no values",
    f"{RATES}=interval(0,1)": "is not a list of values; intervals need another sweeper",
    f"{RATES}=1e-3,0.001": "two jobs would train in",
    "run=sort(range(3,8,3),reverse=true)": "Hydra cannot sort this range; list the values",
}


@pytest.mark.parametrize("words", REFUSED)
def test_a_sweep_that_makes_no_sense_is_refused(words: str, tmp_path: Path) -> None:
    assert REFUSED[words] in refusal(tmp_path, *words.split())


@pytest.mark.parametrize("prefix", ["", "+", "++"])
def test_a_prefix_is_no_part_of_a_factor(prefix: str, tmp_path: Path) -> None:
    key = "network_type.layers" if prefix == "+" else RATES

    plan = planned(tmp_path, f"{prefix}{key}=1,2")

    assert list(plan.factors) == ["network_type", key]
    assert [run.levels[key] for run in plan.runs] == [1, 2]


def test_a_deleted_option_counts_for_all_runs_of_a_sweep(tmp_path: Path) -> None:
    plan = planned(tmp_path, "~fault", "run=1,2")

    assert [run.run_id for run in plan.runs] == ["boolean_run_01", "boolean_run_02"]


def test_an_interpolation_follows_each_job(tmp_path: Path) -> None:
    runs = planned(tmp_path, "run=3,5", "seed=fixed", "seed.value=${run}").runs

    assert [(run.run, run.seed) for run in runs] == [(3, 3), (5, 5)]


def test_keys_of_another_sweeper_are_factors(tmp_path: Path) -> None:
    """It launches its jobs one by one, each a single run to us."""
    plan = planned(tmp_path, f"{RATES}=1e-3", "run=2", swept=[RATES])

    assert [run.run_id for run in plan.runs] == ["boolean_learning_rate=0.001_run_02"]
    assert plan.factors[RATES] == {"base": 0.002, "keys": [RATES]}
