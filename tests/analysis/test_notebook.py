"""The code of docs/notebook.md runs as it stands there."""

import re
from pathlib import Path

import matplotlib as mpl
import pytest

from .experiments import TRAINING, write_experiment, write_run

PAGE = Path(__file__).parents[2] / "docs" / "notebook.md"
TYPES = ("boolean", "embedding")


@pytest.mark.slow
def test_the_notebook_goes_from_load_to_a_plot_and_a_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "multirun"
    rates = {name: [0.5, 0.55, 0.6] for name in TYPES}
    write_experiment(root, rates, name="first_look", planned=TYPES, runs=3)
    slower = {**TRAINING, "learner": {"learning_rate": 1e-4}}
    for name in TYPES:
        for run in (1, 2):
            write_run(root / "slower", name, run, 0.3 + run / 100, config={"training": slower})
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    with mpl.rc_context({"backend": "agg"}):
        exec("\n".join(blocks), {})

    shown = capsys.readouterr().out
    assert (tmp_path / "curves.png").stat().st_size > 1000
    assert "MannwhitneyuResult(" in shown and "p_holm" in shown and "slower" in shown
    assert sum(line.strip() != "" for line in blocks[0].splitlines()) <= 13
