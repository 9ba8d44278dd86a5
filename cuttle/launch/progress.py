"""The live view of a sweep: read from the status files by a thread of the launcher.

One display on a terminal, one line for each finished round or run elsewhere. Starts nothing.
"""

import os
import threading
import time
from collections.abc import Sequence

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cuttle.launch.plan import PlannedRun
from cuttle.launch.signals import STOP_SIGNAL
from cuttle.runs.formatting import format_duration, format_percent, pluralize
from cuttle.runs.layout import RunState, Stage
from cuttle.runs.recorder import last_win_rates
from cuttle.runs.run_record import ENDED, RunRecord, seconds_left

POLL_INTERVAL_S = 0.5
VIEW_WIDTH = 100


class Progress:
    """Follow the runs of a launch until stopped."""

    def __init__(self, runs: Sequence[PlannedRun], *, fail_fast: bool) -> None:
        """Read the runs once; nothing is shown yet."""
        self.records = {run.run_id: RunRecord(run.run_dir) for run in runs}
        self.cause_of_stop = ""
        self._fail_fast = fail_fast
        self._started = time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="progress", daemon=True)
        self._console = Console()
        is_terminal = self._console.is_terminal
        self._live = Live(console=self._console, auto_refresh=False) if is_terminal else None

    def start(self) -> None:
        """Show the first view and follow from then on."""
        print(f"training {pluralize(len(self.records), 'run')}", flush=True)
        if self._live is not None:
            self._live.start()
        self._thread.start()

    def stop(self) -> None:
        """Take a last look and leave the view as it is; once more does no harm."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._live is not None:
            self._live.stop()

    def _follow(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._done.wait(POLL_INTERVAL_S)
            self._look()
            if self._live is not None:
                self._live.update(self._view(), refresh=True)
            if self._fail_fast and not self.cause_of_stop and not is_last:
                self._stop_at_failure()

    def _look(self) -> None:
        for run_id, before in self.records.items():
            if before.state in ENDED:
                continue
            now = before.reread()
            self.records[run_id] = now
            rounds = round_lines(before, now) if self._live is None else []  # the view shows them
            for line in [*rounds, *ending(now)]:
                self._print(line)

    def _print(self, line: str) -> None:
        if self._live is None:
            print(line, flush=True)
        else:
            self._console.print(Text(line), soft_wrap=True)  # above the view

    def _stop_at_failure(self) -> None:
        failed = [r.run_id for r in self.records.values() if r.state is RunState.FAILED]
        if failed and not self._done.is_set():
            self.cause_of_stop = f"{failed[0]} failed and fail_fast=true"
            os.kill(os.getpid(), STOP_SIGNAL)  # the launcher stops as it does on Ctrl-C

    def _view(self) -> Group:
        records = list(self.records.values())
        ended = sum(record.state in ENDED for record in records)
        table = Table.grid(padding=(0, 2), expand=True)
        table.width = min(VIEW_WIDTH, self._console.width)
        for ratio in (None, 1, None, None):  # the bar takes what the words leave
            table.add_column(ratio=ratio, no_wrap=True)
        for record in records:
            if record.state is RunState.RUNNING:
                table.add_row(record.run_id, _bar(record), _round(record), _win_rates(record))
        failed = sum(record.state is RunState.FAILED for record in records)
        left = seconds_left(records)
        line = f"{ended - failed} of {pluralize(len(records), 'run')} completed, {failed} failed, "
        line += f"{format_duration(time.monotonic() - self._started)} so far"
        line += f", about {format_duration(left)} left" if left is not None else ""
        return Group(table, Text(line, style="bold"))


def round_lines(before: RunRecord, now: RunRecord) -> list[str]:
    """Return a line for each round that a run has done since."""
    rounds = now.status.get("rounds", 0)
    lines = []
    for number in range(before.status.get("round", 0) + 1, now.status.get("round", 0) + 1):
        rows = [r for r in now.matches if r["round"] == number and r["stage"] == Stage.VALIDATION]
        lines.append(f"{now.run_id} round {number}/{rounds}: {percentages(last_win_rates(rows))}")
    return lines


def ending(now: RunRecord) -> list[str]:
    """Return a line if a run has ended."""
    if now.state is RunState.COMPLETED:
        line = f"{now.run_id} completed in {format_duration(float(now.status['duration_s']))}"
        has_played = bool(now.status["win_rates"])  # another program's runs play no games
        return [f"{line}: {_win_rates(now)} in the final games" if has_played else line]
    return [f"{now.run_id} failed: {now.error_and_log}"] if now.state is RunState.FAILED else []


def _bar(record: RunRecord) -> ProgressBar:
    rounds = max(1, record.status.get("rounds", 1))
    return ProgressBar(total=rounds, completed=record.status.get("round", 0))


def _round(record: RunRecord) -> str:
    return f"round {record.status.get('round', 0)}/{record.status.get('rounds', '?')}"


def _win_rates(record: RunRecord) -> str:
    return percentages(record.status.get("win_rates", {}))


def percentages(win_rates: dict[str, float]) -> str:
    """Write win rates for people."""
    texts = [f"{opponent} {format_percent(rate)}" for opponent, rate in win_rates.items()]
    return ", ".join(texts) or "not yet evaluated"
