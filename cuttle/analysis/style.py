"""The style of every figure: colours, sizes, labels, saving. Draws no data."""

import colorsys
import contextlib
import io
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from cuttle.analysis.data import Study, level_text
from cuttle.analysis.numerics import FloatArray
from cuttle.runs.run_record import NETWORK_TYPE

SINGLE_COLUMN = 3.4  # inches, one column of a two-column page
DOUBLE_COLUMN = 7.0  # inches, the full text width
PNG_DPI = 300

# Tol's high-contrast scheme: apart in grey print and under every colour deficiency.
# The control is grey: it is no contender.
TYPE_COLOURS = {
    "boolean": "#004488",
    "embedding": "#DDAA33",
    "multi_encoder": "#BB5566",
    "blind": "#777777",
}
# For further types, in the order of the plan: from Tol's muted and vibrant schemes.
FURTHER_COLOURS = (
    "#44AA99", "#AA4499", "#117733", "#88CCEE", "#EE7733", "#882255", "#999933", "#332288",
)  # fmt: skip
GOLDEN_RATIO = 0.618034  # successive hues that many turns apart are far from each other,
HUES = 8  # so many of them
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")  # 9 and 8 have no common divisor
DASHES: tuple[Any, ...] = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))
INK = "#222222"
FAINT = "#8A8A8A"
GRID = "#DDDDDD"
MARGIN_COLOUR = "#E8EEF4"  # the band of differences that count as equal

LABEL_WIDTH = 16  # characters of a type's name on one line
LABEL_LINES = 2
ROW_LABEL = 38  # characters of a label of one line
MAX_STRETCH = 1.5  # of a label's length, for the sake of telling it from others
LANE = 0.3  # of the distance between categories: as far as points are spread in all
NOTE_WIDTH_PER_INCH = 21  # characters of the note's size

