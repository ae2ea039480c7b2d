"""The first line: how the site stands; below it the numbers that people ask for first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from holdfast.report.markup import Html, element, joined
from holdfast.report.words import moment, moved_on, subject, version
from holdfast_engine.model.words import count, size

Found = dict[str, Any]
WELL, LOOK, ACT = "well", "look", "act"
_MARKS = {WELL: "✓", LOOK: "!", ACT: "✕"}


class Standing(NamedTuple):
    """How a site stands in one WORD of three, and in a sentence: what it COMES to, and the rest."""

    word: str
    comes: str
    rest: str


def name_of(found: Found) -> str:
    """The site as people call it."""
    site = str(found["site"])
    return os.path.basename(site.rstrip("/")) or site


def to_do(found: Found) -> list[Found]:
    """The checks that do not pass, the worst first."""
    order = {"refuse": 0, "warn": 1}
    return sorted(
        (one for one in found["checklist"]["checks"] if one["verdict"] in order), key=lambda one: order[one["verdict"]]
    )


def standing(found: Found) -> Standing:
    gone = sum(one["files_then"] - one["files_now"] for one in found["missing"])
    open_points = len(to_do(found)) + len(found["review"]["entries"])
    if found["current"] is None:
        return Standing(ACT, "Nothing is live.", _data(found))
    if gone > 0:
        return Standing(ACT, f"{count(gone, 'file')} of data that were there are missing.", _live(found))
    if found["unfinished"] and not found["unfinished"]["running"]:
        what = found["unfinished"]["command"]
        return Standing(ACT, f"A {what} was interrupted.", f"The next command finishes or undoes it. {_live(found)}")
    if found["checklist"]["verdict"] == "refuse":
        return Standing(ACT, "Something must be fixed before the next deploy.", _live(found))
    if open_points:
        what = count(open_points, "thing")
        return Standing(LOOK, f"The site is live, and {what} should be looked at.", _live(found))
    return Standing(WELL, "All is well.", f"{_live(found)} Nothing is missing, and there is nothing to do.")


def _live(found: Found) -> str:
    live = next((one for one in found["releases"] if one["id"] == found["current"]), None)
    since = next((one for one in found["operations"] if live and _made_live(one, live["id"])), None)
    when = f", live for {moved_on(since['started'], found['at'])[:-4]}" if since else ""
    return f"Release {found['current']} is served{when}. {_data(found)}"


def _made_live(operation: Found, release: str) -> bool:
    return operation["release"] == release and operation["outcome"] in ("deployed", "activated", "adopted")


def _data(found: Found) -> str:
    files, held = _sums(found["shared"])
    return f"{count(files, 'file')} of data ({size(held)}) are kept in shared/."


def _sums(rows: list[Found]) -> tuple[int, int]:
    return sum(one["files"] for one in rows), sum(one["bytes"] for one in rows)


def first_line(found: Found) -> Html:
    """The sentence, with a mark that says the same without colour."""
    said = standing(found)
    mark = element("span", _MARKS[said.word], class_="mark", aria_hidden="true")
    words = element("span", element("strong", said.comes), " ", said.rest)
    return element("p", mark, words, class_=f"standing {said.word}")


def figures(found: Found) -> Html:
    return element("dl", (_figure(*row) for row in _rows(found)), class_="figures")


def _figure(name: str, number: str, about: str) -> Html:
    return element("div", element("dt", name), element("dd", number), element("dd", about, class_="dim"))


def _rows(found: Found) -> Iterator[tuple[str, str, str]]:
    files, held = _sums(found["shared"])
    yield "Data", size(held), f"{count(files, 'file')} in {count(len(found['shared']), 'place')}"
    code = [one for one in found["map"]["parts"] if one["care"] != "shared"]
    files, held = _sums(code)
    yield "In the live release", size(held), count(files, "file")
    live: Found = next((one for one in found["releases"] if one["id"] == found["current"]), {})
    yield "Version", version(live.get("source")) or "none", subject(live.get("source")) or moment(live.get("created"))
    back = [one for one in found["releases"] if one["state"] == "retired"]
    yield "Earlier releases", str(len(back)), "kept, to go back to" if back else "none to go back to"
    attic = found["attic"]
    entries = len(attic["entries"])
    yield (
        "In the attic",
        str(entries),
        f"replaced or removed, kept {_lifetime(attic['keep'])}" if entries else "empty",
    )


def _lifetime(kept: str) -> str:
    return kept if kept == "for ever" else f"for {kept}"


def head(found: Found) -> Html:
    return joined(first_line(found), figures(found))
