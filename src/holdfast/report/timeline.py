"""What was done to the site, newest first, and how much data there was after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from holdfast.report.markup import Html, element, joined
from holdfast.report.points import command
from holdfast.report.room import fitting
from holdfast.report.words import moment, timed
from holdfast_engine.model.words import count

Found = dict[str, Any]
_WORDS = {
    "deploy": ("Deploy", "▲"),
    "rollback": ("Rollback", "▼"),
    "adopt": ("Adoption", "◆"),
    "sweep": ("Sweep", "●"),
    "link": ("Link", "●"),
    "prune": ("Clean-up", "●"),
    "recover": ("Recovery", "■"),
    "restore": ("Restore", "■"),
    "review": ("Review", "●"),
    "access": ("Access", "●"),
    "baseline": ("What was shipped", "●"),
    "leave": ("Leaving", "◆"),
}
"""Each command with its name, and with a sign that tells it without colour."""
_BAD = {"undone": "undone before the switch", "unfinished": "interrupted", "unreadable": "its record is damaged"}
_OPEN, _BARS, _ROOM = 12, 48, 150_000


def timeline(found: Found) -> Html:
    every = found["operations"]
    if not every:
        return element("p", "Nothing was done here yet.", class_="calm")
    put = Counter(one["operation"] for one in found["attic"]["entries"])
    steps = [{**one, "more": _change(every, at), "attic": put[one["id"]]} for at, one in enumerate(every)]
    rows, left = fitting(steps, lambda one: _step(one, found["at"]), _ROOM)
    older = [element("summary", f"{len(rows) - _OPEN} earlier"), element("ol", rows[_OPEN:], class_="line")]
    more = [element("p", f"and {left:,} more:", class_="dim"), command(found["commands"]["history"])] if left else []
    earlier = element("details", older) if rows[_OPEN:] else ""
    return joined(_bars(every), element("ol", rows[:_OPEN], class_="line"), earlier, more)


def _change(every: list[Found], at: int) -> int:
    """How many files of data more there were after the operation than after the last one that was counted before."""
    files = every[at].get("files")
    before = next((one["files"] for one in every[at + 1 :] if one.get("files") is not None), None)
    return 0 if files is None or before is None else files - before


def _bars(every: list[Found]) -> Html:
    """One bar for each operation after which data was counted, oldest first."""
    counted = [one for one in every if one.get("files") is not None][:_BARS][::-1]
    if len(counted) < 2:
        return Html("")
    most = max(one["files"] for one in counted) or 1
    bars = [_bar(one, one["files"] / most) for one in counted]
    first, last = counted[0]["files"], counted[-1]["files"]
    label = f"Files of data after each of {len(bars)} operations: {first:,} at first, {last:,} at last"
    legend = (element("span", f"{sign} {name}") for name, sign in _signs(counted))
    told = element("figcaption", "Files of data after each operation. ", element("span", legend, class_="dim signs"))
    return element("figure", element("div", bars, class_="bars", role="img", aria_label=label), told)


def _signs(counted: list[Found]) -> Iterator[tuple[str, str]]:
    yield from dict.fromkeys(_named(one["command"]) for one in counted)


def _bar(one: Found, part: float) -> Html:
    name, sign = _named(one["command"])
    title = f"{name}, {moment(one['started'])}: {count(one['files'], 'file')} of data"
    height = f"height:{max(part * 100, 0.5):.1f}%"
    sign_below = element("span", sign, class_="sign")
    return element("span", element("i", style=height), sign_below, class_=f"bar {one['command']}", title=title)


def _named(name: str | None) -> tuple[str, str]:
    return _WORDS.get(name or "", (name or "Unknown", "●"))


def _step(one: Found, now: float) -> Html:
    name, sign = _named(one["command"])
    bad = _BAD.get(one["outcome"], "")
    to = [" ", element("code", one["release"])] if one.get("release") else []
    title = element("b", element("span", sign, class_="sign", aria_hidden="true"), name)
    badge = [" ", element("span", bad, class_="badge look")] if bad else []
    who = [" · ", one["who"]] if one.get("who") else []
    head = element("p", title, *to, *badge)
    about = element("p", timed(one.get("started"), now), *who, class_="dim")
    told = list(_told(one))
    return element("li", head, about, element("p", " · ".join(told)) if told else "", class_=str(one["command"] or ""))


def _told(one: Found) -> Iterator[str]:
    """What the operation did to data, in a few words."""
    if one.get("files") is not None:
        more = f" ({one['more']:+,})" if one["more"] else ""
        yield f"{count(one['files'], 'file')} of data{more}"
    if one.get("adopted"):
        yield f"{count(one['adopted'], 'path')} moved into shared/"
    if one["attic"]:
        yield f"{one['attic']:,} in the attic"
    if one.get("removed"):
        yield f"{count(len(one['removed']), 'release')} removed"
    if one.get("expired"):
        yield f"{len(one['expired']):,} left the attic"
