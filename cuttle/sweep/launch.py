"""One launch from composed jobs to exit code: plan, check, freeze, train, report.

Hydra is left outside: `start` hands the frozen runs to whichever launcher there is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cuttle.runs.formatting import pluralize as count
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import Outcome, RunState
from cuttle.sweep.admission import refuse_conflicts, refuse_other_seeds, refuse_other_settings
from cuttle.sweep.compose import Job
from cuttle.sweep.decide import Action, Decision, decide
from cuttle.sweep.errors import EXIT_INTERRUPTED, Refusal
from cuttle.sweep.freeze import freeze
from cuttle.sweep.plan import PlannedRun, plan_runs
from cuttle.sweep.progress import Progress
from cuttle.sweep.report import show_copies, show_plan, show_summary
from cuttle.sweep.supervisor import Supervisor

# Trains the runs, and tells of those that failed why.
Start = Callable[[Sequence[PlannedRun], Supervisor], dict[str, str]]

EXIT_FAILED = 1
EXIT_LEFT_TO_ANOTHER = 3  # launch, which still trains the rest


def launch(jobs: Sequence[Job], *, num_workers: int, start: Start, trains_here: bool = True) -> int:
    """Carry a launch out, on this machine or on a cluster, and return the process's exit code."""
    runs = plan_runs(jobs)
    options = runs[0].config
    if options["init_only"] and options["force"]:
        raise Refusal("init_only=true trains nothing, so force=true would only lose runs: leave it")
    refuse_other_seeds(runs[0])
    decisions = [decide(run, force=options["force"]) for run in runs]
    if options["dry_run"]:
        show_plan(decisions, num_workers=num_workers)
    refuse_conflicts(decisions)
    refuse_other_settings(decisions)
    show_copies(runs)
    to_do = [decision.run for decision in decisions if decision.is_to_do]
    if not to_do:
        return 0 if options["dry_run"] else _finish(decisions)
    supervisor = Supervisor(threads=options["threads"], portable=options["portable"])
    try:
        rules_version = _check_configs(to_do, supervisor, trains_here=trains_here)
        if options["dry_run"]:
            return 0
        state = RunState.PENDING if options["init_only"] else RunState.PREPARED
        frozen, failures = freeze(decisions, state=state, rules_version=rules_version)
        if options["init_only"] and not failures:
            pending = count(len(frozen), "run")
            print(f"{runs[0].run_dir.parent}: set up, {pending} pending, none trained")
            return 0
        for decision in decisions:
            if decision.action is Action.TRAIN and decision.reason:
                print(f"{decision.run.run_id} {decision.reason}")
        if options["init_only"] or not frozen:  # nothing can be, or another launch took all
            return _finish(decisions, failures=failures)
        return _train(decisions, frozen, start, supervisor, failures)
    finally:
        supervisor.close()


def _check_configs(runs: Sequence[PlannedRun], supervisor: Supervisor, *, trains_here: bool) -> str:
    """Build every distinct config once, in a process of its own, and return the rules version."""
    supervisor.warm_up()  # once for all checks and trainings
    distinct = {_hash_without_repeat(run): run for run in runs}
    rules_version = ""
    for run in distinct.values():
        reply = supervisor.check(run.config, trains_here=trains_here)
        if reply["outcome"] != Outcome.COMPLETED:
            raise Refusal(reply["message"])
        rules_version = str(reply["rules_version"])
    return rules_version


def _hash_without_repeat(run: PlannedRun) -> str:
    return config_hash({**run.config, "run": None, "seed": None})


def _train(
    decisions: Sequence[Decision],
    frozen: Sequence[PlannedRun],
    start: Start,
    supervisor: Supervisor,
    failures: Mapping[str, str],
) -> int:
    trouble = ""
    progress = Progress(frozen, fail_fast=frozen[0].config["fail_fast"])
    try:
        progress.start()
        failures = {**failures, **start(frozen, supervisor)}
        progress.stop()  # here too a signal may come, its own of fail_fast=true among them
    except KeyboardInterrupt:
        supervisor.close()
        trouble = progress.cause_of_stop
        if not trouble:
            progress.stop()
            return max(_finish(decisions, trouble="interrupted"), EXIT_INTERRUPTED)
    except Exception as error:  # a launcher may fail in its own ways; the runs' files tell the rest
        first_line = str(error).strip().partition("\n")[0]
        trouble = f"the launcher stopped early: {type(error).__name__}: {first_line}"
    progress.stop()
    return _finish(decisions, failures=failures, trouble=trouble)


def _finish(
    decisions: Sequence[Decision], *, failures: Mapping[str, str] = {}, trouble: str = ""
) -> int:
    """Report how every run of the launch stands now and return the exit code."""
    after = [replace(decision, record=decision.record.reread()) for decision in decisions]
    if not show_summary(after, failures=failures, trouble=trouble):
        return EXIT_FAILED
    is_all_done = all(decision.record.state is RunState.COMPLETED for decision in after)
    return 0 if is_all_done else EXIT_LEFT_TO_ANOTHER
