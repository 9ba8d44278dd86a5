"""Bad input, from the command line to the one line that says what is wrong with it."""

from pathlib import Path

import pytest

from cuttle.opponents import names
from tests.launch.here import launch_here
from tests.launch.launching import launch
from tests.training.build import CONF

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fork_server")]


def options(group: str = "network_type") -> str:
    """List the options of a group as a refusal does."""
    return ", ".join(sorted(path.stem for path in (CONF / group).glob("*.yaml")))


BAD_INPUT = {
    "traning=quick": "there is no key 'traning'; did you mean 'training'?",
    "rounds=3": "there is no key 'rounds'; did you mean 'training.rounds'?",
    "suit_averaging=true": "did you mean 'training.self_play.suit_averaging' or 'training.eval",
    "--network-type=a-b": "--network-type=a-b is not an option: write network_type=a-b",
    "--dry-run": "--dry-run is not an option: write dry_run=true",
    "dry_run": "dry_run is not KEY=VALUE, as in dry_run=true",
    "my_study": "my_study is not KEY=VALUE, as in experiment=my_study",
    "training=quik": f"there is no option training=quik; there are {options('training')}",
    "network_type=bolean": f"there is no option network_type=bolean; there are {options()}",
    "training.learner.learning_rate=-0.1": "learner.learning_rate must be positive, got -0.1",
    "training.learner.learning_rate=abc": "learner.learning_rate must be a number, got 'abc'",
    "training.evaluation.opponents=[nobody]": f"'nobody'; there are {', '.join(names())}",
    "analysis.primary_opponent=nobody": "got 'nobody': add analysis.primary_opponent=randomized",
    "training.evaluation.opponents=[high_card]": "add analysis.primary_opponent=high_card",
    "rules.name=nobody": "rules.name only names the option of the group: write rules=OPTION",
    "+foo=1": "there is no key 'foo'; there are network_type,",
    "-m +foo=1,2": "there is no key 'foo'; there are network_type,",
    "+network_type.layers=3": "cuttle.networks.boolean.Boolean with {'layers': 3}",
    "device=cuda:99": "device=cuda:99 cannot be used here, try device=cpu",
    "portable=true device=cuda": "portable=true needs device=cpu, got device=cuda",
    "network_type._target_=os.system": "must start with cuttle.networks., got os.system",
    "-m run=1,abc": "run must be a whole number, got 'abc'",
    "init_only=true force=true": "init_only=true trains nothing; remove force=true",
    "network_type=embedding network_type.embedding_dim=0": "dim must be at least 1, got 0",
    "study=zones_only": "write +study=NAME (study is not part of the default config)",
    "description=a=b": "description=a=b cannot be read; quote the value twice",
    "run=1 seed=3": "seed=3: an option of a config group must be a name",
    "seed=fixed": "seed.value must be given: add seed.value=VALUE",
    "seed=published run=8": "not boolean with run=8; use seed=independent",
    "network_type=[boolean,blind]": "one option only; to sweep, -m network_type=boolean,blind",
    "+network_type=boolean": "network_type is in the config already: write network_type=OPTION, wi",
    "seed=fixed seed.value=99999999999999999999": "seed.value must be at most 9223372036854775807",
    "training.rounds=${nothing}": "cannot be resolved: Interpolation key 'nothing' not found\n",
    "~network_type": "network_type must be given: add network_type=VALUE\n",
    "root=/proc/x": "/proc/x/scratch cannot be made (No such file or directory); use another root=",
    "root=/dev/null": "/dev/null is not a directory; use another root= or experiment=",
    f"root={'x' * 256}": "xxx/scratch: File name too long",
    "root=": "root= is empty: name a directory, . for the working directory",
    "-m run=1,2 root=/dev/null": "/dev/null is not a directory; use another root= or experiment=",
    "-m fault=none,unmasked training.learner.mask_targets=true": "boolean_unmasked have the "
    "same settings: here fault changes nothing that is trained",
    "-m analysis.equivalence_margin=0.05,0.5": "analysis.equivalence_margin changes nothing",
    "-m training.replay={n_step:3},{} training.replay.n_step=1,3": "training.replay contains the",
    "-m +study=tuned,rules": "a swept option has a sweep of its own, which would be lost; launch",
    "-m hydra.launcher.pre_dispatch=0": "hydra.launcher.pre_dispatch=0: no run would be started",
    "hydra.launcher.n_job=2": "there is no key 'hydra.launcher.n_job'; did you mean 'n_jobs'?",
    "-m trunk={hidden_units:20},{hidden_units:30}": "as in trunk.KEY=VALUE,VALUE",
    "-m run=100000,1": "run must be from 1 to 99999, got 100000",
    "hydra.job.env_set.FOO=1": "there is no key 'hydra.job.env_set.FOO'; to add it, write +hydra.",
    "-m run=1,0": "run must be from 1 to 99999, got 0",
    "-m experiment=a,b": "a sweep belongs to one experiment",
    "+hydra.sweeper.params={run:1}": "hydra.sweeper.params (run) would not be swept: add -m",
    "hydra.launcher.n_jobs=3": "hydra.launcher.n_jobs=3 has no effect on a single run: add -m",
    "hydra/sweeper=basic": "hydra/sweeper=basic has no effect on a single run: add -m",
    "-m hydra/sweeper=basic dry_run=true": "another sweeper makes no plan; remove hydra/sweeper=",
    "-m hydra.sweeper=null": "hydra.sweeper=None is not a sweeper; select hydra/sweeper=cuttle",
    "-m hydra.launcher.backend=threading": "hydra.launcher.backend=threading is not used: a job",
    "-m hydra.launcher.prefer=threads": "hydra.launcher.prefer=threads is not used: a job",
    "-m hydra.launcher.require=sharedmem": "hydra.launcher.require=sharedmem is not used: a job",
    "-m hydra.launcher.mmap_mode=c": "hydra.launcher.mmap_mode=c is not used: a job is the path",
    "~run": "run is missing from the config",
    "-x run=1": "there is no option -x; settings are KEY=VALUE, see --help",
    "run=1 --config-dir": "--config-dir needs a value, see --hydra-help",
    "--config-dir= run=1": "--config-dir= has no value",
    "-cn= run=1": "-cn= has no value",
    "--package=trunk run=1": "--package selects what --cfg shows: add --cfg job",
    "-m hydra.sweeper.program=os.path": "hydra.sweeper.program=os.path is no Program",
    "-m +hydra.sweeper.params.a={b:1}": "a cannot be swept by a study: hydra.sweeper.params holds",
    "--nonsense": "there is no option --nonsense; settings are KEY=VALUE, see --help",
    "--package trunk": "--package selects what --cfg shows: add --cfg job",
    "-m hydra.launcher.pre_dispatch=lots": "hydra.launcher.pre_dispatch=lots: 'lots' is not",
    "-m hydra.launcher.n_jobs=0": "hydra.launcher.n_jobs must be at least 1, or -1",
    "network_type=boolean,blind": "network_type=boolean,blind: several values need a sweep: add -m",
    "run=range(1,3)": "run=range(1,3): several values need a sweep: add -m",
    "hydra/launcher=nobody": "there is no option hydra/launcher=nobody; there are basic,",
}

