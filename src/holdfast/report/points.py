"""What is to be done, each with why it matters and with what is typed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from holdfast.report.markup import Html, coded, element, joined
from holdfast.report.room import fitting
from holdfast.report.standing import to_do
from holdfast_engine.model.words import count, size

Found = dict[str, Any]
_ROOM = 90_000
_FIRST = 12
_VERDICTS = {"refuse": ("✕", "act", "must be fixed"), "warn": ("!", "look", "worth a look")}
_WHAT = {
    "carried": "carried along",
    "data": "taken for data",
    "edited": "different here",
    "deleted": "deleted here",
}


def points(found: Found) -> Html:
    """The open points, or that there are none; then the checks that passed."""
    rows, left = fitting(to_do(found), _check, _ROOM)
    rows += [_reviewable(found)] if found["review"]["entries"] else []
    rows += [_and_more(left, found["commands"]["checklist"])] if left else []
    none = element("p", "Nothing. Every check passes, and there is nothing to decide.", class_="calm")
    return joined(element("ol", rows, class_="points") if rows else none, _passed(found))


def command(words: str) -> Html:
    """What is typed, in one piece: a click marks all of it."""
    return element("code", words, class_="command")


def _point(kind: str, name: str, title: Html, *body: str) -> Html:
    mark, style, said = _VERDICTS[kind]
    badge = element("span", element("span", mark, class_="mark", aria_hidden="true"), said, class_=f"badge {style}")
    above = element("p", badge, element("code", name, class_="dim"))
    return element("li", above, element("h3", title), *body, class_=f"point {style}")


def _check(one: Found) -> Html:
    mend = [element("p", element("b", "What to do: "), coded(one["mend"]))] if one["mend"] else []
    return _point(one["verdict"], one["name"], coded(one["why"][:1].upper() + one["why"][1:]), *mend)


def _reviewable(found: Found) -> Html:
    """What looks like code, was edited or deleted here: a person decides."""
    entries = found["review"]["entries"]
    kinds = Counter(one["what"] for one in entries)
    told = ", ".join(f"{number:,} {_WHAT[what]}" for what, number in sorted(kinds.items()))
    rows, left = fitting(entries[:_FIRST], _reviewed, _ROOM // 4)
    left += max(0, len(entries) - _FIRST)
    more = [element("li", f"and {left:,} more", class_="dim")] if left else []
    title = element("span", f"{count(len(entries), 'thing')} to decide on: {told}")
    about = "What looks like code among what came on the server, and shipped files that differ here. All of them stay."
    body = (element("p", about), element("ul", rows, more, class_="names"), command(found["commands"]["review"]))
    return _point("warn", "review", title, *body)


def _reviewed(one: Found) -> Html:
    name = one["path"] + ("/" if one["kind"] == "dir" else "")
    why = "; ".join(each["text"] for each in one["evidence"] if each.get("text"))
    facts = ", ".join(filter(None, (_WHAT[one["what"]], size(one["bytes"]), why)))
    return element("li", element("code", name), " ", element("span", coded(facts), class_="dim"))


def _and_more(left: int, words: str) -> Html:
    return element("li", element("p", f"and {left:,} more:"), command(words), class_="point look")


def _passed(found: Found) -> Html:
    well = [one for one in found["checklist"]["checks"] if one["verdict"] == "pass"]
    rows = (element("li", element("b", one["name"]), ": ", coded(one["why"])) for one in well)
    title = element("summary", f"{count(len(well), 'check')} {'passes' if len(well) == 1 else 'pass'}")
    return element("details", title, element("ul", rows, class_="passed"))
