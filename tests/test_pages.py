"""Links and paths in the Markdown files lead somewhere."""

import re
from pathlib import Path

import pytest

from cuttle.config.keys import fields_of
from cuttle.config.schema import Config
from cuttle.runs.identity import IDENTITY_ROLES
from tests import markdown, tree

ROOT = markdown.ROOT
FOLDERS = ("cuttle/", "conf/", "docs/", "tests/", "benchmarks/")
SOURCES = (".py", ".yaml", ".md", ".toml", ".txt", ".cff")
MADE_LATER = {"cuttle/__pycache__"}

pages = pytest.mark.parametrize(
    "path", markdown.FILES, ids=lambda path: str(path.relative_to(ROOT))
)


def exists(name: str, page: Path) -> bool:
    """Return whether a name, perhaps with `*` or NAME for a part, is that of a file or folder."""
    pattern = name.replace("NAME", "*").rstrip("/")
    roots = (ROOT, page.parent, *(ROOT / folder for folder in FOLDERS))
    if any(True for root in roots for _ in root.glob(pattern)):
        return True
    return "/" not in name and any(
        True for folder in FOLDERS for _ in (ROOT / folder).rglob(pattern)
    )


@pages
def test_links_lead_to_files(path: Path) -> None:
    for target in markdown.links(path):
        assert (path.parent / target).exists(), target


@pages
def test_named_paths_exist(path: Path) -> None:
    for name in markdown.named_paths(path):
        if name.startswith(FOLDERS) or name.endswith(SOURCES):
            assert name in MADE_LATER or exists(name, path), name


def test_the_tree_of_the_architecture_page_is_current() -> None:
    assert tree.PAGE.read_text(encoding="utf-8") == tree.page_with_tree(), "run make pages"


def test_every_module_has_a_line_in_the_tree() -> None:
    lines = tree.tree().splitlines()

    assert len(lines) == len(tree.PROGRAMS) + len(list((ROOT / "cuttle").rglob("*.py")))
    assert all(len(line) > len(line.split()[0]) + 10 for line in map(str.strip, lines))


@pytest.mark.parametrize("folder", ["docs", "docs/results", "docs/notes"])
def test_pages_are_reachable_from_the_readme(folder: str) -> None:
    seen, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        todo += [page.parent / target for target in markdown.links(page)]

    assert {path.resolve() for path in (ROOT / folder).glob("*.md")} <= seen


def test_the_page_of_the_run_directory_names_what_makes_a_config_another() -> None:
    page = (ROOT / "docs" / "run_directory.md").read_text(encoding="utf-8")
    told = page.split("Two configs are the same when", 1)[1].split("are.", 1)[0]

    identity = {name for name, key in fields_of(Config).items() if key.role in IDENTITY_ROLES}
    assert set(re.findall("`([^`]+)`", told)) == identity - {"seed"}
