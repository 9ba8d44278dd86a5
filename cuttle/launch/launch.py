"""One launch: from planned runs to exit status, decide, check, freeze, train, report.

Hydra stays outside: `start` hands the frozen runs to the configured launcher.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cuttle.launch import isolate
from cuttle.launch.arithmetic import environment
from cuttle.launch.decide import (
    Action,
    Decision,
    decide,
    refuse_what_cannot_be_compared,
)
from cuttle.launch.exit_status import COMPLETED, FAILED, INTERRUPTED, LEFT_TO_ANOTHER
from cuttle.launch.freeze import freeze
from cuttle.launch.output import with_progress
from cuttle.launch.plan import Plan, PlannedRun
from cuttle.launch.program import Program
from cuttle.launch.progress import Progress
from cuttle.launch.refusal import Refusal
from cuttle.launch.summary import show_copies, show_plan, show_summary
from cuttle.runs.formatting import pluralize
from cuttle.runs.identity import settings_hash
from cuttle.runs.layout import RunState
from cuttle.runs.run_record import RunRecord

STOP_TIMEOUT_S = 2.0  # a training ends within moments of its worker
POLL_INTERVAL_S = 0.05

# Trains the runs, and returns by run id why those failed that did.
Start = Callable[[Sequence[PlannedRun]], Mapping[str, str]]


@dataclass(frozen=True)
class Execution:
    """How the runs of a launch are carried out.

    num_workers: runs trained at a time
    is_local: on this machine
    """

    start: Start
    num_workers: int
    is_local: bool = True


def launch(plan: Plan, program: Program, execution: Execution) -> int:
    """Carry a launch out and return the exit status of the program."""
    options = plan.runs[0].config
    if options["init_only"] and options["force"]:
        raise Refusal(
            "init_only=true trains nothing; remove force=true, which would only discard runs"
        )
    decisions = [decide(run, force=options["force"]) for run in plan.runs]
    facts = _check(plan, decisions, program, execution)
    refuse_what_cannot_be_compared(plan, decisions)
    if options["dry_run"]:
        show_plan(decisions, num_workers=execution.num_workers)
    show_copies(plan.runs)
    if options["dry_run"]:
        return COMPLETED
    if not any(decision.is_to_do for decision in decisions):
        return _finish(decisions)
    state = RunState.PENDING if options["init_only"] else RunState.PREPARED
    frozen, failures = freeze(plan, decisions, state=state, facts=facts)
    if options["init_only"] and not failures:
        pending = pluralize(len(frozen), "run")
        print(f"{plan.experiment_dir}: created, {pending} pending")
        return COMPLETED
    for decision in decisions:
        if decision.action is Action.TRAIN and decision.reason:
            print(f"{decision.run.run_id} {decision.reason}")
    if options["init_only"] or not frozen:  # nothing can be, or another launch took all
        return _finish(decisions, failures=failures)
    return _train(decisions, frozen, execution, failures)


def _check(
    plan: Plan, decisions: Sequence[Decision], program: Program, execution: Execution
) -> Mapping[str, Any]:
    """Build every distinct config once, in a process of its own; return the program's facts."""
    distinct = {settings_hash(d.run.config): d.run for d in decisions if d.is_to_be_checked}
    facts: dict[str, Any] = {}
    runs = list(distinct.values()) if program.check else []
    for run in with_progress(runs, "checking conditions"):
        variables = environment(run.config)
        try:
            facts = isolate.call(
                program.check, run.config, execution.is_local, environment=variables
            )
        except (isolate.CallFailed, isolate.ChildDied) as error:
            raise Refusal(str(error)) from None
    return facts


def _train(
    decisions: Sequence[Decision],
    frozen: Sequence[PlannedRun],
    execution: Execution,
    failures: Mapping[str, str],
) -> int:
    trouble = ""
    progress = Progress(frozen, fail_fast=frozen[0].config["fail_fast"])
    try:
        progress.start()
        failures = {**failures, **execution.start(frozen)}
        progress.stop()  # here too a signal may come, its own of fail_fast=true among them
    except KeyboardInterrupt:
        if execution.is_local:
            wait_for_end(frozen, timeout_s=STOP_TIMEOUT_S)
        trouble = progress.cause_of_stop
        if not trouble:
            progress.stop()
            return max(_finish(decisions, trouble="interrupted"), INTERRUPTED)
    except Exception as error:  # a launcher may fail in its own ways; the runs' files show the rest
        first_line = str(error).strip().partition("\n")[0]
        reason = ": ".join(filter(None, [type(error).__name__, first_line]))
        trouble = f"the launcher stopped early: {reason}"
    progress.stop()
    return _finish(decisions, failures=failures, trouble=trouble)


def wait_for_end(runs: Sequence[PlannedRun], *, timeout_s: float = math.inf) -> None:
    """Wait until none of the runs is being trained any more, here or elsewhere."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and any(
        RunRecord(run.run_dir).state is RunState.RUNNING for run in runs
    ):
        time.sleep(POLL_INTERVAL_S)


def _finish(
    decisions: Sequence[Decision], *, failures: Mapping[str, str] | None = None, trouble: str = ""
) -> int:
    """Report how every run of the launch stands now and return the exit status."""
    after = [replace(decision, record=decision.record.reread()) for decision in decisions]
    if not show_summary(after, failures=failures or {}, trouble=trouble):
        return FAILED
    is_all_done = all(decision.record.state is RunState.COMPLETED for decision in after)
    return COMPLETED if is_all_done else LEFT_TO_ANOTHER
