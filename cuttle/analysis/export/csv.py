"""CSV files: in the schema of docs/schema.md."""

from pathlib import Path
from typing import Any

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.statistics.final import descriptives
from cuttle.analysis.statistics.primary import comparisons
from cuttle.runs.files import write_text
from cuttle.runs.formatting import printable

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Counts, which pandas holds as floats where some are missing.
COUNTS = {"parameters", "final_round", "games_min", "games_max", "episodes", "decisions", "updates",
          "samples_learnt"}  # fmt: skip
FINAL = ["games", "wins", "draws", "losses", "win_rate", "half_draw_rate"]


def write(study: Study, directory: Path) -> list[Path]:
    """Write a file per frame, and the two tables of the primary tests."""
    frames = {
        "runs.csv": _runs(study),
        "matches.csv": study.matches,
        "rounds.csv": study.rounds,
        "summary.csv": _with_role(study, _with_levels(study, descriptives(study))),
        "comparisons.csv": _with_role(study, comparisons(study)),
    }
    for name, frame in frames.items():
        write_text(directory / name, to_csv(frame))
    return [directory / name for name in frames]


def to_csv(frame: pd.DataFrame) -> str:
    """Format a frame as CSV; text that a spreadsheet would run is preceded by an apostrophe."""
    counts = [column for column in frame if column in COUNTS]
    safe = frame.astype(dict.fromkeys(counts, "Int64"))
    texts = [column for column in safe if safe[column].dtype.kind not in "iuf"]
    safe = safe.assign(**{str(column): safe[column].map(_safe) for column in texts})
    safe.columns = pd.Index([_safe(str(column)) for column in frame.columns])
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return text


def _safe(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    return printable(f"'{value}" if value.startswith(FORMULA_SIGNS) else value)


def _runs(study: Study) -> pd.DataFrame:
    """Return every run, used or not, with its final games a column per opponent."""
    wide = study.final.pivot(index="run_id", columns="opponent", values=FINAL)
    wide = wide.reindex(columns=[(c, o) for o in study.opponents for c in FINAL]).convert_dtypes()
    wide.columns = pd.Index([f"{column}_{o}" for o in study.opponents for column in FINAL])
    used = study.runs.assign(state="completed", is_used=True).join(wide, on="run_id")
    excluded = study.excluded.assign(is_used=False)
    frame = pd.concat([used, excluded]) if len(excluded) else used.assign(reason="")
    levels = study.conditions[list(study.factors)]
    frame = frame.drop(columns=levels.columns).join(levels, on="condition")
    first = ["experiment", "run_id", "condition", *levels, "run", "seed", "state", "is_used"]
    first += ["reason", "final_round", "duration_s", "parameters"]
    return frame[[*first, *(column for column in frame if column not in first)]]


def _with_role(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    frame.insert(1, "role", frame["opponent"].map(study.roles))
    return frame


def _with_levels(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    for place, factor in enumerate(study.factors):
        frame.insert(2 + place, factor, frame["condition"].map(study.conditions[factor]))
    return frame
