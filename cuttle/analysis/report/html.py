"""HTML put together from escaped parts. Knows nothing of the study."""

from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Text that is HTML already; any other text is escaped when it becomes a part."""

    __slots__ = ()


class Valued(str):
    """Text of a cell that is sorted by a number it does not begin with: `1 min 05 s` by 65."""

    value: float | None

    def __new__(cls, text: str, value: float | None) -> "Valued":
        """Attach the number to the text."""
        cell = super().__new__(cls, text)
        cell.value = value
        return cell


def join(parts: Iterable[str]) -> Html:
    """Put parts one after the other, escaping those that are plain text."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def tag(name: str, *parts: str, **attributes: str) -> Html:
    """Make an element; a trailing underscore in an attribute's name is dropped."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    return Html(f"<{name}{given}>{join(parts)}</{name}>")


def section(identifier: str, title: str, *parts: str) -> Html:
    """Make a section with a heading to link to."""
    return tag("section", tag("h2", title), *parts, id=identifier)


def folded(title: str, *parts: str) -> Html:
    """Make a part that is closed at first."""
    return tag("details", tag("summary", title), *parts)


def listed(items: Sequence[str]) -> Html:
    """Make a list."""
    return tag("ul", *(tag("li", item) for item in items))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, text: int = 1) -> Html:
    """Make a sortable table whose first `text` columns are text and the rest numbers.

    The last cell of a short row spans what is left: it says why there are no numbers.
    """
    head = (
        tag("th", column, scope="col", class_="text" if place < text else "number")
        for place, column in enumerate(columns)
    )
    body = (_row(row, len(columns), text) for row in rows)
    content = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body), class_="sortable")
    return tag("div", content, class_="wide")


def _row(cells: Sequence[str], width: int, text: int) -> Html:
    parts = []
    for place, cell in enumerate(cells):
        is_spanning = place == len(cells) - 1 and len(cells) < width
        span = {"colspan": str(width - place)} if is_spanning else {}
        kind = "text" if place < text or is_spanning else "number"
        value = cell.value if isinstance(cell, Valued) else None
        order = {} if value is None else {"data_value": f"{value:g}"}
        parts.append(tag("td", cell, class_=kind, **span, **order))
    return tag("tr", *parts)
