"""Tables that are read on a desk, on a phone, on paper and aloud."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.report.markup import Html, element

_NUMBERS = ("Files", "Size", "Part of all")


def table(title: str, names: tuple[str, ...], rows: Iterable[Html]) -> Html:
    """ROWS under NAMES. The roles say again what a narrow screen takes from the looks of it."""
    heads = (element("th", name, scope="col", role="columnheader", class_=_align(name)) for name in names)
    head = element("thead", element("tr", heads, role="row"), role="rowgroup")
    caption = element("caption", title) if title else ""
    looks = "sizes" if "Files" in names else ""
    return element("table", caption, head, element("tbody", rows, role="rowgroup"), role="table", class_=looks)


def row(head: str, *cells: tuple[str, str]) -> Html:
    """One row: its HEAD, and CELLS, each with the name of its column."""
    first = element("th", head, scope="row", role="rowheader")
    return element("tr", first, (_cell(name, told) for name, told in cells), role="row")


def _cell(name: str, told: str) -> Html:
    unit = ("file" if told == "1" else "files") if name == "Files" else ""
    return element("td", told, role="cell", data_name=name, data_unit=unit, class_=_align(name))


def _align(name: str) -> str:
    return "n" if name in _NUMBERS else ""


def folded(title: str, names: tuple[str, ...], rows: list[Html], left: int) -> Html:
    if not rows:
        return Html("")
    more = [element("p", f"and {left:,} more", class_="dim")] if left else []
    return element("details", element("summary", title), table("", names, rows), *more)
