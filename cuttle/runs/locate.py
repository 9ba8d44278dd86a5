"""Which directory a name on the command line means. Reads directory names, no results."""

from pathlib import Path

from cuttle.runs.files import write_text
from cuttle.runs.formatting import truncate
from cuttle.runs.layout import CONFIG_FILE, EXPERIMENT_FILE, STATUS_FILE
from cuttle.runs.reader import is_experiment, list_experiments

SELECTED_FILE = ".selected"  # in the root; holds the name of the selected experiment


def find_experiment(root: Path, text: str | None) -> Path:
    """Return the experiment directory meant by a name, an unambiguous part of one, or a path."""
    if text is None:
        return current_experiment(root)
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
        raise ValueError(
            f"{text!r} fits several experiments: {truncate(matching)}; give more of it"
        )
    raise ValueError(f"no experiment {text!r} under {root}; {_known(names)}")


def current_experiment(root: Path) -> Path:
    """Return the selected experiment, else the only one, else the one touched last."""
    name = selected_name(root)
    if name is not None:
        if is_experiment(root / name):
            return root / name
        raise ValueError(
            f"the selected experiment {name} is not under {root} any more; "
            "choose another: python analyze.py select NAME"
        )
    paths = list_experiments(root)
    if not paths:
        raise ValueError(f"no experiment under {root}; {_known([])}")
    return max(paths, key=lambda path: (last_touched(path), path.name))


def find_side(root: Path, text: str) -> Path:
    """Return the YAML file, run directory or experiment directory meant by an argument of diff."""
    for path in (Path(text), root / text):
        if text and (path.is_file() or is_run(path)):
            return path
    if "/" in text.rstrip("/") and not is_experiment(Path(text)):
        experiment, _, run_id = text.rstrip("/").rpartition("/")
        if is_run(path := find_experiment(root, experiment) / run_id):
            return path
        raise ValueError(f"no run {run_id!r} in {find_experiment(root, experiment)}")
    try:
        return find_experiment(root, text)
    except ValueError:
        if Path(text).is_dir():
            raise ValueError(f"{text} is neither an experiment nor a run nor a file") from None
        raise


def is_run(path: Path) -> bool:
    """Say whether a directory holds one run: a status, or a Hydra configuration."""
    return (path / STATUS_FILE).exists() or (path / CONFIG_FILE).exists()


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
        return (root / SELECTED_FILE).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def last_touched(path: Path) -> float:
    """Return when an experiment was last launched or described, seconds since the epoch."""
    description = path / EXPERIMENT_FILE
    return (description if description.exists() else path).stat().st_mtime


def _known(names: list[str]) -> str:
    if names:
        return f"there are: {truncate(names)}"
    return "nothing was trained there yet: python train.py trains a run"
