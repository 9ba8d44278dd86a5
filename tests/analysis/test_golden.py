"""The published tables of docs/results, computed again from the published games of their runs."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cuttle.analysis import load
from cuttle.analysis.data import Study
from cuttle.analysis.statistics.final import descriptives
from cuttle.analysis.statistics.primary import comparisons
from cuttle.runs import layout

from .experiments import write_run

RESULTS = Path(__file__).parents[2] / "docs" / "results"
COUNTS = ("games", "wins", "draws", "losses")


def name_of(path: Path) -> str:
    return path.parent.name


def published(name: str, root: Path) -> Study:
    """Write the runs of a published study to disk, with their final games, and load them."""
    path = root / name
    runs = pd.read_csv(RESULTS / name / "runs.csv")
    experiment = json.loads((RESULTS / name / layout.EXPERIMENT_FILE).read_text(encoding="utf-8"))
    factors = [factor for factor in experiment.get("factors", {}) if factor in runs]
    opponents = [column[6:] for column in runs if column.startswith("games_")]
    for run in runs[runs["is_used"]].to_dict("records"):
        matches = [
            {
                "round": int(run["final_round"]),
                "stage": "final",
                "opponent": opponent,
                "seat": 0,
                **{count: int(run[f"{count}_{opponent}"]) for count in COUNTS},
            }
            for opponent in opponents
        ]
        label, levels = run.get("condition", run["network_type"]), {f: run[f] for f in factors}
        who = {"seed": run["seed"], "levels": levels or None}
        write_run(path, label, run["run"], **who, matches=matches)
    shutil.copy(RESULTS / name / layout.EXPERIMENT_FILE, path)
    return load(path)


def assert_reproduces(computed: pd.DataFrame, table: pd.DataFrame, keys: list[str]) -> None:
    """Assert that all columns of a published table are those of a frame, to 1e-9."""
    found = table[keys].merge(computed, on=keys, how="left", validate="one_to_one")
    for column in table.columns.difference([*keys, "role", "reason", "note"]):
        if table[column].dtype.kind in "fi":
            np.testing.assert_allclose(found[column], table[column], rtol=1e-9, err_msg=column)
        else:
            assert found[column].fillna("").tolist() == table[column].fillna("").tolist(), column


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*/summary.csv")), ids=name_of)
def test_published_descriptives_are_reproduced(tmp_path: Path, path: Path) -> None:
    study, table = published(path.parent.name, tmp_path), pd.read_csv(path)
    levels = [column for column in study.conditions if column in table]

    found = descriptives(study)

    if "condition" not in table:  # as 0.1 wrote it
        table = table.rename(columns={"network_type": "condition"})
    assert_reproduces(found, table.drop(columns=levels, errors="ignore"), ["opponent", "condition"])


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*/comparisons.csv")), ids=name_of)
def test_published_comparisons_are_reproduced(tmp_path: Path, path: Path) -> None:
    study, table = published(path.parent.name, tmp_path), pd.read_csv(path)

    found = comparisons(study)

    keys = [key for key in ("opponent", "factor", "a", "b") if key in table]
    assert_reproduces(found, table, keys)
