"""What lies in the attic: why, how large, since when, and how each comes back."""

from __future__ import annotations

from typing import Any

from holdfast.report.markup import Html, coded, element, joined
from holdfast.report.points import command
from holdfast.report.room import fitting
from holdfast.report.tables import row, table
from holdfast.report.words import day, timed
from holdfast_engine.model.words import count, size

Found = dict[str, Any]
_ROOM = 150_000
_HEAD = ("Path", "Why", "Size", "Since", "Kept", "How it comes back")


def attic(found: Found) -> Html:
    held = found["attic"]
    entries = held["entries"]
    if not entries:
        return element("p", "The attic is empty.", class_="calm")
    rows, left = fitting(entries, lambda one: _entry(one, found["at"]), _ROOM)
    about = (
        f"{count(len(entries), 'thing')} replaced or removed, {size(held['bytes'])} in all. Nothing in it is served."
    )
    more = [element("p", f"and {left:,} more:", class_="dim"), command(found["commands"]["attic"])] if left else []
    return joined(element("p", about), table("", _HEAD, rows), more)


def _entry(one: Found, now: float) -> Html:
    name = one["path"] + ("/" if one["kind"] == "dir" else "")
    kept = joined("until ", element("time", day(one["expires"]))) if one["expires"] else "for ever"
    cells = (
        ("Why", coded(one["reason"])),
        ("Size", size(one["bytes"])),
        ("Since", timed(one["at"], now)),
        ("Kept", kept),
        ("How it comes back", command(one["back"])),
    )
    return row(element("code", name), *cells)
