"""Looking for strays: what stands in a release that its baseline does not explain (G2)."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Optional

from holdfast_engine.data.adopt_renames import goes_with_renamed, renamed_from
from holdfast_engine.data.baseline import Baseline, own_text
from holdfast_engine.data.links import Bench
from holdfast_engine.data.shape_patterns import is_environment
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.sets import holds_rows, is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE, LINK, OTHER, Listing
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.sets import COMPANIONS, main_of

Ruler = Callable[[str, str], tuple[str, str]]
"""Care and target of a stray from its path and kind (rule 5)."""


def stamp_of(kind: str, status: os.stat_result) -> tuple[int, int, int, int]:
    """Size (of files), times and inode, as a baseline keeps them."""
    return (status.st_size if kind == FILE else 0, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


Directory = tuple[int, int, int]
"""A directory's times (nanoseconds) and inode: no name in it can come or go without changing them."""


def _nowhere(_path: str) -> bool:
    return False


@dataclass
class Found:
    """What a sweep found, by path relative to the release.

    HOMELESS: to be adopted, each at the path that becomes shared, with its reason. DISPLACED:
    content that gives way to what the next release ships, kept in the attic. SPARED: output of
    builds and the like that nobody ships, kept in the attic as well. PENDING: in output that is still to be built, and
    one of these once it is. ODD: FIFOs and the like.
    DIRECTORIES: times and inode of each one, as they were before it was looked into.
    RENAMED: those of HOMELESS that are links of ours under a new name, with the old one.
    """

    homeless: dict[str, str] = field(default_factory=dict)
    displaced: dict[str, str] = field(default_factory=dict)
    spared: dict[str, str] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    directories: dict[str, Directory] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.homeless or self.displaced or self.spared)

    def wait(self, is_pending: Callable[[str], bool]) -> None:
        """What lies where IS_PENDING waits until the build has made what it makes, and is decided on then."""
        for group in (self.homeless, self.displaced, self.spared):
            self.pending.update((path, group.pop(path)) for path in [path for path in group if is_pending(path)])

    def count(self) -> int:
        return len(self.homeless) + len(self.displaced) + len(self.spared)


