"""The command that finishes what is unfinished trains that and nothing else."""

import itertools
import shlex
from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from cuttle.runs.reader import read_experiment
from cuttle.runs.resume import resume_command
from tests.analysis.experiments import RATE, write_json, write_meta, write_run

Jobs = dict[tuple[str, str, int], str]  # (type, learning rate, run) -> state


def write_jobs(root: Path, jobs: Jobs) -> Path:
    """Write an experiment of runs at learning rates, composed as a sweep composes them."""
    experiment = root / "exp"
    for (network_type, rate, run), state in jobs.items():
        label = network_type if rate == "1e-3" else f"{network_type}_learning_rate={rate}"
        run_dir = write_run(experiment, label, run, state=state)
        words = [f"network_type={network_type}", f"training.learner.learning_rate={rate}"]
        words += [f"run={run}", "training=smoke", "description='two words'", "init_only=true"]
        write_json(run_dir / ".hydra" / "overrides.yaml", [*words, "experiment=old", "root=x"])
    return experiment


def trained(command: str) -> set[tuple[str, str, int]]:
    """Expand what a printed command trains."""
    cells: list[tuple[str, str, int]] = []
    for words in (part.split("train.py ")[1] for part in command.split(" && ")):
        given = dict(w.split("=", 1) for w in shlex.split(words) if "=" in w)
        text = given["run"]
        ends = text.removeprefix("range(").removesuffix(")").split(",")
        runs = range(*map(int, ends)) if text.startswith("range") else map(int, ends)
        types = given["network_type"].split(",")
        rates = given["training.learner.learning_rate"].split(",")
        assert given["experiment"] == "exp" and given["training"] == "smoke"
        assert "init_only" not in given
        cells += itertools.product(types, rates, runs)
    assert len(cells) == len(set(cells))
    return set(cells)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Jobs:
    monkeypatch.chdir(tmp_path)
    cells = itertools.product(("boolean", "embedding"), ("1e-3", "2e-3"), range(1, 6))
    return dict.fromkeys(cells, "pending")


def test_a_whole_sweep_is_one_command(full: Jobs, tmp_path: Path) -> None:
    command = resume_command(read_experiment(write_jobs(tmp_path / "multirun", full)))

    assert "&&" not in command and "'run=range(1,6)'" in command and "root=" not in command
    assert trained(command) == full.keys()


def test_completed_runs_may_be_named_again_and_damaged_ones_not(full: Jobs, tmp_path: Path) -> None:
    full[("boolean", "2e-3", 3)] = "completed"
    experiment = write_jobs(tmp_path, full)
    command = resume_command(read_experiment(experiment))
    assert "&&" not in command and trained(command) == full.keys()

    (experiment / "boolean_learning_rate=2e-3_run_03" / "metrics.jsonl").unlink()
    command = resume_command(read_experiment(experiment))
    assert trained(command) == full.keys() - {("boolean", "2e-3", 3)}


def test_the_command_that_planned_every_run_is_given_again(full: Jobs, tmp_path: Path) -> None:
    experiment = write_jobs(tmp_path / "multirun", full)
    launch = "+study=tuned hydra/launcher=slurm init_only=true experiment=old"
    history = [
        {"command_line": f"python train.py {launch} --config-dir 'my conf'", "num_runs": len(full)},
        {"command_line": "python train.py run=6", "num_runs": 1},
    ]
    write_json(experiment / "experiment.json", {"history": history})

    command = resume_command(read_experiment(experiment))

    options_first = "train.py --config-dir 'my conf' +study=tuned hydra/launcher=slurm "
    assert command.endswith(f"{options_first}experiment=exp")
    write_run(experiment, "blind", 1, state="pending")
    assert "+study" not in resume_command(read_experiment(experiment))


def test_combinations_that_nobody_planned_are_not_trained(full: Jobs, tmp_path: Path) -> None:
    planned = {cell: state for cell, state in full.items() if cell[:2] != ("embedding", "2e-3")}

    command = resume_command(read_experiment(write_jobs(tmp_path, planned)))

    assert command.count("train.py") == 2 and trained(command) == planned.keys()
    assert "root=." in command


@pytest.mark.parametrize(
    "name", ["a, b", "it's (old)", 'say "x"', "k\u00f6ln", "a=b", "true", "1e3"]
)
def test_a_place_of_any_name_is_quoted_for_hydra(name: str, full: Jobs, tmp_path: Path) -> None:
    command = resume_command(read_experiment(write_jobs(tmp_path / name, full)))

    *_, root = OverridesParser.create().parse_overrides(shlex.split(command)[3:])
    assert (root.key_or_group, root.value()) == ("root", name)


def test_a_run_that_is_gone_is_composed_as_it_was_planned(full: Jobs, tmp_path: Path) -> None:
    """With the base of a factor that was added later, and the options that find the config."""
    jobs = {**dict.fromkeys(full, "completed"), ("boolean", "1e-3", 9): "failed"}
    path = write_jobs(tmp_path / "multirun", jobs)
    (path / "boolean_run_09" / ".hydra" / "overrides.yaml").unlink()
    launch = {"command_line": "python train.py -m --config-dir my/conf run=1,2", "num_runs": 2}
    write_meta(path, planned=[], factors={RATE: {"base": 0.001}}, history=[launch])

    command = resume_command(read_experiment(path))

    assert f"train.py --config-dir my/conf network_type=boolean {RATE}=0.001" in command
    assert command.endswith("run=9 experiment=exp")


def test_a_finished_or_unknown_experiment_has_no_command(full: Jobs, tmp_path: Path) -> None:
    done = dict.fromkeys(full, "completed")
    assert resume_command(read_experiment(write_jobs(tmp_path / "a", done))) == ""

    write_run(tmp_path / "b" / "exp", "boolean", 1, state="failed")
    assert resume_command(read_experiment(tmp_path / "b" / "exp")) == ""
