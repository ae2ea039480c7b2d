"""The map: a treemap that the browser draws from compact data, and the same in tables for whoever does not see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from heapq import nlargest
from typing import Any

from holdfast.report.markup import Html, element, joined, shown
from holdfast.report.room import fitting
from holdfast.report.tables import folded, row, table
from holdfast_engine.model.words import count, size

Found = dict[str, Any]
CARES = {
    "shared": ("Data", "in shared/, outlives every release"),
    "code": ("Code", "new with every release"),
    "built": ("Built", "made by the build, new with every release"),
    "carried": ("Carried", "appeared on the server beside the code, goes along into each release"),
    "new": ("New", "appeared since the last deploy; the next one keeps it"),
    "cache": ("Cache", "made again when it is deleted"),
}
_ASIDE = {
    "releases": ("Releases that are not live", "what only they have"),
    "attic": ("The attic", "what was replaced or removed"),
    "carried": ("Extra links", "to files that are carried along, and to files deleted lately"),
    "trash": ("Waiting to be deleted", "by a later clean-up, after one more check"),
    "records": ("Records and caches", "Holdfast's own"),
}
_LARGEST = 40
_ROOM = 60_000
_HEAD = ("Path", "Files", "Size")


def site_map(found: Found) -> Html:
    whole = sum(one["bytes"] for one in found["map"]["parts"])
    return joined(_drawing(found), _legend(found, whole), _aside(found), _largest(found), _shared(found))


def data(found: Found) -> Html:
    """What the browser draws: names, bytes, files and parts; no letter of it ends the script element it stands in."""
    rows = [[one["care"], *_packed({**one, "name": CARES[one["care"]][0]})] for one in found["map"]["parts"]]
    told = json.dumps(rows, separators=(",", ":"))
    return Html(told.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _packed(one: Found) -> list[Any]:
    parts = [_packed(inner) for inner in one.get("parts", ())]
    return [shown(one["name"]), one["bytes"], one["files"], *([parts] if parts else [])]


def _drawing(found: Found) -> Html:
    """Where the browser draws; without its scripts the tables below say the same."""
    if not sum(one["files"] for one in found["map"]["parts"]):
        return element("p", "There is nothing yet.", class_="calm")
    by = (("bytes", "by size"), ("files", "by number of files"))
    choice = (element("button", words, type="button", data_by=key) for key, words in by)
    tools = element("div", element("nav", id="crumbs", aria_label="Where in the map"), element("div", choice, id="by"))
    told = element("p", id="map-told", class_="dim")
    label = "Map of the site by size; the tables below say the same in words"
    drawn = element("div", id="map", role="group", aria_label=label)
    without = element(
        "noscript", element("p", "The map needs scripts, which are off here; the tables have the same numbers.")
    )
    return element("div", tools, drawn, told, without, class_="drawing")


def _legend(found: Found, whole: int) -> Html:
    rows = (_legend_row(one, whole) for one in found["map"]["parts"])
    return table(
        "What the site is made of", ("Part", "What a deploy does with it", "Files", "Size", "Part of all"), rows
    )


def _legend_row(one: Found, whole: int) -> Html:
    name, about = CARES[one["care"]]
    swatch = element("span", class_=f"swatch care-{one['care']}", aria_hidden="true")
    return row(joined(swatch, name), ("What a deploy does", about), *_sizes(one), ("Part of all", _part(one, whole)))


def _part(one: Found, whole: int) -> str:
    """In hundredths; what is there is never none of it."""
    part = one["bytes"] / whole if whole else 0.0
    return "< 1%" if one["bytes"] and part < 0.005 else f"{part:.0%}"


def _sizes(one: Found) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("Files", f"{one['files']:,}"), ("Size", size(one["bytes"]))


def _aside(found: Found) -> Html:
    """What is beside: nobody is shown it."""
    rows = [row(_ASIDE[one["what"]][0], ("What it is", _ASIDE[one["what"]][1]), *_sizes(one)) for one in _kept(found)]
    unread = found["map"]["unreadable"]
    note = f"{count(unread, 'directory', 'directories')} may not be read by this user, and are left out."
    told = table("Beside it, hidden from visitors", ("Where", "What it is", "Files", "Size"), rows) if rows else ""
    return joined(told, element("p", note, class_="dim") if unread else "")


def _kept(found: Found) -> list[Found]:
    return [one for one in found["map"]["aside"] if one["files"]]


def _largest(found: Found) -> Html:
    """The map in words: the largest directories and files, each with the part that it belongs to."""
    every = [named for one in found["map"]["parts"] for named in _named(one, "", CARES[one["care"]][0])]
    largest = nlargest(_LARGEST, every, key=lambda named: named[2]["bytes"])
    rows, left = fitting(largest, _named_row, _ROOM)
    return folded(f"The {len(rows)} largest directories and files", ("Path", "Part", "Files", "Size"), rows, left)


def _named(one: Found, above: str, care: str) -> Iterator[tuple[str, str, Found]]:
    for inner in one.get("parts", ()):
        path = above + inner["name"]
        yield path, care, inner
        yield from _named(inner, path, care)


def _named_row(named: tuple[str, str, Found]) -> Html:
    path, care, one = named
    return row(element("code", path), ("Part", care), *_sizes(one))


def _shared(found: Found) -> Html:
    """Each place of data with what it holds, the largest first."""
    places = sorted(found["shared"], key=lambda one: -one["bytes"])
    rows, left = fitting(places, _shared_row, _ROOM)
    return folded(f"{count(len(places), 'place')} of data in shared/", _HEAD, rows, left)


def _shared_row(one: Found) -> Html:
    named = element("code", one["path"] + ("/" if one["kind"] == "dir" else "")) if one["path"] else "beside them"
    return row(named, *_sizes(one))
