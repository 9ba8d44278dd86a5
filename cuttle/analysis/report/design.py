"""Tables on learning speed and on what a study of this size can see. Computes nothing."""

from collections.abc import Mapping
from typing import Any

from cuttle.analysis.numbers import decimal, interval, percent, why_not
from cuttle.analysis.report.html import Html, join, table, tag


def learning(block: Mapping[str, Any]) -> Html:
    """Show the area under the learning curve and the first rounds at each threshold."""
    area = block.get("area_under_curve")
    if area is None:
        return tag("p", why_not(block.get("area", {"reason": "no learning curves"})))
    thresholds = block.get("rounds_to_threshold", {})
    known = thresholds if thresholds.get("computable", True) else {}
    rows = []
    for name, values in area["types"].items():
        if not values.get("computable"):
            rows.append([name, why_not(values)])
            continue
        crossings = [_crossing(known[t]["types"].get(name, {})) for t in known]
        band = interval(values["ci_low"], values["ci_high"])
        rows.append([name, percent(values["mean"]), band, *crossings])
    columns = ["network type", "mean win rate over rounds", "95 % CI"]
    columns += [f"round of {percent(float(t))} %" for t in known]
    note = (
        "The area under the curve as a mean over rounds. Then the median first round from which "
        "two rounds in a row reach the threshold, and how many runs do; there is no median where "
        "half of the runs or more never do. Both are secondary."
    )
    return join([table(columns, rows), tag("p", note, class_="note")])


def _crossing(values: Mapping[str, Any]) -> str:
    """Spell a median round with the share of runs that got there: `6.0 (7 of 7)`."""
    if not values:
        return ""
    median = values.get("median")
    none = "no median" if values["n_reached"] else "never"
    text = decimal(median, 1) if isinstance(median, int | float) else none
    return f"{text} ({values['n_reached']} of {values['n']})"


def power(block: Mapping[str, Any]) -> Html:
    """Show detectable differences, the runs that smaller ones need, and what more games buy."""
    study = block.get("study", {"reason": "nothing to compare"})
    if not study.get("computable", "mde" in study):
        return tag("p", why_not(study))
    rows = [
        ["runs a type, significance a pair", f"{block['n']}, {block['alpha_per_pair']:.3g}"],
        ["standard deviation of runs", f"{percent(study['pooled_sd'])} points"],
        ["detectable with 80 % power", f"{percent(study['mde'])} points"],
        ["the same, if the deviation is at its upper 80 % limit",
         f"{percent(study['mde_at_upper_sd'])} points"],
    ]  # fmt: skip
    rows += [
        [f"runs a type needed to see {percent(float(points))} points", str(runs)]
        for points, runs in study["runs_needed_by_difference"].items()
    ]
    games = block.get("more_games", {})
    rows += [
        [f"detectable with {int(number):,} final games a run", f"{percent(mde)} points"]
        for number, mde in games.get("mde_by_games", {}).items()
    ]
    caution = str(block.get("caution", ""))
    return join([table(("", "value"), rows), tag("p", f"Mind: {caution}.", class_="note")])
