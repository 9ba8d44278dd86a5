"""Plan, and pretend to train, what a command line means, in this process. No tests here."""

from collections.abc import Sequence
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser

from cuttle.launch.decide import decide, refuse_what_cannot_be_compared
from cuttle.launch.freeze import freeze
from cuttle.launch.overrides import of_study, parse
from cuttle.launch.plan import Plan, PlannedRun, plan
from cuttle.launch.refusal import Refusal
from cuttle.runs.layout import OWN_RESULTS, RunState
from tests.launch.planned import write_state
from tests.training.build import loaded


def planned(root: Path, *words: str, swept: Sequence[str] = ()) -> Plan:
    """Plan a launch under a root; a study's own sweep counts unless the words replace it."""
    of_hydra = [word for word in words if word.startswith("hydra.")]
    asked = [f"root={root}", *(word for word in words if word not in of_hydra)]
    studies = (word for word in words if word.startswith("+study="))
    loader, master, composer = loaded(*of_hydra, *studies)
    params = of_study(master.hydra.sweeper.params)
    overrides = parse(OverridesParser.create(config_loader=loader), [*params, *asked])
    return plan(composer, overrides, label_group="network_type", swept=swept)


def trained(root: Path, *words: str) -> Plan:
    """Plan a launch, refuse what a launch refuses, and leave all its runs completed."""
    found = planned(root, *words)
    decisions = [decide(run, force=False) for run in found.runs]
    refuse_what_cannot_be_compared(found, decisions)
    frozen, _ = freeze(found, decisions, state=RunState.PREPARED, facts={})
    for run in frozen:
        pretend_completed(run)
    return found


def pretend_completed(run: PlannedRun) -> None:
    """Give a frozen run the files that a completed one must have."""
    for name in OWN_RESULTS:
        (run.run_dir / name).parent.mkdir(exist_ok=True)
        (run.run_dir / name).write_text("{}\n")
    write_state(run, RunState.COMPLETED)


def refusal(root: Path, *words: str) -> str:
    """Return why a launch is refused, and check that it changes nothing."""
    before = sorted(root.rglob("*"))
    try:
        trained(root, *words)
    except Refusal as error:
        assert sorted(root.rglob("*")) == before
        return str(error.args[0])
    raise AssertionError(f"{words} is not refused")


def conditions(found: Plan) -> list[str]:
    """Return the labels of a plan, each once."""
    return list(dict.fromkeys(run.condition for run in found.runs))
