"""Tables of results for the report. Computes nothing."""

from collections.abc import Mapping
from typing import Any

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.cells import classical_cells, group_cells, pair_cells, pair_columns
from cuttle.analysis.numbers import (
    BOUNDED_NOTE,
    decimal,
    has_bounded,
    interval,
    p_value,
    percent,
    why_not,
)
from cuttle.analysis.report.design import learning, power
from cuttle.analysis.report.html import Html, folded, join, table, tag

# Heads of columns, by their key in `cells`.
DESCRIPTIVE_COLUMNS = {
    "n": "n", "mean": "mean", "ci": "95 % CI", "sd": "SD", "se": "SE", "min": "min", "q1": "Q1",
    "median": "median", "q3": "Q3", "max": "max", "iqm": "IQM", "half_draws": "with half draws",
}  # fmt: skip
WIN_RATES = (
    "Win rate: wins / games, a draw counts as not won; with half draws: (wins + draws / 2) / "
    "games, mean over runs."
)
PAIR_COLUMNS = {
    "diff": "a minus b", "ci": "95 % CI", "p": "p", "p_holm": "p Holm", "p_shaffer": "p Shaffer",
    "p_permutation": "p permutation", "g": "Hedges g", "g_ci": "95 % CI of g", "dz": "dz",
    "prob_improvement": "P(a > b)", "prob_improvement_ci": "95 % CI of P",
}  # fmt: skip
CLASSICAL_COLUMNS = {
    "test": "test", "why": "why", "p": "p", "p_bonferroni": "p Bonferroni", "d": "Cohen d",
    "size": "size",
}  # fmt: skip
EQUIVALENCE_COLUMNS = ("a", "b", "margin", "90 % CI of a minus b", "p TOST", "p Holm", "equivalent")
OMNIBUS = {
    "anova": "one-way ANOVA",
    "welch_anova": "Welch ANOVA",
    "kruskal_wallis": "Kruskal-Wallis",
    "repeated_anova": "repeated-measures ANOVA (Greenhouse-Geisser)",
    "friedman": "Friedman",
}


def results_of(analysis: Analysis, opponent: str) -> Html:
    """Show the descriptives and tests against one opponent."""
    return join(
        [
            tag("h3", f"Against {opponent} ({analysis.study.roles[opponent]}), in percent"),
            _descriptives(analysis.block("descriptives", opponent)),
            tag("h4", "Pairs, in percentage points"),
            _pairs(analysis.block("comparisons", opponent), analysis.study.is_paired),
            folded("All types at once", _omnibus(analysis.block("omnibus", opponent))),
            folded("Equivalence", _equivalence(analysis.block("equivalence", opponent))),
            folded("The classical procedure", _classical(analysis.block("classical", opponent))),
            folded("Speed of learning", learning(analysis.block("sample_efficiency", opponent))),
            folded("What this study could see", power(analysis.block("power", opponent))),
        ]
    )


def _descriptives(block: Mapping[str, Any]) -> Html:
    rows = []
    groups = block.get("types", {})
    for name, group in groups.items():
        values, cells = group["win_rate"], group_cells(group)
        if not values.get("computable"):
            rows.append([name, cells["n"], why_not(values)])
            continue
        cells["ci"] = cells["ci"] or str(values.get("reason") or "")
        rows.append([name, *(cells[key] for key in DESCRIPTIVE_COLUMNS)])
    notes = [WIN_RATES, *([BOUNDED_NOTE] if has_bounded(groups) else [])]
    columns = ("network type", *DESCRIPTIVE_COLUMNS.values())
    return join([table(columns, rows), *(tag("p", n, class_="note") for n in notes)])


def _pairs(block: Mapping[str, Any], is_paired: bool) -> Html:
    pairs = block.get("pairs", [])
    if not pairs:
        return tag("p", "There is no pair to compare.")
    note = (
        f"{block['test']} test, two-sided; {block['correction']}; family of "
        f"{block['family_size']}. Intervals are not adjusted."
    )
    lines = block.get("disagreements", [])
    columns = pair_columns(PAIR_COLUMNS, is_paired)
    return join(
        [
            table(("a", "b", *columns.values()), [_pair(pair, columns) for pair in pairs], text=2),
            tag("p", note, class_="note"),
            *(tag("p", line, class_="note warning") for line in lines),
        ]
    )


def _pair(pair: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    if not pair.get("computable"):
        return [pair["a"], pair["b"], why_not(pair)]
    cells = pair_cells(pair)
    return [pair["a"], pair["b"], *(cells[key] for key in columns)]


def _omnibus(block: Mapping[str, Any]) -> Html:
    rows = []
    for key, name in OMNIBUS.items():
        result = block.get(key)
        if result is None:
            continue
        if not result.get("computable"):
            rows.append([name, why_not(result)])
            continue
        statistic = next(s for s in ("F", "H", "chi2") if s in result)
        epsilon = result.get("epsilon_gg", 1)  # p_gg is p at degrees of freedom so much smaller
        degrees = [f"{epsilon * result[df]:.3g}" for df in ("df1", "df2", "df") if df in result]
        sizes = {"eta2": "η²", "omega2": "ω²", "rank_epsilon2": "ε²", "kendall_w": "W"}
        effects = [f"{sign} {decimal(result[s])}" for s, sign in sizes.items() if s in result]
        p = result.get("p_gg", result.get("p"))
        statistics = f"{statistic}({', '.join(degrees)}) = {decimal(result[statistic])}"
        rows.append([name, statistics, p_value(p), ", ".join(effects)])
    return table(("test", "statistic", "p", "effect size"), rows)


def _equivalence(block: Mapping[str, Any]) -> Html:
    rows = []
    for pair in block.get("pairs", []):
        test = pair["tost"]
        if not test.get("computable"):
            rows.append([pair["a"], pair["b"], why_not(test)])
            continue
        rows.append(
            [
                pair["a"],
                pair["b"],
                percent(test["margin"]),
                interval(test["ci_low"], test["ci_high"]),
                p_value(test["p"]),
                p_value(pair["p_holm"]),
                "yes" if pair["p_holm"] < block["alpha"] else "not shown",
            ]
        )
    return table(EQUIVALENCE_COLUMNS, rows, text=2)


def _classical(block: Mapping[str, Any]) -> Html:
    rows = []
    for pair in block.get("pairs", []):
        result = pair["result"]
        if not result.get("computable"):
            rows.append([pair["a"], pair["b"], "", why_not(result)])
            continue
        cells = classical_cells(result)
        rows.append([pair["a"], pair["b"], *(cells[key] for key in CLASSICAL_COLUMNS)])
    columns = ("a", "b", *CLASSICAL_COLUMNS.values())
    return join([tag("p", str(block.get("procedure", ""))), table(columns, rows, text=4)])
