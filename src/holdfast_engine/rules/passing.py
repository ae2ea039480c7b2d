"""What is of no use to the next release: notes of deploy tools, flags for a server, and kept pages.

Told by name alone, so whatever bears such a name is kept when its release goes (G6); it is not taken along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.rules.names import words
from holdfast_engine.rules.shape_patterns import lineage

_NOTES, _FLAGS, _PAGE_CACHES = words("tools-notes"), words("restart-flags"), words("page-caches")


class Passing:
    """Answers about one listing; WEB_ROOT is relative to its top, as APP_ROOT is. SHIPS tells of a path at which more
    than placeholders are shipped.
    """

    def __init__(self, listing: Listing, ships: Callable[[str], bool], *, app_root: str, web_root: str) -> None:
        self._listing = listing
        self._ships = ships
        self._app_root = "" if app_root == "." else app_root
        self._web_root = web_root

    def why(self, path: str) -> str:
        """Why PATH, or what it lies in, says nothing to the next release; empty where it may, or is shipped."""
        if self._listing.kind(path) not in (None, DIR):
            return ""
        return next((said for here in lineage(path) for said in (self._said(here),) if said), "")

    def leads_to_flags(self, path: str) -> bool:
        """True for a directory in which a flag may stand beside what is more than that: it is looked into."""
        inner = _below(self._app_root, path)
        return inner is not None and any(flag.startswith(f"{inner}/") for flag in _FLAGS)

    def _said(self, here: str) -> str:
        inner = _below(self._app_root, here)
        if here in _NOTES or inner in _NOTES:
            return f"`{here}` is a note of a deploy tool about one release"
        if inner in _FLAGS:
            return f"`{here}` makes a server start again"
        if self._is_page_cache(here):
            return f"`{here}` has the name of a page cache"
        return ""

    def _is_page_cache(self, here: str) -> bool:
        """True for such a name at the top of what is served, where nothing is shipped."""
        name = _below(self._web_root, here)
        return name is not None and name.lower() in _PAGE_CACHES and not self._ships(here)


def _below(top: str, path: str) -> Optional[str]:
    """PATH relative to TOP, which is empty for the top of all; None where it does not lie below it."""
    if not top:
        return path
    return path[len(top) + 1 :] if path.startswith(f"{top}/") else None
