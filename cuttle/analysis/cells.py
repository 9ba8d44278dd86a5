"""Results as cells of text by column: tables choose their columns here. Lays out nothing."""

from collections.abc import Mapping
from typing import Any

from cuttle.analysis.numbers import (
    branch_name,
    decimal,
    decimals,
    interval,
    p_value,
    percent,
    rate_interval,
)

Cells = dict[str, str]

INDEPENDENT_COLUMNS = ("g_ci", "prob_improvement_ci")  # not valid where runs are paired
PAIRED_COLUMNS = ("dz",)


def group_cells(group: Mapping[str, Any]) -> Cells:
    """Spell the win rates of one type, in percent; only `n` where it has no runs."""
    values = group["win_rate"]
    if not values.get("computable"):
        return {"n": "0"}
    spelled = {key: percent(values[key]) for key in ("mean", "sd", "se", "iqm")}
    spelled |= {key: percent(values[key]) for key in ("min", "q1", "median", "q3", "max")}
    return {
        "n": str(values["n"]),
        "ci": rate_interval(group),
        **spelled,
        "half_draws": percent(group["half_draw_rate"].get("mean")),
    }


def pair_columns(columns: Mapping[str, str], is_paired: bool) -> dict[str, str]:
    """Choose the columns of the primary comparison: paired runs have dz, others intervals."""
    others = INDEPENDENT_COLUMNS if is_paired else PAIRED_COLUMNS
    return {key: head for key, head in columns.items() if key not in others}


def pair_cells(pair: Mapping[str, Any]) -> Cells:
    """Spell the primary comparison of two types that could be compared, in points."""
    effects = pair["effects"]
    return {
        "diff": percent(pair["diff"], signed=True),
        "ci": interval(pair["ci_low"], pair["ci_high"]),
        **{key: p_value(pair[key]) for key in ("p", "p_holm", "p_shaffer", "p_permutation")},
        "g": decimal(effects.get("hedges_g_exact")),
        "dz": decimal(pair["dz"]),
        "g_ci": decimals(effects.get("g_ci_low"), effects.get("g_ci_high")),
        "prob_improvement": decimal(pair["prob_improvement"]),
        "prob_improvement_ci": decimals(
            pair["prob_improvement_low"], pair["prob_improvement_high"]
        ),
    }


def classical_cells(result: Mapping[str, Any]) -> Cells:
    """Spell what the classical procedure did with a pair that it could test."""
    return {
        "test": branch_name(result["branch"]),
        "why": result["reason"],
        "statistic": decimal(result["statistic"]),
        "p": p_value(result["p_raw"]),
        "p_bonferroni": p_value(result["p_bonferroni"]),
        "d": decimal(result["cohens_d"]),
        "size": result["effect_band"],
    }
