"""A sweep on a real Ray of two worker processes on this machine."""

from pathlib import Path

import pytest

from tests.launch.launching import launch, results, states

pytestmark = pytest.mark.slow

SWEEP = ("-m", "experiment=test", "run=1,2,3,4")


def test_a_ray_cluster_gives_the_files_of_a_local_sweep(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    pytest.importorskip("hydra_plugins.hydra_ray_launcher")
    ray, local = tmp_path / "ray", tmp_path / "local"
    ray.mkdir()
    local.mkdir()

    finished = launch(
        ray, *SWEEP, "hydra/launcher=ray", "hydra.launcher.ray.init.num_cpus=2", ROUND_S="0.3"
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert set(states(ray).values()) == {"completed"}
    assert launch(local, *SWEEP).returncode == 0
    assert results(ray) == results(local)
