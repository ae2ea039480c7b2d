"""Links that name a release, or the site by its full path, lead on when the release is gone or the site is moved."""

from __future__ import annotations

import os
from typing import Optional

from holdfast_engine.data.foreign_links import below_root
from holdfast_engine.fs.place import respell
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.site.links import Links


def mend(links: Links, operation: Operation, at: RelPath, path: str, text: str) -> None:
    """The link at AT, for PATH in the journal, has TEXT, by one rename: there is no moment without it (G3)."""
    waiting = waiting_place(links.root, "own-mended-link", at)
    was = links.root.link(at)
    operation.move(what="mend-link", path=path, source=at, target=waiting, text=text, was=was)
    respell(links.root, at, text, waiting=waiting)


def named_by(links: Links, at: RelPath, text: str) -> Optional[RelPath]:
    """What TEXT of a link at AT names below the deploy root, where that is a release or it is absolute; by names alone,
    nothing is followed (G9).
    """
    inside = below_root(links, os.path.normpath(os.path.join(links.root.path, at.parent, text)))
    counts = inside is not None and (text.startswith("/") or inside.is_within(Layout.releases))
    return inside if counts else None


def lasting(links: Links, live: RelPath, at: RelPath, inside: RelPath) -> Optional[str]:
    """The relative text by which a link at AT leads to what it names INSIDE the site, whichever release comes and goes:
    in `shared/`, else in LIVE by the name `current`. None where neither has it.
    """
    if not inside.is_within(Layout.releases):
        return link_text(at, inside)
    path = RelPath("/".join(inside.parts[2:]))
    there = links.layout.in_shared(path)
    if path and links.root.has(there):
        return link_text(at, there)
    return link_text(at, Layout.current / path) if links.root.has(live / path) else None
