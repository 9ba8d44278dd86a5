"""The exit status of a launch.

Hydra returns to its caller neither the value of a sweeper nor that of a task function, so the
status is kept here until `main` has returned.
"""

COMPLETED = 0
FAILED = 1  # some run failed, was interrupted or is damaged
REFUSED = 2  # nothing was created or changed
LEFT_TO_ANOTHER = 3  # launch, which still trains the rest
INTERRUPTED = 130

_status = COMPLETED


def set_status(status: int) -> None:
    """Remember how a launch ended."""
    global _status
    _status = status


def get_status() -> int:
    """Return how the last launch of this process ended."""
    return _status
