"""The import floors of docs/architecture.md, walked over the source files."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cuttle"

# Floor -> what it may import of ours, and which of the heavy libraries.
FLOORS: dict[str, tuple[set[str], set[str]]] = {
    "config": (set(), {"hydra", "omegaconf"}),
    "game": (set(), {"numba"}),
    "env": ({"game"}, {"numba", "gymnasium", "pettingzoo"}),
    "opponents": ({"game", "env"}, {"numba"}),
    "networks": ({"game", "env"}, {"torch", "numba"}),
    "training": ({"config", "game", "env", "opponents", "networks"}, {"torch"}),
    "runs": ({"config"}, set()),
    "analysis": (
        {"config", "runs"},
        {"pandas", "scipy", "statsmodels", "matplotlib", "rich", "typer"},
    ),
    "launch": (
        {"config", "runs", "training", "networks", "opponents", "env", "game"},
        {"hydra", "omegaconf", "joblib", "rich", "hydra_plugins", "scipy", "torch"},
    ),
    "play": (
        {"runs", "launch", "training", "networks", "opponents", "env", "game"},
        {"torch", "rich"},
    ),
}
HEAVY = {
    "torch",
    "numba",
    "hydra",
    "hydra_plugins",
    "omegaconf",
    "joblib",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "rich",
    "typer",
    "gymnasium",
    "pettingzoo",
}
SOURCES = sorted(PACKAGE.rglob("*.py"))


def imported_modules(path: Path) -> set[str]:
    """List the absolute module names a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def floor_of(path: Path) -> str:
    """Return the floor a source file stands on."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_from_the_floors_below(path: Path) -> None:
    floor = floor_of(path)
    if floor == "__init__":
        assert imported_modules(path) == set()
        return
    ours, heavy = FLOORS[floor]

    modules = imported_modules(path)

    used = {name.split(".")[1] for name in modules if name.startswith("cuttle.")}
    assert used - {floor} <= ours
    assert {name.split(".")[0] for name in modules} & HEAVY <= heavy


def test_every_floor_has_files() -> None:
    assert {floor_of(path) for path in SOURCES} - {"__init__"} == set(FLOORS)


def test_the_page_draws_these_floors() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `cuttle/(\w+)(?:\.py)?` \|.*\|(.*)\|$", page, re.MULTILINE)

    drawn = {room: HEAVY.intersection(re.findall(r"\w+", libraries)) for room, libraries in rows}

    assert drawn == {room: heavy - {"hydra_plugins"} for room, (_, heavy) in FLOORS.items()}
