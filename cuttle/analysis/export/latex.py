"""Tables for a paper, as LaTeX with booktabs: descriptives and pairwise tests. Computes nothing."""

from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from cuttle.analysis.analysis import Analysis
from cuttle.analysis.cells import classical_cells, group_cells, pair_cells, pair_columns
from cuttle.analysis.numbers import BOUNDED_NOTE, MINUS, has_bounded, why_not
from cuttle.analysis.panels import games_text, runs_text
from cuttle.analysis.study import Study
from cuttle.analysis.style import clip
from cuttle.runs.files import write_text

NAME_WIDTH = 30  # characters of a network type that a table has room for
# Heads of columns, by their key in `cells`.
GROUP_COLUMNS = {
    "n": "$n$", "mean": "Mean", "sd": "SD", "se": "SE", "ci": "95\\,\\% CI", "min": "Min",
    "median": "Median", "max": "Max",
}  # fmt: skip
PAIR_COLUMNS = {
    "diff": "Difference", "ci": "95\\,\\% CI", "p": "$p$", "p_holm": "$p_{\\mathrm{Holm}}$",
    "p_permutation": "$p_{\\mathrm{perm}}$", "g": "$g$", "g_ci": "95\\,\\% CI", "dz": "$d_z$",
    "prob_improvement": "$P(A>B)$",
}  # fmt: skip
CLASSICAL_COLUMNS = {
    "test": "Test", "statistic": "Statistic", "p": "$p$", "p_bonferroni": "$p_{\\mathrm{Bonf}}$",
    "d": "$d$", "size": "Size",
}  # fmt: skip
PREAMBLE = "% needs \\usepackage{booktabs}\n"
ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    '"': r"\textquotedbl{}",
    MINUS: r"$-$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{PLUS-MINUS SIGN}": r"$\pm$",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
}


def write(analysis: Analysis, directory: Path) -> list[Path]:
    """Write the tables of descriptives, of the primary comparisons, of the classical ones."""
    tables = {
        "table.tex": _descriptives(analysis),
        "comparisons.tex": _comparisons(analysis),
        "classical.tex": _classical(analysis),
    }
    for name, text in tables.items():
        write_text(directory / name, PREAMBLE + text)
    return [directory / name for name in tables]


def escape(text: str) -> str:
    """Spell any text so that LaTeX prints it as it is; what the fonts lack becomes a question mark.

    Letters with accents are left to the engine, which reads UTF-8.
    """
    spelled = (ESCAPES.get(character, character) for character in text if character.isprintable())
    return "".join(c if len(c) > 1 or ord(c) < 0x180 else "?" for c in spelled)


def _descriptives(analysis: Analysis) -> str:
    columns = ("Network type", *GROUP_COLUMNS.values())
    study = analysis.study
    caption = (
        f"Final win rate (%) of {study.name}: {games_text(study)}, {runs_text(study)}. A draw "
        "counts as not won. CI: t-interval of the mean over runs."
    )
    types = {o: analysis.block("descriptives", o).get("types", {}) for o in study.opponents}
    if any(map(has_bounded, types.values())):
        caption += f" {BOUNDED_NOTE}."
    rows = [
        (f"against {o} ({study.roles[o]})", [_group(name, group) for name, group in groups.items()])
        for o, groups in types.items()
    ]
    return _table(columns, "lr" + "r" * 3 + "c" + "r" * 3, rows, caption, "tab:win-rates")


def _group(name: str, group: Mapping[str, Any]) -> list[str]:
    cells = group_cells(group)
    return [clip(name, NAME_WIDTH), *(cells.get(key, "") for key in GROUP_COLUMNS)]


