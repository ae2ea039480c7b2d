"""Results that changed something, and the plan of a change: from the engine's answer to lines."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from shlex import quote
from typing import Any

from holdfast.cli.render.words import (
    Line,
    Lines,
    Result,
    facts,
    named,
    rows,
    section,
    shown,
    version,
    warnings,
    when,
)
from holdfast_engine.model.words import count, size

_TYPE = "      type: "
_GOOD = ("deployed", "unchanged", "activated", "linked", "adopted", "swept", "written", "noted", "left")


def outcome(result: Result, *, every: bool = False) -> Lines:
    """What was moved and what there is to know; last what is live since how long, which data, and how to go back."""
    data = result.get("data") or {}
    return [
        *_moved(data, stayed=result.get("outcome") == "unchanged", every=every),
        *warnings(map(shown, result.get("warnings", ()))),
        _head(result),
        *(line._replace(style="strong") if line.text.startswith(_TYPED) else line for line in facts(_ends(result))),
    ]


_TYPED = ("back", "next")


def _ends(result: Result) -> list[tuple[str, object]]:
    """The version that is live and the data that is counted, and what to type to go back, or on."""
    typed = [(word, result.get(word)) for word in _TYPED]
    return [("version", version(result.get("source"))), ("data", _data(result.get("data") or {})), *typed]


def _head(result: Result) -> Line:
    word = str(result.get("outcome", "done"))
    took = sum(float(each.get("seconds") or 0) for each in result.get("steps", ()))
    live = result.get("release") or result.get("current")
    is_live = f": release {live} is live" if live and live == result.get("current", live) else ""
    return Line(f"{word} in {took:.1f} s{is_live}" if took else f"{word}{is_live}", "good" if word in _GOOD else "bad")


def _data(data: Result) -> str:
    if "files_after" not in data:
        return ""
    after = int(data["files_after"])
    ends = "".join(f", {int(data[word]):,} {word}" for word in _measured(data))
    if "files_before" not in data:
        return f"{count(after, 'file')}{ends}"
    return f"{count(int(data['files_before']), 'file')} before, {after:,} after{ends}"


def _measured(data: Result) -> list[str]:
    """What was counted: nothing is said of what was not, and of files that went by other hands where there are some."""
    return [*(["lost"] if data.get("lost") is not None else []), *(["vanished"] if data.get("vanished") else [])]


_MOVED = {"adopted": "now in shared/", "carried": "carried along", "attic": "in the attic"}


def _moved(data: Result, *, stayed: bool, every: bool) -> Lines:
    """What was moved; where the live release STAYED, what the attic got is a copy, and is served as before."""
    words = {**_MOVED, "attic": "copied to the attic"} if stayed else _MOVED
    found = [
        (what, text)
        for word, what in words.items()
        for text in named([shown(each) for each in _of(data, word)], every=every)
    ]
    kept = [("kept from the server", _kept(each)) for each in data.get("kept") or ()]
    return rows([*found, *kept, *_seeded(data.get("seeded") or (), every=every)])


def _of(data: Result, word: str) -> list[Any]:
    """What DATA has under WORD; what came home beside code is carried, and is not in `shared/`."""
    carried = data.get("carried") or () if word == "adopted" else ()
    return [each for each in data.get(word) or () if each not in carried]


def _seeded(paths: Sequence[str], *, every: bool) -> list[tuple[str, str]]:
    """What the release ships among data is copied there once, and is data from then on."""
    if every or not paths:
        return [("put into shared/", path) for path in paths]
    return [("put into shared/", f"{count(len(paths), 'file')} of the release, in shared folders")]


def _kept(each: Result) -> str:
    return f"{each['path']}; the version of the release is in the attic: {each['place']}"


def link(result: Result) -> Lines:
    number = len(result.get("shared", ()))
    return [*outcome({**result, "release": None}), Line(f"{count(number, 'path')} of `shared/` in the release")]


def leave(result: Result) -> Lines:
    """What the site is now, and where what is not served lies."""
    left = [("left", f"{each['path']}: {each['place']}") for each in result.get("left", ())]
    return [*outcome(result), *rows(left), *facts([("path", result.get("path"))])]


def recover(result: Result) -> Lines:
    done = result.get("finished")
    first = f"finished `{done['command']}` {done['operation']}: {done['verdict']}" if done else "nothing to finish"
    return [
        Line(first, "good"),
        *missing_and_found(result, after=True),
        Line(_put_back(int(result.get("restored") or 0))),
        *rows(("in the attic", text) for text in named([shown(each) for each in result.get("attic", ())])),
        *warnings(map(shown, result.get("warnings", ()))),
        *warnings(map(shown, result.get("notes", ())), "note"),
    ]


def _put_back(number: int) -> str:
    return f"{count(number, 'path')} put back" if number else "nothing to put back"


def reported(result: Result) -> Lines:
    """What there is to say where the command ended before its end, or with data still missing."""
    return missing_and_found(result, after="restored" in result)


def missing_and_found(result: Result, *, after: bool) -> Lines:
    """What is missing first; AFTER it acted, with what it could not do."""
    missing = [line for each in result.get("missing", ()) if "copies" in each for line in _missing(each)]
    found = _found(list(result.get("found", ())), after=after) if result.get("found") else []
    return [*_who(result.get("who") or {}), *section("missing", missing), *section("found", found)]


def _who(who: Result) -> Lines:
    if not who.get("sudo"):
        return []
    return [Line(f"you are `{who['you']}`; the site is `{who['site']}`'s, so begin each line with `{who['sudo']}`")]


def _missing(each: Result) -> Lines:
    """One path: how many files of how many, since when, each copy, and what a backup alone can have."""
    gone = int(each["files_then"]) - int(each["files_now"])
    since = f"; they were counted {when(each['since'])}" if each.get("since") else ""
    head = Line(
        f"  {each['path'] or 'shared/'}: {gone:,} of {count(int(each['files_then']), 'file')} missing{since}", "bad"
    )
    return [head, *(line for copy in each["copies"] for line in _copy(copy)), *_backup(each)]


def _copy(copy: Result) -> Lines:
    what = f"{count(int(copy['files']), 'file')}, {size(int(copy['bytes']))}"
    return [Line(f"    {copy['where']}: {copy['what']}; {what}"), Line(f"{_TYPE}{copy['command']}", "strong")]


def _backup(each: Result) -> Lines:
    if not each.get("backup"):
        return []
    files = count(int(each["only_in_a_backup"]), "file")
    none = "there is no copy in the site's directory" if not each["copies"] else f"{files}: no copy here"
    return [Line(f"    {none}: only a backup may have them"), Line(f"{_TYPE}{each['backup']}", "strong")]


def _found(found: list[Result], *, after: bool) -> Lines:
    """A row for each, and the line to type below it."""
    cells = [
        (each["path"], each["what"], each["where"], _done(each) if after else _ACTS.get(each.get("action") or "", ""))
        for each in found
    ]
    return [line for each, row in zip(found, rows(cells)) for line in (row, *_to_type(each))]


def _to_type(each: Result) -> Lines:
    return [Line(f"{_TYPE}{each['command']}", "strong")] if each.get("command") else []


_ACTS = {
    "adopt": "goes to `shared/`",
    "carry": "goes into the live release",
    "link": "is linked again",
    "copy": "is copied back",
    "activate": "becomes live",
    "listed": "is left for you to decide",
}
"""What is done about a finding, by its word in JSON."""


def _done(each: Result) -> str:
    if not each.get("done"):
        return _ACTS["listed"]
    return "is live" if each.get("action") == "activate" else "is back"


def restore(result: Result) -> Lines:
    cells = [("restored", shown(each)) for each in result["restored"]]
    saved = [("saved first", shown(each)) for each in result.get("saved", ())]
    told = rows([*cells, *saved]) or [Line("nothing to restore")]
    return [*told, *warnings(map(shown, result.get("warnings", ())))]


def decision(result: Result) -> Lines:
    """What was decided, what was moved by it, and where it is written."""
    moved = [("to the attic", shown(each)) for each in result.get("attic", ())]
    moved += [("into shared/", path) for path in result.get("adopted", ())]
    return [
        Line(f"{result['outcome']}: {result['path']}", "good"),
        *rows(moved),
        *warnings(map(shown, result.get("warnings", ()))),
        *warnings(map(shown, result.get("notes", ())), "note"),
    ]


def prune(result: Result) -> Lines:
    removed = [("removed", shown(each), "") for each in result["removed"]]
    kept = [("kept", each["release"], each.get("why", "")) for each in result.get("kept", ())]
    expired = [("left the attic", each["path"], each.get("why", "")) for each in result.get("expired", ())]
    return [
        *([] if removed or expired else [Line("nothing to remove")]),
        *rows([*removed, *expired, *kept]),
        *warnings(map(shown, result.get("warnings", ()))),
    ]


def init(result: Result) -> Lines:
    directory = quote(os.path.dirname(result["path"]))
    unread = f"; {count(result['unread'], 'line')} not understood, at its end" if result.get("unread") else ""
    read = [Line(f"read  {file} ({tool})") for file, tool in (result.get("read") or {}).items()]
    return [
        Line(f"wrote {result['path']}{unread}", "good"),
        *read,
        Line(f"next  holdfast plan --site DIR --source {directory}"),
    ]


def tour(result: Result) -> Lines:
    told = result.get("summary") or result.get("outcome") or "the tour is over"
    return [Line(text) for text in (told if isinstance(told, list) else [str(told)])]


CHANGES: dict[str, Callable[[Result], Lines]] = {
    "deploy": outcome,
    "rollback": outcome,
    "adopt": outcome,
    "baseline": outcome,
    "link": link,
    "leave": leave,
    "sweep": outcome,
    "recover": recover,
    "found": reported,
    "restore": restore,
    "decision": decision,
    "prune": prune,
    "init": init,
    "try": tour,
}
