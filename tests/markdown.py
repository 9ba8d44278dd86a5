"""Read the Markdown files: commands, examples with output, links, named paths. No tests here."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

PROGRAM = re.compile(r"(?:python3?|pip|pytest|make|\.venv/bin/\w+) ")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
COMMENT = re.compile(r"(\s#\s|\s{2,}).*")
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
PATH = re.compile(r"[\w.-]+(?:/[\w.*-]+)+/?|[\w-]+\.(?:py|md|toml|yaml|txt)")


class Example(NamedTuple):
    """A command of a console block, and what the page says that it prints."""

    heading: str
    command: str
    output: list[str]


def _fences(path: Path, *kinds: str) -> Iterator[str]:
    for kind, content in FENCE.findall(path.read_text(encoding="utf-8")):
        if kind in kinds:
            yield content


def _prose(path: Path) -> str:
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def commands(path: Path) -> list[str]:
    """List the commands that a page tells its reader to type, each once."""
    found = [
        COMMENT.sub("", line).strip()
        for content in _fences(path, "", "bash")
        for line in content.splitlines()
        if PROGRAM.match(line)
    ]
    found += [span for span in INLINE.findall(_prose(path)) if PROGRAM.match(span)]
    return list(dict.fromkeys(found))


def shell_lines(path: Path) -> list[str]:
    """List the lines of the bash blocks that are neither blank nor comments."""
    lines = [line for content in _fences(path, "bash") for line in content.splitlines()]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def examples(path: Path) -> list[Example]:
    """List the commands of the console blocks, with the output shown under each."""
    found: list[Example] = []
    for part in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        for content in [text for kind, text in FENCE.findall(part) if kind == "console"]:
            for line in content.splitlines():
                if line.startswith("$ "):
                    found.append(Example(part.splitlines()[0], line.removeprefix("$ "), []))
                else:
                    found[-1].output.append(line)
    return found


def python_blocks(path: Path) -> list[str]:
    """List the Python examples of a page."""
    return list(_fences(path, "python"))


def links(path: Path) -> list[str]:
    """List the targets of a page's links that stay in the repository."""
    return [target for target in LINK.findall(_prose(path)) if "://" not in target]


def named_paths(path: Path) -> list[str]:
    """List the files and folders that a page names in code spans."""
    spans = INLINE.findall(_prose(path))
    return [span for span in spans if PATH.fullmatch(span)]
