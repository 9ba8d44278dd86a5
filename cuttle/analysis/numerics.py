"""What all statistics share: levels, refusal of degenerate input, intervals of a mean, power."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import brentq

from cuttle.runs.formatting import join_words

FloatArray = NDArray[np.float64]
Row = Mapping[str, Any]

ALPHA = 0.05  # level of every test, over its family
CONFIDENCE = 0.95  # of every interval
TAIL = (1 - CONFIDENCE) / 2
POWER = 0.8
SEED = 20_240_229  # of every sample, where listing all cases would be slow
# Sixteen units in the last place: what equal numbers may differ by after a few roundings.
RELATIVE_ZERO = 16 * float(np.finfo(np.float64).eps)
NAN = math.nan
ONE_EACH = "one run per condition leaves no variance"
DESCRIPTION = "n mean sd se ci_low ci_high min q1 median q3 max iqm"  # columns of `describe`
TEXT_COLUMNS = frozenset({
    "opponent", "condition", "factor", "a", "b", "note", "test", "effect", "effect_band",
    "permutation_method", "method", "branch", "statistic", "reason", "disagreement", "reading",
    "sentence", "term", "level_text", "network_type", "setting", "at", "quantity", "hosts",
    "run_id", "chosen_first", "chosen_second", "question", "answer", "decision", "role", "id",
    "text",
})  # fmt: skip


def table(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    """Make a frame of rows with these columns; what a row lacks is NaN, or an empty text."""
    texts = {column: "" for column in columns if column in TEXT_COLUMNS}
    frame = pd.DataFrame([{**texts, **row} for row in rows], columns=list(columns))
    return frame.astype(dict.fromkeys(texts, "str"))


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as mappings."""
    rows: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]  # text keys
    return rows


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values; what is missing is null.

    Not `to_json`, which cuts numbers after fifteen decimals: a small p-value would become zero.
    """
    rows = frame.to_dict("records")
    return [{str(key): plain(value) for key, value in row.items()} for row in rows]


def plain(value: Any) -> Any:
    """Return what JSON can hold: what is missing or not finite is None."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is pd.NA:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def is_constant(x: FloatArray) -> bool:
    """Return whether all values agree up to rounding; no values do."""
    if x.size == 0:
        return True
    low, high = float(x.min()), float(x.max())
    return low == high or high - low <= RELATIVE_ZERO * max(1.0, abs(low), abs(high))


def degenerate(
    groups: Mapping[str, FloatArray],
    *,
    least: int = 2,
    varying: Literal["none", "one", "all"] = "one",
) -> str:
    """Return why groups of runs allow no test, or an empty text.

    The one place where input is refused: libraries answer degenerate input each in its own way,
    with a p of 0 or 1, a NaN or a warning.

    least: runs that each group needs
    varying: how many groups must have runs that differ
    """
    empty = [name for name, x in groups.items() if not x.size]
    few = [name for name, x in groups.items() if 0 < x.size < least]
    reasons = [f"no results of {join_words(empty)}"] if empty else []
    if len(few) == len(groups) > 1 and all(x.size == 1 for x in groups.values()):
        reasons.append(ONE_EACH)
    elif few:
        reasons.append(f"fewer than {least} runs of {join_words(few)}")
    if reasons or varying == "none":
        return " and ".join(reasons)
    constant = [name for name, x in groups.items() if is_constant(x)]
    if constant and (varying == "all" or len(constant) == len(groups)):
        return f"no variance within {join_words(constant)}"
    return ""


def mean_interval(x: FloatArray, tail: float = TAIL) -> tuple[float, float, float]:
    """Return the standard error of a mean and the ends of its t interval; NaN where degenerate."""
    if x.size < 2 or is_constant(x):
        return (0.0 if x.size > 1 else NAN), NAN, NAN
    se = float(x.std(ddof=1)) / math.sqrt(x.size)
    half = float(special.stdtrit(x.size - 1, 1 - tail)) * se
    return se, float(x.mean()) - half, float(x.mean()) + half


def describe(x: FloatArray) -> dict[str, Any]:
    """Describe one group of values: location, spread, t interval of the mean, quartiles (type 7).

    iqm: mean without floor(n / 4) values at each end (Agarwal et al. 2021)
    """
    if not x.size:
        return {"n": 0, "note": "no results"}
    cut = x.size // 4
    sd = NAN if x.size < 2 else 0.0 if is_constant(x) else float(x.std(ddof=1))
    note = "one run has no spread" if x.size < 2 else "all runs have the same value" * (sd == 0)
    iqm = float(np.sort(x)[cut : x.size - cut].mean())
    values = (x.size, x.mean(), sd, *mean_interval(x), *np.quantile(x, [0, 0.25, 0.5, 0.75, 1]))
    return {**dict(zip(DESCRIPTION.split(), (*values, iqm), strict=True)), "note": note}


def t_power(noncentrality: float, df: float, alpha: float) -> float:
    """Return the power of a two-sided t test (Cohen 1988).

    Ours: the power classes of statsmodels know pooled errors, not Welch's; they agree otherwise,
    but take a hundred times longer, and `solve_power` does not converge near two runs.
    """
    critical = float(special.stdtrit(df, 1 - alpha / 2))
    below = [float(special.nctdtr(df, noncentrality, end)) for end in (critical, -critical)]
    below = [0.0 if math.isnan(share) else share for share in below]  # the series underflows
    return 1 - below[0] + below[1]


def detectable(se: float, df: float, alpha: float) -> float:
    """Return the smallest difference that a t test with this error detects with 80% power."""
    highest = 3 * float(special.stdtrit(df, 1 - alpha / 2)) + 10
    found = brentq(lambda nc: t_power(nc, df, alpha) - POWER, 0.0, highest, xtol=1e-12)
    return se * float(found)
