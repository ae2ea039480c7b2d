"""What was mounted in `shared/` and is not, and what was a link there: another directory comes to light (I29, I77)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast_engine.fs.probe import mounts_below
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import size_of
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import LINK
from holdfast_engine.model.paths import RelPath


def unmounted(root: Root, layout: Layout, identity: Mapping[str, list[Any]]) -> dict[str, int]:
    """What of IDENTITY was a mount, is none now and holds less than then, with the number of files it held."""
    marked = {path: row[1] for path, row in identity.items() if row[2:3] == [1]}
    mounts = mounts_below(root, layout.shared) if marked else []
    places = {path: (layout.in_shared(path) if path else layout.shared) for path in marked}
    return {
        path: files
        for path, files in marked.items()
        if places[path] not in mounts and _holds_less(root, places[path], files)
    }


def replaced(root: Root, layout: Layout, identity: Mapping[str, list[Any]]) -> dict[str, str]:
    """What of IDENTITY was a link, and is something else now, with the text that it had: what it led to is out of
    sight, whatever stands there.
    """
    texts = {path: str(row[3]) for path, row in identity.items() if row[3:]}
    return {path: text for path, text in texts.items() if root.kind(layout.in_shared(path)) not in (None, LINK)}


def _holds_less(root: Root, where: RelPath, files: int) -> bool:
    """True when what lies beneath a lost mount is less than was mounted; a site that was moved holds it all."""
    found, _ = size_of(root, where)
    return found == 0 or found < files