def _comparisons(analysis: Analysis) -> str:
    study = analysis.study
    columns = pair_columns(PAIR_COLUMNS, study.is_paired)
    alignment = "l" + "".join("c" if key in ("ci", "g_ci") else "r" for key in columns)
    rows = []
    methods: set[str] = set()
    for opponent, role in study.roles.items():
        pairs = analysis.block("comparisons", opponent).get("pairs", [])
        methods |= {pair["permutation_method"] for pair in pairs if pair.get("computable")}
        rows.append((f"against {opponent} ({role})", [_pair(pair, columns) for pair in pairs]))
    test = "Paired t" if study.is_paired else "Welch"
    dz, effect = "; dz: mean over sd of the differences", " with its interval"
    caption = (
        f"{test} tests. Pairwise differences of the final win rate (points) of {study.name}, first "
        f"minus second type: {games_text(study)}, {runs_text(study)}. Intervals are not adjusted, "
        f"Holm's p is, over the pairs of one opponent; perm: {_relabelling(study, methods)}; g: "
        f"Hedges' standardised difference{dz if study.is_paired else effect}; P(A>B): probability "
        "that a run of the first type wins more than one of the second."
    )
    heads = ("Pair", *columns.values())
    return _table(heads, alignment, rows, caption, "tab:comparisons")


def _relabelling(study: Study, methods: Set[str]) -> str:
    """Name the test without assumptions; the many relabellings of many runs are sampled."""
    how = " or ".join(sorted(methods))
    if study.is_paired:
        return f"{how} test of the sign flips of the paired differences".strip()
    return f"{how} permutation test of the studentised difference".strip()


def _pair(pair: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    if not pair.get("computable"):
        return [_pair_name(pair), why_not(pair)]
    cells = pair_cells(pair)
    return [_pair_name(pair), *(cells[key] for key in columns)]


def _classical(analysis: Analysis) -> str:
    columns = ("Pair", *CLASSICAL_COLUMNS.values())
    study = analysis.study
    caption = (
        f"The classical procedure on {study.name}: Shapiro-Wilk and Levene (median-centred) choose "
        "Student's, Welch's or the Mann-Whitney test; Bonferroni over the pairs of one opponent; "
        "d: Cohen's standardised difference, first minus second type."
    )
    rows = []
    for opponent, role in study.roles.items():
        pairs = analysis.block("classical", opponent).get("pairs", [])
        lines = [_classical_pair(pair) for pair in pairs]
        rows.append((f"against {opponent} ({role})", lines))
    return _table(columns, "llrrrrl", rows, caption, "tab:classical")


def _classical_pair(pair: Mapping[str, Any]) -> list[str]:
    name, result = _pair_name(pair), pair["result"]
    if not result.get("computable"):
        return [name, why_not(result)]
    cells = classical_cells(result)
    return [name, *(cells[key] for key in CLASSICAL_COLUMNS)]


def _pair_name(pair: Mapping[str, Any]) -> str:
    return f"{clip(pair['a'], NAME_WIDTH)} {MINUS} {clip(pair['b'], NAME_WIDTH)}"


def _table(
    columns: Sequence[str],
    alignment: str,
    blocks: Sequence[tuple[str, list[list[str]]]],
    caption: str,
    label: str,
) -> str:
    """Lay out blocks of rows, each under a line of its own; a short row spans the rest."""
    lines = [
        r"\begin{table}",
        r"\centering\footnotesize\setlength{\tabcolsep}{3.5pt}",
        rf"\caption{{{escape(caption)}}}",
        rf"\label{{{label}}}",
        r"\smallskip",
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        " & ".join(columns) + r" \\",
        *_body(blocks, len(columns)),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _body(blocks: Sequence[tuple[str, list[list[str]]]], width: int) -> Iterator[str]:
    for title, rows in blocks:
        yield r"\midrule"
        yield rf"\multicolumn{{{width}}}{{l}}{{\emph{{{escape(title)}}}}} \\"
        for cells in rows or [["no results"]]:
            texts = [escape(cell) or "--" for cell in cells]
            if 1 < len(texts) < width:
                texts[-1] = rf"\multicolumn{{{width - len(texts) + 1}}}{{l}}{{{texts[-1]}}}"
            yield " & ".join(texts) + r" \\"
