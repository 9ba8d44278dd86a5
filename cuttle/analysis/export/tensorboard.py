"""TensorBoard's event files: curves and hyperparameters of every run. Needs an extra.

tensorboard --logdir EXPERIMENT/analysis/tensorboard
"""

import shutil
from pathlib import Path
from typing import Any

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import rows_of
from cuttle.runs.layout import METRICS_COLUMNS

NOT_MEASURED = ("round",)


def write(study: Study, directory: Path) -> list[Path]:
    """Write a directory per run: win rates and metrics by round, hyperparameters, final rates."""
    try:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams import summary_v2 as hparams
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{error.name} is not installed: pip install 'cuttle[tensorboard]'"
        ) from error

    root = directory / "tensorboard"
    shutil.rmtree(root, ignore_errors=True)  # event files are only ever added to
    metrics = [hparams.Metric(f"final/{opponent}") for opponent in study.opponents]
    for run in rows_of(study.runs):
        writer = EventFileWriter(str(root / run["run_id"]))
        settings = _hyperparameters(study, run)
        for summary in (
            hparams.hparams_config_pb([*map(hparams.HParam, settings)], metrics),
            hparams.hparams_pb(settings, trial_id=run["run_id"]),
        ):
            writer.add_event(Event(summary=summary))
        for step, tag, value in _scalars(study, run["run_id"]):
            scalar = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
            writer.add_event(Event(step=step, summary=scalar))
        writer.close()
    return [root]


def _hyperparameters(study: Study, run: dict[str, Any]) -> dict[str, Any]:
    """Return the levels of the factors and the run's seed."""
    values = {name: run[name] for name in (*study.factors, "seed") if name in run}
    return {
        name: value if isinstance(value, bool | int | float) else str(value)
        for name, value in values.items()
    }


def _scalars(study: Study, run_id: str) -> list[tuple[int, str, float]]:
    """Return (round, name, value) of everything that one run measured."""
    curves = study.curves[study.curves["run_id"] == run_id]
    scalars = [(r["round"], f"win_rate/{r['opponent']}", r["win_rate"]) for r in rows_of(curves)]
    metrics = [name for name in METRICS_COLUMNS if name not in NOT_MEASURED]
    for row in rows_of(study.rounds[study.rounds["run_id"] == run_id]):
        scalars += [(row["round"], f"training/{m}", row[m]) for m in metrics if row[m] == row[m]]
    final = study.final[study.final["run_id"] == run_id]
    last = int(curves["round"].max()) if len(curves) else 0
    scalars += [(last, f"final/{row['opponent']}", row["win_rate"]) for row in rows_of(final)]
    return [(int(step), tag, float(value)) for step, tag, value in scalars]
