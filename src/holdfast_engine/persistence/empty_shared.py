"""`shared/` when its data is back in the application: what is left of it is ours, or a person's own."""

from __future__ import annotations

from holdfast_engine.fs.discard import Proof, drop_empty, to_trash
from holdfast_engine.fs.place import drop_own_link
from holdfast_engine.fs.walk import links_below, walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.persistence.bring_back import WAY
from holdfast_engine.site.handle import Site


def drop_ways(site: Site) -> None:
    """No name in `shared/` leads to what came back any more; the link that all of them go through is the last."""
    root, shared = site.root, site.links.layout.shared
    for at, text in list(links_below(root, shared)) if root.kind(shared) == DIR else ():
        path = at.below(shared)
        if path != WAY and text == link_text(path, RelPath(WAY) / path):
            drop_own_link(root, at)
    if root.link(shared / WAY) is not None:
        drop_own_link(root, shared / WAY)


def is_spent(site: Site) -> bool:
    """True where `shared/` holds empty directories alone."""
    return all(kind == DIR for _, kind, _ in walk(site.root, site.links.layout.shared))


def clear(site: Site, operation: Operation, *, had: bool) -> None:
    """`shared/`, which holds no file, is gone; HAD says that an empty one stood there before us, which stays."""
    root, shared = site.root, site.links.layout.shared
    if root.kind(shared) != DIR:
        return
    if not had:
        to_trash(root, shared, f"{operation.name}-shared", Proof(shared, "holds empty directories of ours alone"))
        return
    for path, _, _ in reversed(list(walk(root, shared))):
        drop_empty(root, shared / path)
