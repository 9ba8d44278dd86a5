"""The recipes of docs/sweeps.md work as they stand there."""

from pathlib import Path

import pytest

from tests import markdown
from tests.launch.here import launch_here as launch
from tests.launch.launching import states

PAGE = markdown.ROOT / "docs" / "sweeps.md"

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fork_server")]


def test_the_callback_of_the_page_tells_of_every_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = markdown.python_blocks(PAGE)
    (tmp_path / "tell.py").write_text(block)
    (command,) = [line for line in markdown.commands(PAGE) if "tell.Tell" in line]
    words = command.replace("'", "").split(maxsplit=2)[2].split(" +")

    monkeypatch.syspath_prepend(tmp_path)

    finished = launch(tmp_path, *words[0].split(), f"+{words[1]}", fake=False)

    assert finished.returncode == 0, finished.stderr
    assert sorted((tmp_path / "told.txt").read_text().splitlines()) == [
        "boolean_run_01 COMPLETED",
        "boolean_run_02 COMPLETED",
    ]


@pytest.mark.filterwarnings("ignore")  # Optuna's own, of the old version that Hydra's sweeper takes
def test_optuna_searches_with_resumable_runs(tmp_path: Path) -> None:
    (command,) = [line for line in markdown.commands(PAGE) if "sweeper=optuna" in line]
    words = command.replace("tag(log, interval(1e-4, 1e-2))", "tag(log,interval(1e-4,1e-2))")

    finished = launch(
        tmp_path, *words.replace("'", "").split()[2:], "hydra.launcher.n_jobs=1", fake=False
    )

    assert finished.returncode == 0, finished.stderr
    found = states(tmp_path, "search")
    assert len(found) == 6 and set(found.values()) == {"completed"}
    assert all("learning_rate=" in name for name in found)
    best = (tmp_path / "multirun" / "search" / "optimization_results.yaml").read_text()
    assert "best_value" in best
