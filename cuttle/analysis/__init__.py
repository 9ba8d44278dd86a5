"""Read, test and show what was trained.

`from cuttle.analysis import load` reads experiments into pandas DataFrames. It is imported when it
is first used: the status of a thousand runs needs no pandas.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cuttle.analysis.data import Study, load

__all__ = ["Study", "load"]


def __getattr__(name: str) -> Any:
    """Import a public name from `cuttle.analysis.data`."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cuttle.analysis import data

    return getattr(data, name)
