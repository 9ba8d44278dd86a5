"""What is declared is pinned and explained; optional extras are optional."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRA_MODULES = ("gymnasium", "pettingzoo", "submitit", "ray", "tensorboard")
WRAPPERS = ("cuttle.env.gymnasium", "cuttle.env.pettingzoo", "cuttle.env.spaces")

WITHOUT_EXTRAS = f"""
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys({EXTRA_MODULES!r}))
import cuttle
for module in pkgutil.walk_packages(cuttle.__path__, "cuttle."):
    if module.name not in {WRAPPERS!r}:
        importlib.import_module(module.name)
"""


def names(requirements: list[str]) -> set[str]:
    """Return the names of requirements, in lower case."""
    return {re.split(r"[<>=\[]", requirement)[0].lower() for requirement in requirements}


def pins(name: str) -> dict[str, str]:
    """Read the versions of a constraints file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text.lower().replace("_", "-"), re.MULTILINE))


def test_every_dependency_is_pinned_and_explained() -> None:
    declared = names(PROJECT["dependencies"]).union(
        *map(names, PROJECT["optional-dependencies"].values())
    ) - {"cuttle"}
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    explained = names(re.findall(r'"([^"]+)"[],]+  # \w', text))
    optional = PROJECT["optional-dependencies"]
    extras = ("slurm", "ray", "optuna", "tensorboard")
    unpinned = names([name for extra in extras for name in optional[extra]])

    assert declared - unpinned <= pins("constraints.txt").keys()
    assert declared <= explained


def test_hashes_cover_every_pin_but_torch() -> None:
    plain, hashed = pins("constraints.txt"), pins("constraints-hashed.txt")

    assert hashed == {name: version for name, version in plain.items() if name != "torch"}


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-hashed.txt"])
def test_constraints_name_no_place_to_download_from(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.slow
def test_everything_but_the_wrappers_imports_without_the_extras() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_training_and_analysis_work_without_the_extras(tmp_path: Path) -> None:
    block = f"import sys, runpy; sys.modules.update(dict.fromkeys({EXTRA_MODULES!r})); "
    for script in ("train.py training=smoke", "analyze.py report --no-figures"):
        name, *arguments = script.split()
        path = str(ROOT / name)
        run = f"sys.argv = {[path, *arguments]!r}; runpy.run_path({path!r}, run_name='__main__')"
        done = subprocess.run(
            [sys.executable, "-c", block + run],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stderr