# typed as Any: the stubs of matplotlib list every key there is
RC: Any = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same bytes on every machine
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.4,
    "patch.linewidth": 0.6,
    "figure.dpi": PNG_DPI,  # the layout is worked out with the text widths of the pixels
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "pdf.fonttype": 42,
    "text.parse_math": False,  # a dollar in a name is a dollar
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a condition is drawn: a colour and, for print in grey, a marker and a dash."""

    colour: str
    marker: str
    dash: Any


def styles(study: Study) -> dict[str, Style]:
    """Give each condition its style: the colour is the level of the first factor in every figure.

    The marker tells the settings of one colour apart where more than one factor varies; they have
    panels of their own, so that lines need no dashes then.
    """
    names = [level_text(level) for level in study.conditions[colour_factor(study)]]
    colours, is_single = level_colours(names), len(study.varying) <= 1
    kinds = names if is_single else list(setting_texts(study).values())
    order = list(colours) if is_single else list(dict.fromkeys(kinds))
    places = [order.index(kind) for kind in kinds]
    return {
        label: Style(
            colours[name],
            MARKERS[place % len(MARKERS)],
            DASHES[place % len(DASHES) if is_single else 0],
        )
        for label, name, place in zip(study.labels, names, places, strict=True)
    }


def colour_factor(study: Study) -> str:
    """Return the factor that colours stand for: the network type, or else the first that varies."""
    return NETWORK_TYPE if NETWORK_TYPE in study.varying or not study.varying else study.varying[0]


def row_labels(study: Study) -> tuple[dict[str, str], str]:
    """Return labels of one line by condition, and the factors whose levels they list, if they do.

    Of several factors the ends of long conditions, which `clip` keeps, would not tell them apart.
    """
    names, varying = study.labels, study.varying
    if len(varying) <= 1 or max(map(len, names)) <= ROW_LABEL:
        return dict(zip(names, clip_all(names, ROW_LABEL), strict=True)), ""
    for room in (None, ROW_LABEL // len(varying)):
        levels = level_texts(study, room)
        labels = {name: ", ".join(levels[name][f] for f in varying) for name in names}
        if max(map(len, labels.values())) <= ROW_LABEL:
            break
    return labels, ", ".join(map(study.factor_text, varying))


def level_texts(study: Study, room: int | None = None) -> dict[str, dict[str, str]]:
    """Return the level of each factor by condition, clipped to so many characters."""
    levels = study.conditions[list(study.factors)].map(level_text)
    if room is not None:
        for factor in levels:
            names = list(dict.fromkeys(levels[factor]))
            clipped = dict(zip(names, clip_all(names, room), strict=True))
            levels[factor] = levels[factor].map(clipped)
    return {str(label): dict(row) for label, row in levels.iterrows()}


def setting_texts(study: Study, *shown: str, between: str = ", ") -> dict[str, str]:
    """Return the levels of the varying factors that are not shown otherwise, by condition.

    shown: factors; without any, the one of the colour
    between: what separates two factors; a level may be a list, with commas of its own
    """
    others = [f for f in study.varying if f not in (shown or (colour_factor(study),))]
    return {
        str(label): between.join(
            f"{study.factor_text(f)} = {level_text(levels[f])}" for f in others
        )
        for label, levels in study.conditions.iterrows()
    }


def level_colours(names: Sequence[str]) -> dict[str, str]:
    """Return a colour of its own for each level; the known types come first and keep theirs."""
    further = [name for name in dict.fromkeys(names) if name not in TYPE_COLOURS]
    return TYPE_COLOURS | {name: _further_colour(number) for number, name in enumerate(further)}


def _further_colour(number: int) -> str:
    """Return the colour of a further type; beyond the scheme hues as far apart as they can be."""
    if number < len(FURTHER_COLOURS):
        return FURTHER_COLOURS[number]
    place = number - len(FURTHER_COLOURS)
    hue, lightness = (place * GOLDEN_RATIO) % 1, (0.35, 0.55, 0.7)[place // HUES % 3]
    return to_hex(colorsys.hls_to_rgb(hue, lightness, 0.75))


@contextlib.contextmanager
def own_style() -> Iterator[None]:
    """Leave aside what the caller and a matplotlibrc have set."""
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a name may hold any character
        warnings.filterwarnings("ignore", "constrained_layout not applied")  # and be of any length
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield


def set_caption(figure: Figure, caption: str, *, note: str) -> Figure:
    """Attach the caption for page and report, and write the note below the axes."""
    figure.set_label(caption)
    width = int(figure.get_figwidth() * NOTE_WIDTH_PER_INCH)
    figure.supxlabel(
        "\n".join(textwrap.wrap(note, width)), fontsize=6, color=FAINT, x=0.02, ha="left"
    )
    return figure


def clip(name: str, limit: int = LABEL_WIDTH * LABEL_LINES - 4) -> str:
    """Cut out the middle of a name that is too long: its ends tell names apart."""
    half = max(1, (limit - 1) // 2)
    return name if len(name) <= limit else f"{name[:half]}…{name[-half:]}"


def clip_all(names: Sequence[str], limit: int) -> list[str]:
    """Clip names as far as they stay different; number those that only a long text would tell."""
    longest = min(max(map(len, names), default=0), MAX_STRETCH * limit)
    while limit < longest and len({clip(name, limit) for name in names}) < len(set(names)):
        limit += 1
    numbers: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        numbers.setdefault(clip(name, limit), []).append(name)
    return [
        f"{short} ({alike.index(name) + 1})" if len(alike := numbers[short]) > 1 else short
        for name in names
        for short in [clip(name, limit)]
    ]


def clip_lines(setting: str, limit: int = 24) -> str:
    """Clip each line of a setting, one per factor."""
    return "\n".join(clip(line, limit) for line in setting.splitlines())


def short(name: str) -> str:
    """Break a long name over two lines at its underscores, shortened in its middle if need be."""
    name = clip(name)
    if len(name) <= LABEL_WIDTH + 2:
        return name
    cuts = [i + 1 for i, c in enumerate(name[:LABEL_WIDTH]) if c in "_-. "]
    cut = cuts[-1] if cuts and cuts[-1] >= len(name) - LABEL_WIDTH - 4 else len(name) // 2
    return f"{name[:cut]}\n{name[cut:]}"


def empty(message: str) -> Figure:
    """Draw a figure that says why there is nothing to draw."""
    figure = Figure(figsize=(SINGLE_COLUMN, 1.0))
    lines = textwrap.fill(message, int(SINGLE_COLUMN * NOTE_WIDTH_PER_INCH * 0.7))
    figure.text(0.5, 0.5, lines, ha="center", va="center", color=FAINT)
    figure.set_label(message)
    return figure


def offsets(values: Sequence[float] | FloatArray, *, bin_width: float, step: float) -> FloatArray:
    """Spread points that would cover each other, deterministically: `(points,)` around zero."""
    column = pd.Series(values, dtype=float)
    same = column.groupby(np.rint(column / bin_width))
    place, size = same.rank("first") - 1, same.transform("size")
    shifts = (place - (size - 1) / 2) * np.minimum(step, LANE / np.maximum(1, size - 1))
    return shifts.to_numpy()


def image(figure: Figure, kind: str) -> bytes:
    """Render a figure as `pdf` or `png`, the same bytes each time.

    The layout is worked out once: doing it again for each kind takes most of the time.
    """
    undated = {"pdf": {"CreationDate": None}, "png": {"Software": None}}
    buffer = io.BytesIO()
    with own_style():
        if engine := figure.get_layout_engine():
            if figure.axes:  # it warns where there is nothing to lay out
                engine.execute(figure)
            mpl.rcParams["figure.constrained_layout.use"] = False  # None asks for this default
            figure.set_layout_engine(None)
        figure.savefig(buffer, format=kind, dpi=PNG_DPI, metadata=undated[kind])
    return buffer.getvalue()
