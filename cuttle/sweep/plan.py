"""What was asked, checked: one planned run per job, with its directory and seed. No disk here."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cuttle.config.reading import check
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import EXPERIMENT_NAME, run_name
from cuttle.runs.seeds import SeedMode, run_seed
from cuttle.sweep.compose import Job
from cuttle.sweep.errors import Refusal


@dataclass(frozen=True)
class PlannedRun:
    """One run as asked for; `config` is resolved, its seed a plain number."""

    run_id: str
    network_type: str
    run: int
    seed: int
    config: dict[str, Any]
    config_hash: str
    run_dir: Path
    overrides: tuple[str, ...]
    hydra: str

    @property
    def rounds(self) -> int:
        """Rounds of training asked for."""
        return int(self.config["training"]["rounds"])


def plan_runs(jobs: Iterable[Job]) -> list[PlannedRun]:
    """Check every job and refuse two jobs that would share a directory."""
    runs = [plan_run(job) for job in jobs]
    seen: dict[Path, PlannedRun] = {}
    for run in runs:
        other = seen.setdefault(run.run_dir, run)
        if other is not run:
            raise Refusal(
                f"two jobs would train in {run.run_dir}: {_words(other)} and {_words(run)}; "
                "sweep over network_type and run only, and give each setting its own experiment="
            )
    if len({run.run_dir.parent for run in runs}) > 1:
        raise Refusal("a sweep belongs to one experiment; launch each experiment= by itself")
    return runs


def plan_run(job: Job) -> PlannedRun:
    """Check the keys that every run has, name its type and work its seed out."""
    config = job.config
    check(config)
    _check_name("network_type.name", config["network_type"].get("name"))
    name, run = _type_name(config), int(config["run"])
    try:
        seed = run_seed(
            SeedMode(config["seed"]["mode"]),
            base=config["seed"]["base"],
            value=config["seed"]["value"],
            network_type=name,
            run=run,
        )
    except ValueError as error:
        raise Refusal(str(error)) from error
    config = {
        **config,
        "network_type": {**config["network_type"], "name": name},
        "seed": {**config["seed"], "value": seed},
    }
    run_id = run_name(name, run)
    run_dir = Path(config["root"]).resolve() / config["experiment"] / run_id
    return PlannedRun(
        run_id=run_id,
        network_type=name,
        run=run,
        seed=seed,
        config=config,
        config_hash=config_hash(config),
        run_dir=run_dir,
        overrides=job.overrides,
        hydra=job.hydra,
    )


def _type_name(config: dict[str, Any]) -> str:
    """Name the type; one that is trained with a fault of the earlier system is another."""
    name, fault = str(config["network_type"]["name"]), config["fault"]
    return name if fault == "none" else f"{name}_{fault}"


def _check_name(key: str, value: object) -> None:
    if not isinstance(value, str) or not EXPERIMENT_NAME.fullmatch(value):
        raise Refusal(
            f"{key}={value!r} is not a name: letters, digits, '.', '_' and '-' only, starting with "
            "a letter or digit, at most 100; it names a directory"
        )


def _words(run: PlannedRun) -> str:
    return "`" + " ".join(run.overrides) + "`"
