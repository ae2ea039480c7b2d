"""Links in `shared/` that lead to a place of a person's own, as a bigger disk: what lies there is data, and the link is
the only way to it. It never gives way to what appeared in a release.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.paths import RelPath
from holdfast_engine.site.links import Links


def leads_out(links: Links, path: str) -> bool:
    """True where PATH in `shared/` is a link to neither `shared/` nor a release; by names, nothing is entered (G9)."""
    root, there = links.root, links.layout.in_shared(path)
    if root.link(there) is None or _waits(links, links.layout.releases / "any", path):
        return False
    end, top = os.path.realpath(root.absolute(there)), os.path.realpath(root.path)
    if not end.startswith(top + "/"):
        return True
    inside = RelPath(end[len(top) + 1 :])
    return not (inside.is_within(links.layout.shared) or inside.is_within(links.layout.releases))


def why_not(links: Links, release: RelPath, path: str) -> str:
    """Why PATH of RELEASE cannot be brought home as `shared/` is now, in words; empty where it can."""
    if links.is_away(path):
        return links.why_away(path)
    held = in_the_way(links, release, path)
    return why_held(links, held) if held else ""


def in_the_way(links: Links, release: RelPath, path: str) -> str:
    """The shared path, at, above or below PATH, whose link would give way were PATH of RELEASE brought home; empty when
    there is none.
    """
    return next(_held(links, release, path), "")


def why_held(links: Links, held: str) -> str:
    """Why what stands in the way of the link at HELD stays where it is, in words."""
    there = links.layout.in_shared(held)
    return f"stays where it is: `{there}` is a link to `{links.root.link(there)}`, and is not replaced"


def _held(links: Links, release: RelPath, path: str) -> Iterator[str]:
    yield from (step for step in RelPath(path).ancestors() if leads_out(links, step))
    if links.root.kind(release / path) not in (DIR, FILE):
        return
    if _is_held(links, release, path):
        yield path
    for below in _merged(links, release, path):
        if _is_held(links, release, below):
            yield below


def _is_held(links: Links, release: RelPath, path: str) -> bool:
    return not _waits(links, release, path) and leads_out(links, path)


def _waits(links: Links, release: RelPath, path: str) -> bool:
    """True for a link that an adoption from RELEASE put there to wait: it is ours, and leads nowhere yet; where the
    journal of that was lost, it never will.
    """
    there = links.layout.in_shared(path)
    return links.root.link(there) == links.text(release, path) and not links.root.leads_somewhere(there)


def _merged(links: Links, release: RelPath, path: str) -> Iterator[str]:
    """What of PATH would meet something in `shared/`, below directories that stand on both sides."""

    def on_both_sides(below: str) -> bool:
        return links.root.kind(links.layout.in_shared(f"{path}/{below}" if below else path)) == DIR

    if links.root.kind(release / path) == DIR and on_both_sides(""):
        for below, kind, _ in walk(links.root, release / path, descend=on_both_sides, unreadable=[]):
            if kind != LINK:
                yield f"{path}/{below}"