@dataclass(frozen=True)
class Sweep:
    """One look through RELEASE, which is never changed by it.

    BASELINE is what it shipped (None: nothing is known, everything unexplained counts).
    NEXT_LISTING is what will be served at its paths from now on: the incoming release, or the
    active one. SHARED are the paths that are linked there, with their kinds; RULER decides about strays. UNSHARED
    says what a person named as code or output, RETIRED that nobody is shown this release. HAPPENED are those of SHARED
    that no rule names: they are shared because something lies there. LINKS are the framework's own. LEADS_TO_DATA says
    of build output that data has a place of its own in it. LINKED are paths that were links of ours in RELEASE.
    """

    bench: Bench
    release: RelPath
    baseline: Baseline
    next_listing: Listing
    shared: Mapping[str, str]
    ruler: Ruler
    is_cache: Callable[[str], bool]
    deep: bool = False
    unshared: Callable[[str], bool] = _nowhere
    retired: bool = False
    happened: Collection[str] = frozenset()
    links: Mapping[str, str] = field(default_factory=dict)
    leads_to_data: Callable[[str], bool] = _nowhere
    linked: Collection[str] = frozenset()

    def look(self) -> Found:
        """Walk the release once. Links of ours are explained; nothing is read through a link."""
        found, top = Found(), self.bench.root.lstat(self.release)
        if top is not None:
            found.directories[""] = (top.st_mtime_ns, top.st_ctime_ns, top.st_ino)
        for path, kind, status in walk(
            self.bench.root, self.release, descend=self._descends, unreadable=found.unreadable
        ):
            if kind == DIR:
                found.directories[path] = (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            try:
                self._judge(found, path, kind, stamp_of(kind, status))
            except PermissionError:  # the application made a file of its own there, for itself alone
                found.unreadable.append(path)
        found.homeless = {path: found.homeless[path] for path in outermost(found.homeless)}
        return found

    def _descends(self, path: str) -> bool:
        """Into what the baseline or the next release has as a directory with something in it, and into output with data
        in it; any other stray is one whole.
        """
        if path in self._above_shared:
            return True
        if self.is_cache(path) or (path in self.shared and not self._is_taken_apart(path)):
            return False
        return self.baseline.get(path) is not None or self._ships_below(path) or self.leads_to_data(path)

    @cached_property
    def _above_shared(self) -> frozenset[str]:
        """Directories with a shared path below them: data may lie in the middle of a cache."""
        return frozenset(above for path in self.shared for above in RelPath(path).ancestors())

    def _ships_below(self, path: str) -> bool:
        return self.next_listing.kind(path) == DIR and bool(self.next_listing.children.get(path))

    def _judge(self, found: Found, path: str, kind: str, stamp: tuple[int, int, int, int]) -> None:
        before = self.baseline.get(path)
        if kind == FILE and path.endswith(COMPANIONS) and self._judge_companion(found, path):
            return
        if kind in (LINK, FILE, DIR) and path in self.shared:
            if not (kind == DIR and self._is_taken_apart(path)):
                self._judge_shared(found, path, kind)
        elif self._is_as_before(before, path, kind, stamp):
            return
        elif any(above in self.shared for above in RelPath(path).ancestors()):
            self._judge_part(found, path, kind)
        elif before is None:
            self._judge_added(found, path, kind)
        else:
            self._judge_changed(found, path, kind)

    def _judge_shared(self, found: Found, path: str, kind: str) -> None:
        """A shared path that is no link of ours was detached (`sed -i`, an atomic save) or never linked (I33).

        What was shipped there and never touched is a retired release's own; so it is in the live one where the path is
        shared for what lies there alone, or data of another kind is to come.
        """
        own = self.retired or path in self.happened or {kind, self.shared[path]} == {FILE, DIR}
        own = own and self._is_as_shipped(path)
        if own or self.bench.is_linked(self.release, path):
            return
        if kind != LINK or not self._judge_renamed(found, path):
            found.homeless[path] = "stands where the link to shared/ belongs"

    def _is_taken_apart(self, path: str) -> bool:
        """True for a directory that is to be shared and in which RELEASE shipped something: only what came to it is
        data, never the code (what is a seed from now on, the next release brings by itself).
        """
        return bool(self.baseline.listing().children.get(path))

    def _judge_part(self, found: Found, path: str, kind: str) -> None:
        """What came to such a directory, or was changed in it, comes home to its own path."""
        if kind == OTHER:
            found.odd.append(path)
        elif kind == LINK and (self._is_explained_link(path) or self._judge_renamed(found, path)):
            return
        elif not (kind == DIR and self._descends(path)):
            found.homeless[path] = "came to, or was changed in, a directory that is shared"

    def _is_as_shipped(self, path: str) -> bool:
        """True when everything at and below PATH is what the release shipped there, and nothing came to it."""
        status = self.bench.root.lstat(self.release / path)
        unseen: list[str] = []
        found = walk(self.bench.root, self.release / path, unreadable=unseen)
        below = ((f"{path}/{inner}", kind, one) for inner, kind, one in found)
        whole = all(
            self._is_in_baseline(here, kind, one)
            for here, kind, one in (*([(path, kind_of(status), status)] if status else []), *below)
        )
        return whole and not unseen

    def _is_in_baseline(self, path: str, kind: str, status: os.stat_result) -> bool:
        before = self.baseline.get(path)
        if before is None:
            return kind == LINK and self._is_explained_link(path)
        return self._unchanged(before, path, kind, stamp_of(kind, status))

    def _judge_added(self, found: Found, path: str, kind: str) -> None:
        if kind == LINK and (self._is_explained_link(path) or self._judge_renamed(found, path)):
            return
        if kind == OTHER:
            found.odd.append(path)
        elif kind == DIR and (self._ships_below(path) or self.leads_to_data(path)):
            return
        elif self.next_listing.kind(path) in (FILE, LINK) or (kind != DIR and self._ships_below(path)):
            self._judge_rival(found, path, kind, "appeared here, and the next release ships this path")
        else:
            self._place(found, path, kind, "appeared in the release")

    def _is_explained_link(self, path: str) -> bool:
        """Our own link into `shared/`, wherever adoption left one, or the framework's, which we make as well."""
        text = self.bench.root.link(self.release / path)
        return text is not None and text in (self.bench.text(self.release, path), own_text(self.links, path))

    def _judge_changed(self, found: Found, path: str, kind: str) -> None:
        if kind == LINK and self._is_explained_link(path):
            return
        if kind == DIR:
            return
        if self._is_database(path):
            found.homeless[path] = "a database that the release ships and the application writes"
        elif self.next_listing.has(path):
            self._judge_rival(found, path, kind, "changed on the server, and the next release ships this path")
        else:
            self._place(found, path, kind, "changed on the server")

    def _judge_rival(self, found: Found, path: str, kind: str, reason: str) -> None:
        if kind == FILE and self._is_database(path):
            found.homeless[path] = "a database that the application writes"
        elif kind == FILE and is_environment(path) and not self.unshared(path):
            found.homeless[path] = "an environment that somebody wrote on the server"
        else:
            found.displaced[path] = reason

    def _place(self, found: Found, path: str, kind: str, reason: str) -> None:
        """What nobody ships from now on goes on being seen (G2); only what a rule or a person says is none of data is
        spared, and every byte of that is kept (G6).
        """
        care, target = self.ruler(path, kind)
        if care == "shared":
            found.homeless[target] = reason
        elif care == "code" and not self.unshared(path):
            self._place_former_code(found, path, reason)
        elif kind == LINK and care == "artifact" and self._leads_outside(path):
            found.homeless[path] = f"{reason}, and leads out of the site"
        elif kind == FILE and not self.unshared(path) and self._is_database(path):
            found.homeless[path] = f"{reason}, a database among what is built"
        elif care == "cache":
            # a cache to the next framework alone: to the one that wrote it, it was data like any other
            found.homeless[path] = reason
        elif kind != DIR or path not in self._above_shared:  # around shared data each name is judged by itself
            words = "among build output" if care == "artifact" else f"where the rules say {care}"
            found.spared[path] = f"{reason}, {words}"

    def _place_former_code(self, found: Found, path: str, reason: str) -> None:
        """The left release shipped a file here or above and it was written to: the next ships it, or nobody does."""
        if any(self.next_listing.kind(here) in (FILE, LINK) for here in (*RelPath(path).ancestors(), path)):
            found.displaced[path] = f"{reason}, and the next release ships a file at or above this path"
        else:
            found.homeless[path] = reason

    def _leads_outside(self, path: str) -> bool:
        """True for a link that somebody set to a place of their own, another disk; resolved by names, not entered."""
        root = self.bench.root
        end = os.path.realpath(root.absolute(self.release / path))
        return root.leads_somewhere(self.release / path) and not end.startswith(os.path.realpath(root.path) + "/")

    def _judge_companion(self, found: Found, path: str) -> bool:
        """True for what stands beside a database and belongs to it (I91): it goes where that goes, and speaks for
        itself only where the database does not: while its main file is as it was shipped, and where the two were
        parted. What holds no rows says nothing.
        """
        main, root = main_of(path), self.bench.root
        if not main or self.unshared(main):
            return False
        rows = holds_rows(root, self.release / path)
        if self._is_database(main):
            if rows and self.baseline.get(main) is not None and not self.is_cache(main):
                found.homeless[main] = "a database that the application writes"
            return True
        there = self.bench.layout.in_shared(main)
        if root.kind(there) != FILE or not is_database(root, there):
            return False
        if rows:
            found.homeless[path] = f"holds rows of the database {main}, which is shared without it"
        return True

    def _judge_renamed(self, found: Found, path: str) -> bool:
        """True for a link of ours under a name that the application gave it: what it leads to has that name now."""
        if self.retired or self.next_listing.has(path) or self.unshared(path) or self.is_cache(path):
            return False
        if goes_with_renamed(self.bench, self.release, path):
            return True
        old = renamed_from(self.bench, self.release, path)
        if old not in self.linked or main_of(old) in self.linked:
            return False
        found.homeless[path], found.renamed[path] = f"was `{old}`, and is renamed", old
        return True

    def _is_database(self, path: str) -> bool:
        """By its first bytes, not by its name (I69)."""
        return self.bench.root.kind(self.release / path) == FILE and is_database(self.bench.root, self.release / path)

    def _is_as_before(self, before: Optional[Entry], path: str, kind: str, stamp: tuple[int, int, int, int]) -> bool:
        """True for a cache, and for what nobody touched since it was shipped. Stamps come first: most is proven so."""
        if self._is_proven(before, kind, stamp) or self.is_cache(path):
            return True
        return before is not None and self._unchanged(before, path, kind, stamp)

    def _is_proven(self, before: Optional[Entry], kind: str, stamp: tuple[int, int, int, int]) -> bool:
        """True where the stamp alone says that nobody touched it since it was shipped."""
        if before is None or self.deep or before.kind != kind:
            return False
        return kind == DIR or self.baseline.proves(before, stamp)

    def _unchanged(self, before: Entry, path: str, kind: str, stamp: tuple[int, int, int, int]) -> bool:
        if before.kind != kind:
            return False
        if kind == DIR or self._is_proven(before, kind, stamp):
            return True
        if kind == LINK:
            return self.bench.root.link(self.release / path) == before.digest
        return kind == FILE and stamp[0] == before.size and self._digest(path) == before.digest

    def _digest(self, path: str) -> Optional[str]:
        try:
            return digest_of(self.bench.root, self.release / path)
        except FileNotFoundError:
            return None
