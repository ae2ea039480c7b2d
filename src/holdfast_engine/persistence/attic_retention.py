"""How long the attic keeps what lies in it, and how much that is (G6)."""

from __future__ import annotations

from typing import Any, Optional

from holdfast_engine.fs import attic
from holdfast_engine.fs.root import Root, kind_of
from holdfast_engine.fs.walk import size_of, walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.lifetime import seconds_of
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.request import Settings
from holdfast_engine.site.handle import Site


def kept_for(site: Site) -> str:
    """How long, in the words of the configuration: those given with the command, else those of the newest release that
    was live. A rollback brings old code back and no old retention: what was said last counts.
    """
    request = site.request
    if request.said is None or "attic_keep" in request.said:
        return request.settings.attic_keep
    deployed = [one for one in site.survey.releases if one.activated and one.settings]
    return Settings.from_json(deployed[-1].settings).attic_keep if deployed else request.settings.attic_keep


def expiry(root: Root, note: dict[str, Any], kept: str) -> Optional[float]:
    """When what NOTE is about may go, at the earliest; None where it stays: for ever, or nobody knows since when it
    lies there. What was written to it there counts from then.
    """
    seconds, at = seconds_of(kept), note.get("at")
    if seconds is None or not isinstance(at, (int, float)) or at <= 0:
        return None
    return attic.keeps_until(max(at, _last_written(root, note["place"])), seconds)


def _last_written(root: Root, place: str) -> float:
    """When a file at or below PLACE was written last: a directory may be in use still after it was put aside."""
    itself = root.lstat(place)
    if itself is None or kind_of(itself) != DIR:
        return itself.st_mtime if itself and kind_of(itself) == FILE else 0.0
    below = (status.st_mtime for _, kind, status in walk(root, place, unreadable=[]) if kind == FILE)
    return max(below, default=0.0)


def figures(site: Site) -> dict[str, Any]:
    """How many entries the attic has, those included that are served elsewhere as well, how many bytes, how long each
    is kept, and when the first of them may go.
    """
    root, kept = site.root, kept_for(site)
    found = [note for note in attic.notes(root) if root.has(note["place"])]
    ends = [end for end in (expiry(root, note, kept) for note in found) if end is not None]
    size = size_of(root, Layout.attic)[1]
    return {"entries": len(found), "bytes": size, "keep": kept, "oldest_expiry": min(ends, default=None)}
