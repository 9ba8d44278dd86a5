"""The published tables of docs/results, computed again from the published games of their runs."""

import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cuttle.analysis import load
from cuttle.analysis.data import Study
from cuttle.analysis.statistics.final import descriptives
from cuttle.analysis.statistics.primary import comparisons
from cuttle.runs import layout

from .experiments import match_row, write_run

RESULTS = Path(__file__).parents[2] / "docs" / "results"
TABLES = [path for name in ("summary", "comparisons") for path in RESULTS.glob(f"*/{name}.csv")]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Study]:
    """Write the runs of a published study to disk, with their final games, and load them."""

    @functools.cache
    def study(name: str) -> Study:
        path = tmp_path_factory.mktemp("published") / name
        runs = pd.read_csv(RESULTS / name / "runs.csv")
        experiment = json.loads((RESULTS / name / layout.EXPERIMENT_FILE).read_text("utf-8"))
        factors = [factor for factor in experiment.get("factors", {}) if factor in runs]
        opponents = [column[6:] for column in runs if column.startswith("games_")]
        for run in runs[runs["is_used"]].to_dict("records"):
            counts = {
                o: [int(run[f"{c}_{o}"]) for c in ("wins", "games", "draws")] for o in opponents
            }
            matches = [
                match_row(wins, games, draws=draws, opponent=o, round=int(run["final_round"]))
                for o, (wins, games, draws) in counts.items()
            ]
            levels = {factor: run[factor] for factor in factors}
            who = {"seed": run["seed"], "levels": levels or None}
            label = run.get("condition", run["network_type"])
            write_run(path, label, run["run"], **who, matches=matches)
        shutil.copy(RESULTS / name / layout.EXPERIMENT_FILE, path)
        return load(path)

    return study


@pytest.mark.parametrize("path", sorted(TABLES), ids=lambda path: f"{path.parent.name} {path.stem}")
def test_published_tables_are_reproduced(published: Callable[[str], Study], path: Path) -> None:
    table, study = pd.read_csv(path), published(path.parent.name)
    if path.stem == "summary":
        if "condition" not in table:  # as 0.1 wrote it
            table = table.rename(columns={"network_type": "condition"})
        keys, found = ["opponent", "condition"], descriptives(study)
        table = table.drop(columns=[c for c in study.conditions if c in table and c not in found])
    else:
        keys, found = (
            [k for k in ("opponent", "factor", "a", "b") if k in table],
            comparisons(study),
        )

    found = table[keys].merge(found, on=keys, how="left", validate="one_to_one")

    for column in table.columns.difference([*keys, "role", "reason", "note"]):
        if table[column].dtype.kind in "fi":
            np.testing.assert_allclose(found[column], table[column], rtol=1e-9, err_msg=column)
        else:
            assert found[column].fillna("").tolist() == table[column].fillna("").tolist(), column
