"""Content that a release ships inside a shared path, merged three ways into `shared/` (data.md, I13)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Optional

from holdfast_engine.fs import acl, attic, durable
from holdfast_engine.fs.copy import copy_file, digest_of
from holdfast_engine.fs.discard import Proof, named_for, to_trash
from holdfast_engine.fs.place import change_places, make_link
from holdfast_engine.fs.probe import waiting_place
from holdfast_engine.fs.processes import written
from holdfast_engine.fs.sets import belongs_to, companions, holders, holds_rows, is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.readers import EVERYBODY, permissions
from holdfast_engine.model.rules import SEEDED
from holdfast_engine.model.sets import members
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.shape_patterns import is_environment
from holdfast_engine.site.links import Links, place_link


@dataclass
class Seeded:
    """What a merge did: paths ADDED, UPDATED and KEPT (changed here), and every seed's shipped DIGEST."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SeedMerge:
    """The merge for one incoming release. BEFORE maps each seed ever shipped to its last shipped digest.

    OURS are digests that a later release may have left at a path: one that was undone, or rolled back from.
    WEB_USER may write in the directories that the merge makes, where it is another user than we are.
    """

    links: Links
    operation: Operation
    release: RelPath
    before: Mapping[str, str]
    seeded: Seeded
    ours: Mapping[str, frozenset[str]] = field(default_factory=dict)
    web_user: Optional[int] = None

    def merge(self, path: str) -> None:
        """Everything that the release ships at PATH is in `shared/` by the three-way rule, and PATH is our link.

        The release is not live: nobody looks at PATH while this runs. Idempotent.
        """
        here = self.release / path
        if self.links.is_linked(self.release, path):
            return
        kind = self.links.root.kind(here)
        if kind == "dir":
            self._merge_directory(path)
        elif kind in ("file", "link"):
            self._merge_one(path, kind)
        if kind is not None:
            self._make_way(here, path)
        place_link(self.links, self.release, path, self.links.text(self.release, path))

    def _merge_directory(self, path: str) -> None:
        """Each shipped file by itself; where users have something else than a directory, theirs stays (G2)."""
        there = self.links.layout.in_shared(path)
        found = self.links.root.kind(there)
        if found not in (None, "dir"):
            self._yield(path, found or "")
            return
        self._make_directories(there)
        for below, kind, _ in walk(self.links.root, self.release / path):
            inner = f"{path}/{below}"
            if kind == "dir":
                self._make_directory(inner)
            elif kind != "other" and not self.links.is_linked(self.release, inner):  # ours show what lies there
                self._merge_one(inner, kind)

    def _yield(self, path: str, found: str) -> None:
        """A link there leads to data on another disk, into which nothing is written (G9); a file is the users' own."""
        shipped = f"a directory where a {found} is shared"
        if found != "link":
            self._keep(path, shipped, self.before.get(path))
        self.seeded.digests[path] = shipped

    def _make_directory(self, path: str) -> None:
        """A shipped directory exists in `shared/`; a name that users gave to something else there is theirs."""
        there = self.links.layout.in_shared(path)
        if self.links.root.kind(there) is None and self.links.root.obstacle(there.parent) is None:
            self._make_directories(there)

    def _make_directories(self, there: RelPath) -> None:
        for made in durable.make_directories(self.links.root, there, mode=0o2775):
            durable.give_like_parent(self.links.root, made)
            # a directory that is made for a placeholder is made for the application to write in (I100)
            if self.web_user not in (None, os.geteuid()) and made != self.links.layout.shared:
                acl.let_in(self.links.root, made, web_user=self.web_user or 0)

    def _merge_one(self, path: str, kind: str) -> None:
        here, there = self.release / path, self.links.layout.in_shared(path)
        shipped = digest_of(self.links.root, here) if kind == "file" else "link:" + (self.links.root.link(here) or "")
        found = self.links.root.kind(there)
        before = self.before.get(path)
        self.seeded.digests[path] = shipped
        main = belongs_to(self.links.root, here)
        if main and main.below(self.release) not in self.seeded.added:
            return  # rows that were shipped by mistake: beside a database that lives here they would be played into it
        if found is None:
            self._add(path, kind, known=before is not None)
        elif found != kind:
            self._keep(path, shipped, before)
        elif kind == "file" and digest_of(self.links.root, there) != shipped:
            self._update_or_keep(path, shipped, before)

    def _add(self, path: str, kind: str, *, known: bool) -> None:
        """New here: added. Shipped before and gone: somebody deleted it, and it stays deleted."""
        there = self.links.layout.in_shared(path)
        if known or self.links.root.obstacle(there.parent) is not None:
            return
        self._make_directories(there.parent)
        if kind == "link":
            make_link(self.links.root, there, self.links.root.link(self.release / path) or "")
        else:
            copy_file(self.links.root, self.release / path, there, mode=self._mode(path), keep_owner=False)
            self._give_to_owner(there)
        self.seeded.added.append(path)

    def _mode(self, path: str) -> int:
        """The mode of the source, never the sealed one: a seed is data from now on, as private as it was shipped."""
        status = self.links.root.lstat(self.release / path)
        mode = status.st_mode if status else 0o644
        return permissions(mode & EVERYBODY, executable=bool(mode & 0o100), writable=True)

    def _give_to_owner(self, there: RelPath) -> None:
        """Root's copy belongs to whoever owns the directory it lies in, as an upload would."""
        if os.geteuid() == 0:
            durable.give_like_parent(self.links.root, there)

    def _update_or_keep(self, path: str, shipped: str, before: Optional[str]) -> None:
        there = self.links.layout.in_shared(path)
        found = digest_of(self.links.root, there)
        own = is_environment(path)  # secrets and databases are the site's from its first day on (I35)
        if not own and (found == before or found in self.ours.get(path, ())) and not self._is_written(there):
            self._update(path, found)
        else:
            self._keep(path, shipped, before)

    def _is_written(self, there: RelPath) -> bool:
        """True for what is equal to what was shipped and yet in use: a file that a process holds open for writing, a
        database beside which anything stands, or that any process has open. In its place an update would lose what
        comes next (G1), or get rows of the old one played into it.
        """
        root = self.links.root
        if there in self._open_for_writing or not is_database(root, there):
            return there in self._open_for_writing
        return bool(companions(root, there) or holders(root, [there]))

    @cached_property
    def _open_for_writing(self) -> frozenset[str]:
        return written(self.links.root)

    def _update(self, path: str, before: str) -> None:
        """Changed by nobody here: the shipped version takes its place in one exchange.

        Looked at again afterwards: what somebody wrote in between is served, and the shipped
        one is kept aside.
        """
        there = self.links.layout.in_shared(path)
        waiting = waiting_place(self.links.root, f"seed-{self.operation.name}-{len(self.seeded.updated)}", there)
        facts = {"path": path, "source": there, "target": waiting}
        facts.update(shipped=self.seeded.digests[path], before=before)
        self.operation.move(what="seed-update", **facts)
        copy_file(self.links.root, self.release / path, waiting, mode=self._mode(path), keep_owner=False)
        durable.give_like(self.links.root, waiting, there)
        change_places(self.links.root, waiting, there)
        spot = put_away(self.links, self.operation, facts)
        if spot is None and _has(self.links, there, facts["shipped"]):
            self.seeded.updated.append(path)
        else:
            self.seeded.kept += [(path, spot)] if spot else []
            self._keep(path, "", before)

    def _keep(self, path: str, shipped: str, before: Optional[str]) -> None:
        """Changed here: what is here stays, the shipped version is put aside once and reported."""
        if shipped == before:
            return
        reason = "the release ships another version of a file that was changed here"
        spot = attic.keep_copy(
            self.links.root,
            self.release / path,
            path=path,
            operation=self.operation.name,
            reason=reason,
            at=self.operation.at,
            care=SEEDED,
        )
        self.seeded.kept.append((path, spot))

    def _make_way(self, here: RelPath, path: str) -> None:
        """The release's own copy goes to the trash: the source holds it, and what is served lies in `shared/`."""
        proof = Proof(path, "shipped by the source and merged into shared/")
        to_trash(self.links.root, here, named_for(self.links.root, f"{self.operation.name}-{SHIPPED}", path), proof)


