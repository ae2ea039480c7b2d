"""What updated itself on the server, and is newer there than what the release ships (data.md, carrying)."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from typing import Optional

from holdfast_engine.model.listing import FILE, Listing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.rules.versions import MOST, is_newer, version_in
from holdfast_engine.site.handle import Site

_LARGEST = 1024 * 1024


def newer_here(site: Site, live: RelPath, displaced: Iterable[str], listing: Listing) -> Mapping[str, tuple[str, str]]:
    """Those of DISPLACED, which LIVE holds and LISTING ships otherwise, that name a newer version in LIVE; with the
    version here and the one that is shipped. Whatever has other files of one unit beside it is told by one of them.
    """
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(displaced):
        if listing.kind(path) != FILE:
            continue
        here = _version(path, _small(site, live / path))
        ships = _version(path, listing.read(path)) if here else None
        if here and ships and is_newer(here, ships):
            found.setdefault(RelPath(path).parent or path, (here, ships))
    return found


def _small(site: Site, path: RelPath) -> Optional[bytes]:
    """What the file at PATH holds; None for what is large, and no file of a program's author, or may not be read."""
    status = site.root.lstat(path)
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        return None
    try:
        return site.root.read(path)
    except PermissionError:
        return None


def _version(path: str, content: Optional[bytes]) -> Optional[str]:
    return version_in(path, content[:MOST].decode("utf-8", "replace")) if content else None
