"""The directory of a name. Reads directory names, no results."""

import os
from pathlib import Path

from cuttle.runs.files import read_bytes, write_text
from cuttle.runs.formatting import truncate
from cuttle.runs.layout import CONFIG_FILE, EXPERIMENT_FILE, STATUS_FILE
from cuttle.runs.reader import is_experiment, list_experiments

MAX_TEXT_SHOWN = 100  # characters of an argument that is quoted in a message
SELECTED_FILE = ".selected"  # in the root; holds the name of the selected experiment


def find_experiment(root: Path, text: str | None) -> Path:
    """Return the experiment directory meant by a name, an unambiguous part of one, or a path."""
    if text is None:
        return current_experiment(root)
    text = _without_dots(text)
    exact = [path for path in (root / text, Path(text)) if is_experiment(path)]
    if exact and text:
        return exact[0]
    if text and any(is_run(path) for path in (root / text, Path(text))):
        raise ValueError(f"{text} is a run, not an experiment; its experiment is one level up")
    names = [path.name for path in list_experiments(root)]
    matching = [name for name in names if text and text in name]
    if len(matching) == 1:
        return root / matching[0]
    if matching:
        raise ValueError(f"{text!r} matches several experiments: {truncate(matching)}")
    shown = text if len(text) <= MAX_TEXT_SHOWN else f"{text[:MAX_TEXT_SHOWN]}..."
    raise ValueError(f"no experiment {shown!r} under {root}; {_known(names)}")


def current_experiment(root: Path) -> Path:
    """Return the selected experiment, or else the most recently launched one."""
    name = selected_name(root)
    if name is not None:
        if is_experiment(root / name):
            return root / name
        raise ValueError(
            f"the selected experiment {name} is not under {root} any more; "
            "choose another: python analyze.py select NAME"
        )
    paths = [path for path in list_experiments(root) if os.access(path, os.R_OK | os.X_OK)]
    if not paths:
        raise ValueError(f"no experiment under {root}; {_known([])}")
    return max(paths, key=lambda path: (last_touched(path), path.name))


def find_side(root: Path, text: str) -> Path:
    """Return the YAML file, run directory or experiment directory meant by an argument."""
    text = _without_dots(text)
    for path in (Path(text), root / text):
        if text and (os.path.isfile(path) or is_run(path)):
            return path
    experiment, _, run_id = text.rstrip("/").rpartition("/")
    is_whole = not experiment or is_experiment(Path(text))
    try:
        found = find_experiment(root, text if is_whole else experiment)
    except ValueError:
        if os.path.exists(text):
            raise ValueError(f"{text} is neither an experiment nor a run nor a file") from None
        raise
    if is_whole or is_run(found / run_id):
        return found if is_whole else found / run_id
    raise ValueError(f"no run {run_id!r} in {found}")


def _without_dots(text: str) -> str:
    """Return an argument, or where one such as `.` and `..` leads, which ends with no name."""
    return str(Path(text).resolve()) if text and Path(text).name in ("", "..") else text


def is_run(path: Path) -> bool:
    """Return whether a directory holds one run: a status, or a Hydra configuration."""
    return os.path.exists(path / STATUS_FILE) or os.path.exists(path / CONFIG_FILE)


def select(root: Path, text: str) -> Path:
    """Make an experiment the one that commands without a name mean."""
    path = find_experiment(root, text)
    if path.resolve().parent != root.resolve():
        raise ValueError(f"{path} is not under {root}; only experiments there can be selected")
    write_text(root / SELECTED_FILE, path.name + "\n")
    return path


def selected_name(root: Path) -> str | None:
    """Return the name of the selected experiment, None when none was selected."""
    try:
        name = read_bytes(root / SELECTED_FILE).decode().strip()
        if "\0" in name:
            raise ValueError
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise ValueError(
            f"{root / SELECTED_FILE} cannot be read; delete it and select an experiment again"
        ) from None
    return name or None


def last_touched(path: Path) -> float:
    """Return when an experiment was last launched or described, seconds since the epoch."""
    try:
        return (path / EXPERIMENT_FILE).stat().st_mtime
    except OSError:
        return path.stat().st_mtime


def _known(names: list[str]) -> str:
    if names:
        return f"there are: {truncate(names)}"
    return "nothing was trained there yet: python train.py trains a run"
