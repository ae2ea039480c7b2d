"""What is not served when a site is given back lies in a directory of its own; nothing of it is deleted (G1)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from holdfast_engine.fs import durable
from holdfast_engine.fs.attic import NOTES
from holdfast_engine.fs.discard import transfer
from holdfast_engine.fs.last_traces import SPENT
from holdfast_engine.fs.place import drop_second_name, is_same
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import links_below, walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.journal.record import MOVE
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.handle import Site


@dataclass(frozen=True)
class Place:
    """Where what is not served is left: the directory NAME, beside the site or in it."""

    name: str
    beside: bool

    def path(self, site: str) -> str:
        """As a person would type it."""
        return os.path.join(os.path.dirname(os.path.realpath(site)) if self.beside else site, self.name)


@dataclass(frozen=True)
class SettingApart:
    """Moving from one site to PLACE, under one journal. Idempotent: what was moved before is not there any more."""

    site: Site
    operation: Operation
    place: Place

    def put(self, path: RelPath, inner: str) -> None:
        """What stood at PATH lies at INNER in the place, where nothing stood; noted before it is moved."""
        if not self.site.root.has(path):
            return
        target = os.path.join(self.place.path(self.site.root.path), inner)
        self.operation.move(what="set-apart", path=path, source=path, target=target, inner=inner)
        with self._around() as (root, site):
            durable.make_directories(root, RelPath(self.place.name), mode=0o700)
            durable.make_directories(root, (RelPath(self.place.name) / inner).parent, mode=0o700)
            transfer(root, site / path, RelPath(self.place.name) / inner)

    @contextmanager
    def _around(self) -> Iterator[tuple[Root, RelPath]]:
        """The directory that holds the place, and the site as it is called in there."""
        if not self.place.beside:
            yield self.site.root, RelPath("")
            return
        real = os.path.realpath(self.site.root.path)
        with Root(os.path.dirname(real)) as around:
            yield around, RelPath(os.path.basename(real))


def set_apart_before(site: Site, operation: str, place: Place) -> Iterator[tuple[str, str]]:
    """What OPERATION has set apart, each by the path that it had, with where it lies: where the journal says, unless
    the site was moved since, and PLACE with it.
    """
    moves = [one.facts for one in log.read(site.root, operation) if one.kind == MOVE]
    for facts in moves:
        if facts["what"] == "set-apart":
            now = os.path.join(place.path(site.root.path), facts.get("inner", ""))
            yield facts["path"], facts["target"] if os.path.lexists(facts["target"]) else now


def drop_second_names(root: Root, top: RelPath, served: RelPath) -> None:
    """No file below TOP is another name of what stands at its path below SERVED: that stays, and has one name."""
    for path, kind, status in list(walk(root, top)):
        if kind == FILE and status.st_nlink > 1:
            drop_second_name(root, top / path, served / path)


def left_of(site: Site, *, plain: bool) -> list[tuple[RelPath, str]]:
    """What is to be left, each with its name there: what is in the attic, in the trash, and carried nowhere any more;
    where the site is PLAIN by now, releases and what else is in `shared/`.
    """
    layout, root = site.links.layout, site.root
    found = [(Layout.attic, "attic")] if _has(root, Layout.attic, _is_content) else []
    found += [(Layout.trash, "trash")] if _has(root, Layout.trash, _is_trash) else []
    found += [(Layout.second_names, "carried")] if _has(root, Layout.second_names, _is_file) else []
    if plain:
        found += [(Layout.releases / name, f"releases/{name}") for name in root.names(Layout.releases)]
        found += [(layout.shared, "shared")] if _has(root, layout.shared, _is_content) else []
    return found


def foreseen(site: Site, live: RelPath, *, plain: bool) -> list[str]:
    """The names of what is going to be left, while LIVE shows data through links still."""
    root, layout = site.root, site.links.layout
    links = (at.below(live) for at, text in links_below(root, live) if plain)
    linked = frozenset(path for path in links if site.links.is_linked(live, path))

    def is_left(path: str, kind: str) -> bool:
        return kind != DIR and not any(step in linked for step in (path, *RelPath(path).ancestors()))

    def is_gone(path: str, kind: str) -> bool:
        return kind == FILE and not is_same(root, Layout.second_names / path, live / path)

    found = ["attic"] if _has(root, Layout.attic, _is_content) else []
    found += ["trash"] if _has(root, Layout.trash, _is_file) else []
    found += ["carried"] if _has(root, Layout.second_names, is_gone) else []
    if plain:
        found += [f"releases/{name}" for name in root.names(Layout.releases) if Layout.releases / name != live]
        found += ["shared"] if _has(root, layout.shared, is_left) else []
    return found


def _has(root: Root, top: RelPath, wanted: Callable[[str, str], bool]) -> bool:
    return any(wanted(path, kind) for path, kind, _ in walk(root, top))


def _is_content(path: str, kind: str) -> bool:
    return kind != DIR and RelPath(path).name != NOTES


def _is_file(_path: str, kind: str) -> bool:
    return kind == FILE


def _is_trash(path: str, kind: str) -> bool:
    """False for what a leaving that was killed at its very end was about to delete: all else is set apart by then."""
    return kind == FILE and not path.startswith(SPENT)
