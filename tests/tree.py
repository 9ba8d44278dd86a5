"""The tree of docs/architecture.md, one line per file: `python -m tests.tree` writes it anew."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PROGRAMS = ("train.py", "analyze.py", "hydra_plugins/cuttle_sweeper.py")
BLOCK = re.compile(r"(?<=<!-- tree -->\n)```text\n.*?```\n", re.DOTALL)
CLAUSE = re.compile(r"(\S+(?: \S+)+?)[:;] ")  # two words or more before a colon
MEANING_COLUMN = 30  # characters


def summary(path: Path) -> str:
    """Return the first clause of a module's docstring; the first sentence where that is short."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    sentence = " ".join(re.split(r"\.(?=\s|$)", docstring, maxsplit=1)[0].split())
    clause = CLAUSE.match(sentence)
    return clause[1] if clause else sentence


def tree() -> str:
    """Return the programs and all modules of the package, each with what it says of itself."""
    lines = [_line(name, ROOT / name) for name in PROGRAMS]
    return "\n".join([*lines, *_folder(ROOT / "cuttle", depth=0)])


def page_with_tree() -> str:
    """Return the page with the tree as it is now."""
    block = f"```text\n{tree()}\n```\n"
    page, count = BLOCK.subn(lambda _: block, PAGE.read_text(encoding="utf-8"))
    assert count == 1, f"{PAGE} holds {count} trees"
    return page


def _folder(folder: Path, *, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield _line(f"{indent}{folder.name}/", folder / "__init__.py")
    for path in sorted(folder.iterdir()):
        if (path / "__init__.py").exists():
            yield from _folder(path, depth=depth + 1)
        elif path.suffix == ".py" and path.name != "__init__.py":
            yield _line(f"{indent}  {path.name}", path)


def _line(name: str, path: Path) -> str:
    return f"{name} ".ljust(MEANING_COLUMN) + summary(path)


if __name__ == "__main__":
    PAGE.write_text(page_with_tree(), encoding="utf-8")
