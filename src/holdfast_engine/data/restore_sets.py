"""Bringing a database back as a whole: what it replaces goes away as a whole, and nobody opens half of either."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import copy_file, copy_tree
from holdfast_engine.fs.discard import drop_copied, transfer
from holdfast_engine.fs.place import change_places, drop_own_link, make_link, move, settle_places
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.sets import companions, holders, holds_rows, is_database
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.reasons import ALONE, REPLACED
from holdfast_engine.model.sets import COMPANIONS, JOURNAL, WAL
from holdfast_engine.site.links import Links


def is_set(links: Links, source: RelPath, path: str) -> bool:
    """True where SOURCE, or what stands at PATH in `shared/`, has parts that are valid with it alone."""
    return bool(_rows(links.root, source) or companions(links.root, links.layout.in_shared(path)))


def _rows(root: Root, database: str) -> list[str]:
    """What has to come with the copy of DATABASE. Its index is made anew by whoever opens it first."""
    return [end for end in (WAL, JOURNAL) if is_database(root, database) and holds_rows(root, database + end)]


def refuse_in_use(links: Links, paths: Iterable[str]) -> None:
    """`restore-blocked` where a process has one of the databases at PATHS open: put back under it, what it writes next
    would go into another one's companions, or out of sight.
    """
    shared = [links.layout.in_shared(path) for path in paths]
    mains = [there for there in shared if companions(links.root, there) or is_database(links.root, there)]
    users = holders(links.root, mains) if mains else []
    if users:
        raise _blocked(links.root, mains, users)


def _blocked(root: Root, mains: list[RelPath], users: list[int]) -> Problem:
    named = ", ".join(str(user) for user in users[:5])
    one = len(users) == 1
    return Problem(
        "restore-blocked",
        f"`{mains[0]}` is in use: process{'' if one else 'es'} {named} {'has' if one else 'have'} it open",
        state="nothing was changed",
        whereabouts=[root.absolute(main) for main in mains],
        hint="stop what has it open, restore again, then start it",
    )


def bring_set(links: Links, operation: Operation, source: RelPath, path: str, waiting: RelPath) -> list[RelPath]:
    """A copy of the set of SOURCE is served at PATH; returns where the set that it replaced lies in the attic, if any.

    In between, PATH in `shared/` is for a moment a link that leads to itself: whoever opens it
    then is refused, and makes no new database there. Nobody meets new rows beside an old main
    file, or the reverse. A crash leaves the rest to `settle_set_restore`. `restore-blocked`
    where somebody opened it up to that moment; all is as it was then.
    """
    root, there = links.root, links.layout.in_shared(path)
    spot = attic.reserve_for_set(root, there, path=path, operation=operation.name, reason=REPLACED, at=operation.at)
    facts: dict[str, Any] = {"path": path, "source": source, "target": there, "waiting": waiting, "spot": spot}
    facts["rows"] = _rows(root, source)
    operation.move(what="restore", **facts)
    copy_tree(root, source, waiting)
    for end in facts["rows"]:
        copy_file(root, source + end, waiting + end)
    if root.has(there):
        make_link(root, spot, there.name)
        change_places(root, spot, there)
        users = holders(root, [spot])
        if users:
            change_places(root, spot, there)
            settle_set_restore(links, operation, facts)
            raise _blocked(root, [there], users)
    else:
        _clear(links, operation, there, path)
    _put_in_place(root, facts)
    return [spot] if root.has(spot) else []


def _clear(links: Links, operation: Operation, there: RelPath, path: str) -> None:
    for end in companions(links.root, there):
        name = operation.name
        attic.set_aside(links.root, there + end, path=path + end, operation=name, reason=ALONE, at=operation.at)


def _put_in_place(root: Root, facts: dict[str, Any]) -> None:
    """The old set is gone from the place, whose main file went first; the new one comes, its main file last."""
    there, waiting, spot = (RelPath(facts[name]) for name in ("target", "waiting", "spot"))
    for end in COMPANIONS:
        placed = end in facts["rows"] and not root.has(waiting + end)
        if not placed and root.kind(there + end) == "file":
            transfer(root, there + end, spot + end)
        if root.has(waiting + end):
            move(root, waiting + end, there + end)
    if root.link(there) == there.name:
        change_places(root, waiting, there)
        drop_own_link(root, waiting)
    else:
        move(root, waiting, there)


def settle_set_restore(links: Links, operation: Operation, facts: dict[str, Any]) -> None:
    """The whole new set is served, or the whole old one as before. Idempotent."""
    root = links.root
    there, waiting, spot = (RelPath(facts[name]) for name in ("target", "waiting", "spot"))
    for one in (spot, waiting):
        settle_places(root, one, there)
    if root.link(there) == there.name:
        _put_in_place(root, facts)
    for left in (spot, waiting):
        if root.link(left) == there.name:
            drop_own_link(root, left)
    for end in ("", *facts["rows"]):
        left, source = RelPath(waiting + end), RelPath(facts["source"] + end)
        if root.has(left) and not drop_copied(root, left, source):
            attic.set_aside(
                root, left, path=facts["path"] + end, operation=operation.name, reason=REPLACED, at=operation.at
            )
