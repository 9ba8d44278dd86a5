"""Configuration values and spreads of them as short text and as JSON. Decides no difference."""

import json
import math
from typing import Any

from cuttle.runs.diff import ABSENT, Difference, Spread

MAX_VALUES_SHOWN = 6
AMBIGUOUS = {"", "null", "true", "false", "yes", "no", "on", "off", "~"}


def value_text(value: Any) -> str:
    """Spell a value as YAML would, with quotes where a text could be taken for something else."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _is_ambiguous(value) else value
    if value is ABSENT:
        return repr(value)
    if isinstance(value, float):
        return repr(value)
    return json.dumps(json_value(value), ensure_ascii=False)


def _is_ambiguous(text: str) -> bool:
    """Say whether an unquoted text would read as a number, a truth value, null or two words."""
    if text.lower() in AMBIGUOUS or text != text.strip() or not text.isprintable():
        return True
    try:
        float(text.replace("_", ""))
    except ValueError:
        return False
    return True


def spread_text(spread: Spread, types: dict[str, str]) -> str:
    """Spell the values of one side; `types` (run id -> network type) names who has which."""
    if spread.is_constant:
        return value_text(spread.value)
    owners = [
        tuple(dict.fromkeys(types.get(run, run) for run in runs)) for _, runs in spread.values
    ]
    names = [name for owner in owners for name in owner]
    shown = spread.values[:MAX_VALUES_SHOWN]
    texts = [value_text(value) for value, _ in shown]
    if len(names) == len(set(names)):  # each type has one value: say which
        texts = [
            text if owner == (text,) else f"{text} ({', '.join(owner)})"
            for text, owner in zip(texts, owners, strict=False)
        ]
    rest = len(spread.values) - len(shown)
    return "{" + ", ".join(texts) + (f", and {rest} more" if rest else "") + "}"


def json_value(value: Any) -> Any:
    """Turn a YAML value into strict JSON: what is not finite becomes its name."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def difference_document(difference: Difference) -> dict[str, Any]:
    """Return a difference as a JSON document, with every value and the runs that have it."""
    return {
        "key": difference.key,
        "kind": str(difference.kind),
        "sides": [_spread_document(spread) for spread in difference.spreads],
    }


def _spread_document(spread: Spread) -> dict[str, Any]:
    values = [
        {
            "is_absent": value is ABSENT,
            "value": None if value is ABSENT else json_value(value),
            "runs": [run for run in runs if run],
        }
        for value, runs in spread.values
    ]
    return {"is_constant": spread.is_constant, "values": values}