IN_A_PROCESS_OF_ITS_OWN = ("traning=quick", "-m experiment=a,b", "+foo=1")


@pytest.mark.parametrize("arguments", BAD_INPUT)
def test_bad_input_is_one_clear_line_and_changes_nothing(arguments: str, tmp_path: Path) -> None:
    run = launch if arguments in IN_A_PROCESS_OF_ITS_OWN else launch_here

    finished = run(tmp_path, *arguments.split(), fake=False)

    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith("error: ") and finished.stderr.count("\n") == 1
    assert BAD_INPUT[arguments] in finished.stderr
    assert list(tmp_path.iterdir()) == []


CONFIG_FILES = {
    b"[" * 3000: "own.yaml nests too deeply or contains itself",
    b"&a [*a]": "own.yaml nests too deeply or contains itself",
    "rounds: 3 # \N{LATIN SMALL LETTER E WITH ACUTE}".encode(
        "latin-1"
    ): "own.yaml is not valid YAML",
    b"rounds: 3 # \0": "own.yaml is not valid YAML",
}


@pytest.mark.parametrize("content", CONFIG_FILES, ids=range(len(CONFIG_FILES)))
def test_a_config_file_that_cannot_be_read_is_named(content: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "training"
    folder.mkdir(parents=True)
    (folder / "beside.yaml").write_bytes(b"\xff")  # which nobody asks for
    (folder / "own.yaml").write_bytes(content)

    finished = launch_here(tmp_path, "training=own", "--config-dir", str(folder.parent), fake=False)

    assert finished.returncode == 2
    assert CONFIG_FILES[content] in finished.stderr and finished.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_a_refused_sweep_is_not_trained_when_tracebacks_are_asked_for(tmp_path: Path) -> None:
    finished = launch(tmp_path, "-m", "run=1,2", "experiment=a,b", fake=False, HYDRA_FULL_ERROR="1")

    assert finished.returncode == 2
    assert "a sweep belongs to one experiment" in finished.stderr
    assert list(tmp_path.iterdir()) == []
