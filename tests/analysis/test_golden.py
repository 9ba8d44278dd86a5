"""The published tables of docs/results, computed again from the published games of their runs."""

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


def published(name: str, root: Path) -> Study:
    """Write the runs of a published study to disk, with their final games, and load them."""
    path = root / name
    runs = pd.read_csv(RESULTS / name / "runs.csv")
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
        write_run(path, run["network_type"], run["run"], seed=run["seed"], matches=matches)
    shutil.copy(RESULTS / name / layout.EXPERIMENT_FILE, path)
    return load(path)


def assert_reproduces(computed: pd.DataFrame, name: str, keys: list[str]) -> None:
    """Assert that all columns of a published table are those of a frame, to 1e-9."""
    table = pd.read_csv(RESULTS / name)
    found = table[keys].merge(computed, on=keys, how="left")
    for column in table.columns.difference([*keys, "role", "reason"]):
        if table[column].dtype.kind in "fi":
            np.testing.assert_allclose(found[column], table[column], rtol=1e-9, err_msg=column)
        else:
            assert found[column].tolist() == table[column].tolist(), column


@pytest.mark.parametrize("name", sorted(path.parent.name for path in RESULTS.glob("*/summary.csv")))
def test_published_descriptives_are_reproduced(tmp_path: Path, name: str) -> None:
    study = published(name, tmp_path)

    found = descriptives(study).rename(columns={"condition": "network_type"})

    assert_reproduces(found, f"{name}/summary.csv", ["opponent", "network_type"])


@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in RESULTS.glob("*/comparisons.csv"))
)
def test_published_comparisons_are_reproduced(tmp_path: Path, name: str) -> None:
    study = published(name, tmp_path)

    found = comparisons(study)

    assert_reproduces(found, f"{name}/comparisons.csv", ["opponent", "a", "b"])
