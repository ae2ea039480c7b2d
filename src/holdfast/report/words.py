"""Times, numbers and names as the page has them."""

from __future__ import annotations

import time
from typing import Any

from holdfast.report.markup import Html, element
from holdfast_engine.model.words import count

_STEPS = ((60, "minute"), (3600, "hour"), (86400, "day"), (7 * 86400, "week"), (30 * 86400, "month"))
_YEARS = (365 * 86400, "year")


def moment(at: object) -> str:
    """A time since 1970 in the zone of whoever writes the page; nothing for what is none."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at)) if isinstance(at, (int, float)) and at > 0 else ""


def day(at: object) -> str:
    return moment(at)[:10]


def moved_on(at: object, now: float) -> str:
    """How long before NOW it was, in one word and a number: `3 days ago`."""
    if not isinstance(at, (int, float)) or at <= 0:
        return ""
    ago = max(0.0, now - at)
    fits = [(seconds, name) for seconds, name in (*_STEPS, _YEARS) if ago >= seconds]
    return f"{count(int(ago // fits[-1][0]), fits[-1][1])} ago" if fits else "a moment ago"


def timed(at: object, now: float) -> Html:
    """A moment, and how long ago it was, for readers and for programs."""
    words = moment(at)
    if not words:
        return element("span", "time unknown", class_="dim")
    assert isinstance(at, (int, float))
    machine = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    return element("time", words, " ", element("span", f"({moved_on(at, now)})", class_="dim"), datetime=machine)


def version(source: Any) -> str:
    """Which version a release is of, as short as people say it."""
    told = source if isinstance(source, dict) else {}
    commit = str(told.get("commit") or told.get("sha256") or "")[:10]
    named = told.get("ref") if told.get("ref") not in (None, "HEAD") else ""
    return " ".join(filter(None, (str(named or ""), commit))) or str(told.get("kind") or "")


def subject(source: Any) -> str:
    """What its author says of it, or where it came from."""
    told = source if isinstance(source, dict) else {}
    return str(told.get("subject") or told.get("location") or "")
