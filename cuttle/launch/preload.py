"""What a fork server imports: before its first child, the functions that an environment names.

The standard library passes over an import that fails; here the reason is kept for the children.
"""

import os

VARIABLE = "CUTTLE_PRELOAD"  # names as `module:function`, separated by commas
FIXED_VARIABLE = "CUTTLE_FIXED"  # names of the variables that this process was given

failure = ""


def _load(names: str) -> str:
    """Import and call what is named; return why that fails, if it does."""
    from cuttle.launch.program import load_function

    try:
        for name in filter(None, names.split(",")):
            load_function(name)()
    except Exception as error:  # of the program's own making
        return f"the training code does not start: {type(error).__name__}: {error}"
    return ""


fixed = frozenset(os.environ.pop(FIXED_VARIABLE, "").split(","))
if names := os.environ.pop(VARIABLE, ""):
    failure = _load(names)
