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
    thresholds = block["rounds_to_threshold"]
    rows = []
    for name, values in area["types"].items():
        if not values.get("computable"):
            rows.append([name, why_not(values)])
            continue
        crossings = [_crossing(thresholds[t]["types"][name]) for t in thresholds]
        band = interval(values["ci_low"], values["ci_high"])
        rows.append([name, percent(values["mean"]), band, *crossings])
    columns = ["network type", "mean win rate over rounds", "95 % CI"]
    columns += [f"round of {percent(float(t))} %" for t in thresholds]
    note = (
        "The area under the curve as a mean over rounds. Then the median first round from which "
        "two rounds in a row reach the threshold, and how many runs do; there is no median where "
        "half of the runs or more never do. Both are secondary."
    )
    return join([table(columns, rows), tag("p", note, class_="note")])


def _crossing(values: Mapping[str, Any]) -> str:
    """Spell a median round with the share of runs that got there: `6.0 (7 of 7)`."""
    median = values.get("median")
    none = "no median" if values["n_reached"] else "never"
    text = decimal(median, 1) if isinstance(median, int | float) else none
    return f"{text} ({values['n_reached']} of {values['n']})"


def power(block: Mapping[str, Any]) -> Html:
    """Show detectable differences, the runs that smaller ones need, and what more games buy."""
    pairs = block.get("pairs", {"reason": "nothing to compare"})
    if not isinstance(pairs, list):
        return tag("p", why_not(pairs))
    points, games = pairs[0]["runs_needed_by_difference"], pairs[0]["mde_by_games"]
    columns = ["a", "b", "SD", "detectable", "at upper SD"]
    columns += [f"runs for {percent(float(difference))} points" for difference in points]
    columns += [f"with {int(number):,} games" for number in games]
    rows = [_reach(pair) for pair in pairs]
    spread = "differences of paired runs" if "dz" in block["effect"] else "runs"
    note = (
        f"At {block['alpha_per_pair']:.3g} a pair and 80 % power, in points; smaller differences "
        f"are found with less power. SD: of {spread}; upper SD: its 80 % limit. Runs: of each type,"
        " to see so many points. With other numbers of final games: at best, as the deals are "
        f"shared and luck is less than that of independent games. Mind: {block['caution']}."
    )
    return join([table(columns, rows, text=2), tag("p", note, class_="note")])


def _reach(pair: Mapping[str, Any]) -> list[str]:
    runs = pair["runs_needed_by_difference"].values()
    return [
        pair["a"],
        pair["b"],
        *(percent(pair[key]) for key in ("sd", "mde", "mde_at_upper_sd")),
        *(str(n or "never") for n in runs),
        *(percent(mde) for mde in pair["mde_by_games"].values()),
    ]
