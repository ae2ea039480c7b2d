"""Companions of a database under two names: each becomes a link; and what a crash left of that and of a move."""

from __future__ import annotations

import os
from zlib import crc32

from holdfast_engine.fs import attic
from holdfast_engine.fs.place import drop_own_link, drop_second_name, is_same, make_link, step_aside
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.fs.sets import companions, is_database, transfer_companions
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.site.links import Links, opened


def link_over(links: Links, operation: Operation, here: RelPath, there: RelPath, path: str) -> None:
    """HERE, a second name of THERE, is a link to it, in one exchange: what is dropped was looked at where nobody makes
    names.
    """
    root, text = links.root, link_text(here, there)
    waiting = waiting_place(root, f"second-{operation.name}-{crc32(os.fsencode(path)):08x}", here)
    operation.move(what="second-name", path=path, source=here, target=waiting, text=text, other=there)
    make_link(root, waiting, text)
    try:
        with opened(root, [here.parent]):
            step_aside(root, here, waiting)
    except OSError:
        if root.link(waiting) == text:
            drop_own_link(root, waiting)
        raise
    drop_second(links, operation, waiting, there, path)


def drop_second(links: Links, operation: Operation, waiting: RelPath, other: RelPath, path: str) -> None:
    """WAITING, a second name of OTHER, is gone; should it be another file, made in the last moment, it is in the
    attic.
    """
    if links.root.kind(waiting) == "file" and not drop_second_name(links.root, waiting, other):
        reason = "was created again while its database was moved"
        attic.set_aside(links.root, waiting, path=path, operation=operation.name, reason=reason, at=operation.at)


def settle_set(links: Links, operation: Operation, facts: dict[str, str]) -> None:
    """What began to go to the attic is there as a whole, and no second name waits. Idempotent.

    Once a database stands at the source again, or its companion belongs to the one that is to
    come there, what is beside it is of the new one.
    """
    source, target = RelPath(facts["source"]), RelPath(facts["target"])
    if facts["what"] == "second-name":
        if links.root.link(target) == facts["text"]:
            drop_own_link(links.root, target)
        drop_second(links, operation, target, RelPath(facts["other"]), facts["path"])
    elif links.root.kind(source) != "file" and links.root.kind(target) == "file" and is_database(links.root, target):
        coming = RelPath(facts["release"]) / facts["path"] if facts["what"] == "aside" else RelPath("")
        left = [one for one in companions(links.root, source) if not is_same(links.root, source + one, coming + one)]
        transfer_companions(links.root, source, target, left)
