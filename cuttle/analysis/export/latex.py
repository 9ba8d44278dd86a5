"""LaTeX tables for a paper: descriptives and pairwise tests."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.statistic import Statistic
from cuttle.analysis.statistics.classic import classical
from cuttle.analysis.statistics.final import descriptives
from cuttle.analysis.statistics.primary import comparisons
from cuttle.analysis.style import clip_all
from cuttle.analysis.tables import NOTE, number_columns, result_table
from cuttle.runs.files import write_text
from cuttle.runs.formatting import MINUS

NAME_WIDTH = 30  # characters of a condition that a table has room for
PREAMBLE = "% needs \\usepackage{booktabs}\n"
DESCRIPTIVE_COLUMNS = ("n", "mean", "SD", "SE", "95% CI", "min", "median", "max")
COMPARISON_COLUMNS = (f"a {MINUS} b", "95% CI", "p", "p Holm", "p permutation", "g", "95% CI of g",
                      "dz", "P(a > b)")  # fmt: skip
CLASSICAL_COLUMNS = ("test", "statistic", "p", "p Bonferroni", "d", "size")
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


def write(study: Study, directory: Path) -> list[Path]:
    """Write the tables of descriptives, of the primary comparisons, of the classical ones."""
    tables = {
        "table.tex": _descriptives(study),
        "comparisons.tex": _comparisons(study),
        "classical.tex": _classical(study),
    }
    for name, text in tables.items():
        write_text(directory / name, PREAMBLE + text)
    return [directory / name for name in tables]


def escape(text: str) -> str:
    """Write any text so that LaTeX prints it as it is; what the fonts lack becomes a question mark.

    Ours: pandas leaves characters beyond ASCII to the engine, which stops at a minus sign. Letters
    with accents are left to it.
    """
    written = (ESCAPES.get(character, character) for character in text if character.isprintable())
    return "".join(c if len(c) > 1 or ord(c) < 0x180 else "?" for c in written)


def _descriptives(study: Study) -> str:
    caption = (
        f"Final win rate (%) of {study.name}: {games_text(study)}, "
        f"{runs_text(study, study.opponents)}. A draw is not a win. CI: t-interval of the "
        "mean over runs."
    )
    table = _stacked(study, descriptives, (study.noun, *DESCRIPTIVE_COLUMNS))
    return _table(table, caption, "tab:win-rates")


def _comparisons(study: Study) -> str:
    methods = sorted(filter(None, comparisons(study)["permutation_method"].unique()))
    relabelling = (
        "test of the sign flips of the paired differences"
        if study.is_paired
        else "permutation test of the studentised difference"
    )
    dz, effect = "; dz: mean over sd of the differences", " with its interval"
    caption = (
        f"{'Paired t' if study.is_paired else 'Welch'} tests. Pairwise differences of the final "
        f"win rate (points) of {study.name}, a minus b: {games_text(study)}, "
        f"{runs_text(study, study.opponents)}. Intervals are not adjusted, Holm's p is, over the "
        f"pairs of one opponent and factor; p permutation: {' or '.join(methods)} {relabelling}; "
        f"g: Hedges' standardised difference{dz if study.is_paired else effect}; P(a > b): "
        "probability that a run of a wins more than one of b."
    )
    table = _stacked(study, comparisons, ("factor", "a", "b", *COMPARISON_COLUMNS))
    return _table(table, caption, "tab:comparisons")


def _classical(study: Study) -> str:
    caption = (
        f"The classical procedure on {study.name}: Shapiro-Wilk and Levene (median-centred) choose "
        "Student's, Welch's or the Mann-Whitney test; Bonferroni over the pairs of one opponent "
        "and factor; d: Cohen's standardised difference, a minus b."
    )
    table = _stacked(study, classical, ("factor", "a", "b", *CLASSICAL_COLUMNS))
    return _table(table, caption, "tab:classical")


def _stacked(study: Study, statistic: Statistic, columns: Sequence[str]) -> pd.DataFrame:
    """Put the tables of all opponents one under the other; the opponent is named once."""
    frames = []
    for opponent, role in study.roles.items():
        frame = result_table(study, statistic, opponent)
        frame = frame[[column for column in (*columns, NOTE) if column in frame]]
        names = [f"{opponent} ({role})", *[""] * len(frame)][: len(frame)]
        frames.append(frame.assign(Against=names))
    if not frames:
        return pd.DataFrame({"Against": ["no results"]})
    table = pd.concat(frames, ignore_index=True).fillna("")
    return table[["Against", *(column for column in table if column != "Against")]]


def _table(table: pd.DataFrame, caption: str, label: str) -> str:
    """Format a frame of text by pandas, with its heads and cells escaped."""
    cells = list(dict.fromkeys(table.to_numpy().ravel()))
    clipped = dict(zip(cells, clip_all(cells, NAME_WIDTH), strict=True))
    shown = table.map(lambda cell: escape(clipped[cell]) or "--")
    shown["Against"] = table["Against"].map(escape)
    shown.columns = pd.Index([escape(str(column)) for column in table.columns])
    numbers = number_columns(table)
    alignment = "".join("r" if column in numbers else "l" for column in table.columns)
    text: str = shown.style.hide(axis="index").to_latex(
        hrules=True,
        column_format=alignment,
        caption=escape(caption),
        label=label,
        position_float="centering",
    )
    return text.replace(
        r"\begin{tabular}", "\\footnotesize\\setlength{\\tabcolsep}{3.5pt}\n\\begin{tabular}", 1
    )
