"""The releases that are there, newest first, and what each of them changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from holdfast.report.markup import Html, element, joined
from holdfast.report.points import command
from holdfast.report.room import fitting
from holdfast.report.words import subject, timed, version
from holdfast_engine.model.words import count

Found = dict[str, Any]
_FIRST, _ROOM = 3, 130_000
_STATES = {
    "active": ("live", "well"),
    "retired": ("kept", ""),
    "bad": ("failed", "act"),
    "incoming": ("not complete", "look"),
    "sealed": ("never live", ""),
    "gone": ("its directory is missing", "look"),
}
_KINDS = (("added", "+"), ("changed", "~"), ("removed", "\u2212"))


def releases(found: Found) -> Html:
    every = found["releases"]
    if not every:
        return element("p", "There is no release yet.", class_="calm")
    rows, left = fitting(every, lambda one: _release(one, found["at"]), _ROOM)
    more = element("p", f"and {left:,} earlier ones", class_="dim") if left else ""
    back = next((one for one in every if one["state"] == "retired"), None)
    how = [
        element("p", "To go back to the release before; data stays as it is:"),
        command(found["commands"]["rollback"]),
    ]
    return joined(element("ol", rows, class_="releases"), more, how if back and found["current"] else "")


def _release(one: Found, now: float) -> Html:
    word, style = _STATES.get(one["state"], (one["state"], ""))
    badge = element("span", word, class_=f"badge {style}".strip())
    title = element("h3", element("code", one["id"]), " ", badge)
    told = " · ".join(filter(None, (version(one["source"]), subject(one["source"]))))
    about = element("p", timed(one["created"], now), *([" · ", told] if told else []), class_="dim")
    return element("li", title, about, _came(one), _changes(one["changes"]))


def _came(one: Found) -> Html | str:
    """What appeared in it on the server, and waits for the next deploy."""
    if not one["strays"]:
        return ""
    first = one["stray_paths"][:_FIRST]
    left = one["strays"] - len(first)
    names = [part for path in first for part in (", ", element("code", path))][1:]
    more = f" and {left:,} more" if left else ""
    return element("p", "Appeared or changed on the server, and kept by the next deploy: ", names, more, ".")


def _changes(changes: Found | None) -> Html:
    """How many files differ from the release before, and the first of them by name."""
    if changes is None:
        return element("p", "There is no release to compare it with.", class_="dim")
    if not any(changes[kind]["files"] for kind, _ in _KINDS):
        return element("p", "The same files as the release before.", class_="dim")
    said = (
        element("span", element("b", f"{sign}{changes[kind]['files']:,}"), f" {kind}", class_=kind)
        for kind, sign in _KINDS
    )
    title = element("summary", element("span", said, class_="counts"))
    return element("details", title, element("p", f"Against {changes['against']}:", class_="dim"), *_lists(changes))


def _lists(changes: Found) -> Iterator[Html]:
    for kind, sign in _KINDS:
        files, first = changes[kind]["files"], changes[kind]["first"]
        left = files - len(first)
        more = [element("li", f"and {count(left, 'file')} more", class_="dim")] if left else []
        if files:
            yield element("h4", f"{kind.capitalize()}: {count(files, 'file')}")
            yield element("ul", (_name(sign, path) for path in first), more, class_="names")


def _name(sign: str, path: str) -> Html:
    return element("li", element("span", sign, class_="sign", aria_hidden="true"), element("code", path))
