"""The source of a launch: stored with its experiment, edits made later reach none of its runs.

Workers import the training code when they start, on a cluster perhaps hours after the launch.
"""

import io
import sys
import zipfile
from pathlib import Path

from cuttle.runs.files import read_json, write_bytes
from cuttle.runs.layout import METADATA_FILE, PACKAGE_DIR, SOURCE_DIR
from cuttle.runs.provenance import hash_source, source_files, source_hash


def keep_source(experiment_dir: Path) -> None:
    """Write the archive of the source as it is now, unless it is there."""
    path = _archive(experiment_dir, source_hash())
    if path.exists():
        return
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in source_files():
            archive.write(file, file.relative_to(PACKAGE_DIR.parent))
    path.parent.mkdir(exist_ok=True)
    write_bytes(path, content.getvalue())


def import_kept_source(run_dir: Path) -> None:
    """Let this process and its children import what a run was frozen with, where it was edited.

    That may be between two runs of a worker, whose fork server may have to be replaced then.
    """
    frozen = read_json(run_dir / METADATA_FILE).get("source_hash")
    path = str(_archive(run_dir.parent, str(frozen)))
    if frozen != hash_source() and Path(path).is_file() and path not in sys.path:
        sys.path.insert(0, path)


def _archive(experiment_dir: Path, version: str) -> Path:
    return experiment_dir / SOURCE_DIR / f"{version}.zip"
