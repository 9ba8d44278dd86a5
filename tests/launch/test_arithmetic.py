"""`portable=true`: the same bytes on every x86-64 processor with AVX2."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cuttle.launch import arithmetic, build
from tests.launch.launching import launch, results
from tests.training.build import composed
from tests.training.digest import STORED

ROOT = Path(__file__).parents[2]
INTEL = {"mode": "native", "processor": {"vendor": "GenuineIntel"}, "variables": {}}
AMD = {**INTEL, "processor": {"vendor": "AuthenticAMD"}}
# MKL_ENABLE_INSTRUCTIONS lets Intel's processors compute as older ones do, and no others.
needs_intel = pytest.mark.skipif(
    arithmetic.processor().get("vendor") != "GenuineIntel", reason="needs a processor of Intel"
)


def trained_digests(*network_types: str, **variables: str) -> dict[str, Any]:
    """Train in a process of its own, whose libraries read these variables."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.digest", *network_types],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables",
    # Those of this processor; of the first one with AVX2, and for MKL of a still older one.
    [{}, {"NUMBA_CPU_NAME": "haswell", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}],
    ids=str,
)
def test_a_portable_training_gives_the_stored_bytes_whatever_the_instructions(
    variables: dict[str, str],
) -> None:
    stored = json.loads(STORED.read_text())

    found = trained_digests(**arithmetic.PINS, **variables)

    if found["versions"] != stored["versions"]:
        pytest.skip(f"stored for {stored['versions']}, these are {found['versions']}")
    assert found["digests"] == stored["digests"]


@pytest.mark.slow
@needs_intel
def test_a_native_training_depends_on_the_instructions() -> None:
    """So that the test above can fail; `embedding` still multiplies its table by MKL."""
    by_instructions = [
        trained_digests("embedding", MKL_ENABLE_INSTRUCTIONS=name)["digests"]
        for name in ("AVX2", "SSE4_2")
    ]

    assert by_instructions[0] != by_instructions[1]


@pytest.mark.slow
def test_portable_reaches_the_training_whatever_the_launcher(tmp_path: Path) -> None:
    launchers = {
        "here": ("run=1,2", "hydra.launcher.n_jobs=1"),
        "joblib": ("run=1,2", "hydra.launcher.n_jobs=2"),
        "basic": ("run=1,2", "hydra/launcher=basic"),
    }
    common = ("-m", "training=smoke", "portable=true")
    for name, words in launchers.items():
        instructions = "AVX2" if name == "here" else "SSE4_2"
        done = launch(
            tmp_path, *common, f"experiment={name}", *words,
            fake=False, MKL_ENABLE_INSTRUCTIONS=instructions,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    assert results(tmp_path, "here") == results(tmp_path, "joblib") == results(tmp_path, "basic")
    metadata = tmp_path / "multirun" / "basic" / "boolean_run_02" / "run_metadata.json"
    recorded = json.loads(metadata.read_text())["arithmetic"]
    assert recorded["mode"] == "portable"
    assert recorded["variables"] == {**arithmetic.PINS, "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}


def test_portable_in_a_process_that_was_not_started_for_it_is_refused() -> None:
    config = composed("training=smoke", "seed=fixed", "seed.value=7", "portable=true")

    with pytest.raises(ValueError, match="needs a process started with MKL_CBWR=COMPATIBLE"):
        build.build_trainer(config)


def test_portable_on_another_kind_of_processor_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arithmetic, "processor", lambda: {"flags": ["sse4_2", "avx"]})

    with pytest.raises(ValueError, match=r"needs an x86-64 processor with .* lacks avx2 and fma"):
        arithmetic.require_portable()


def test_portable_on_a_gpu_is_refused() -> None:
    with pytest.raises(ValueError, match="portable=true needs device=cpu, got device=cuda"):
        build.check(composed("portable=true", "device=cuda"), is_here=False)


def test_native_trainings_are_alike_on_one_kind_of_processor_alone() -> None:
    assert arithmetic.differences(INTEL, INTEL) == []
    assert arithmetic.differences(INTEL, AMD) == [
        "processor was vendor GenuineIntel and is vendor AuthenticAMD"
    ]


def test_portable_trainings_are_alike_on_all_processors() -> None:
    intel, amd = ({**each, "mode": "portable"} for each in (INTEL, AMD))

    assert arithmetic.differences(intel, amd) == []
    assert "mode was native and is portable" in arithmetic.differences(INTEL, intel)


def test_a_run_that_went_on_elsewhere_is_like_neither_machine() -> None:
    moved = arithmetic.continued(INTEL, AMD)

    assert arithmetic.continued(None, AMD) == arithmetic.continued(AMD, AMD) == AMD
    assert arithmetic.continued(moved, AMD) == moved
    assert arithmetic.differences(moved, AMD) == [
        "in its first rounds processor was vendor GenuineIntel and is vendor AuthenticAMD"
    ]
    assert arithmetic.differences(moved, INTEL) == [
        "processor was vendor AuthenticAMD and is vendor GenuineIntel"
    ]


def test_what_steers_the_libraries_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MKL_ENABLE_INSTRUCTIONS", "AVX2")

    described = arithmetic.describe(portable=False)

    assert described["variables"]["MKL_ENABLE_INSTRUCTIONS"] == "AVX2"
    assert described["mode"] == "native"
    assert "sse4_2" in described["processor"]["flags"]
