"""Time and version of an output: all that differs when nothing else does."""

import os
from datetime import UTC, datetime

from cuttle.runs.provenance import package_versions


def generated_at() -> str:
    """Return the present, or the time that SOURCE_DATE_EPOCH sets for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.isoformat(timespec="seconds")


def tool_version() -> str | None:
    """Return the version of this package, None where it is not installed."""
    return package_versions()["cuttle"]