RETIRED_SEED, SHIPPED = "seed-", "shipped"
"""What the trash calls a shipped version that was replaced, and what a release shipped at a shared path."""


def put_away(links: Links, operation: Operation, facts: Mapping[str, str]) -> Optional[RelPath]:
    """Nothing waits of the seed update of FACTS, which has changed places: what was shipped lies in the trash, what
    somebody wrote meanwhile is served. Returns where in the attic the elder of two versions lies, should both have
    been written.

    Written between the last look and the change of places, their version waits and the shipped one stands in its
    place: they change places again. What waits then is looked at as well: a shipped version may have been written to
    while it was served (G1).
    """
    there, waiting = RelPath(facts["source"]), RelPath(facts["target"])
    shipped = (facts["shipped"], facts["before"])
    written = digest_of(links.root, waiting) not in shipped or _has_rows(links, there, waiting)
    if written and _has(links, there, facts["shipped"]):
        change_places(links.root, waiting, there)
    found = digest_of(links.root, waiting)
    if found in shipped:
        retire_seed(links, operation, waiting, facts["path"], found)
        return None
    return keep_seed(links, operation, waiting, facts["path"])


def _has_rows(links: Links, there: RelPath, waiting: RelPath) -> bool:
    """The database that waits was opened before it gave way at THERE, and what it wrote next stands beside its name."""
    rows = any(holds_rows(links.root, path) for path in members(there)[1:])
    return rows and bool(holders(links.root, [waiting]))


def _has(links: Links, path: RelPath, digest: str) -> bool:
    return links.root.kind(path) == "file" and digest_of(links.root, path) == digest


def keep_seed(links: Links, operation: Operation, source: RelPath, path: str) -> RelPath:
    """What somebody made of a seed while it was updated, at SOURCE, lies in the attic; returns where."""
    reason = "written while its shipped version was updated"
    return attic.set_aside(links.root, source, path=path, operation=operation.name, reason=reason, at=operation.at)


def retire_seed(links: Links, operation: Operation, waiting: RelPath, path: str, digest: str) -> None:
    """The shipped version with DIGEST that gave way at PATH lies in the trash: somebody may have opened it for writing
    a moment ago, so it is looked at once more before it is deleted (G1).
    """
    proof = Proof(path, "a shipped version that a newer one replaced")
    to_trash(links.root, waiting, f"{operation.name}-{RETIRED_SEED}{digest}", proof, inner=path)


def shipped_seeds(links: Links, release: RelPath, paths: Iterable[str], known: Mapping[str, Entry]) -> dict[str, str]:
    """What RELEASE ships at the shared PATHS, by digest; KNOWN entries of files are not read again."""
    found: dict[str, str] = {}
    with links.root.looking():
        kinds = {top: links.root.kind(release / top) for top in paths}
    for top, kind in kinds.items():
        if kind == "file":
            found[top] = known[top].digest if top in known else digest_of(links.root, release / top)
        for below, inner, _ in walk(links.root, release / top) if kind == "dir" else ():
            path = f"{top}/{below}"
            if inner == "file":
                found[path] = known[path].digest if path in known else digest_of(links.root, release / path)
    return found
