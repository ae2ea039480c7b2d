"""Carrying: what appeared beside code stands in the next release as well, at the same path, under a second name.

One file under two names is one file: owner, mode, ACLs, open writers and content stay as they are, and nothing of it is
ever sealed, written or cut off by us (G1, G10). Only names are made and taken away, and each is taken away only while
its content stands elsewhere too, or by a move into the attic.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any, Optional
from zlib import crc32

from holdfast_engine.data.baseline import is_still
from holdfast_engine.data.foreign_links import without_release
from holdfast_engine.data.mended_links import mend
from holdfast_engine.fs import attic
from holdfast_engine.fs.copy import same_file
from holdfast_engine.fs.discard import Proof, drop_copied, drop_empty, named_for, to_trash
from holdfast_engine.fs.place import drop_own_link, drop_second_name, settle_places
from holdfast_engine.fs.probe import is_immutable, waiting_place
from holdfast_engine.fs.root import Root, kind_of
from holdfast_engine.fs.second_names import (
    REFUSED,
    as_it_stands,
    give_copy,
    give_names,
    make_alike,
    make_directories,
    stand_in,
)
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model import reasons
from holdfast_engine.model.carried import Base, Carried
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath, above
from holdfast_engine.model.rules import CARRIED
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.links import Links, opened


@dataclass
class Told:
    """What carrying did: (path, place, reason) of what went to the attic; what is a copy, and why no second name could
    be given; what was taken away because it was deleted where it came from.
    """

    displaced: list[tuple[str, str, str]] = field(default_factory=list)
    copied: dict[str, str] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Carrying:
    """From the release LEFT into the release INTO, under one journal. Each act is idempotent: after a crash it goes on
    from what it finds. Names are on disk after the next `durable.sync_file_system`.
    """

    links: Links
    operation: Operation
    left: RelPath
    into: RelPath
    told: Told
    why: str = reasons.OVERTAKEN
    """Why what stood in INTO gave way."""
    written: Mapping[str, Entry] = field(default_factory=dict)
    """What this operation itself wrote into INTO, which nobody was shown: its content is the source's."""

    @property
    def root(self) -> Root:
        return self.links.root

    def bring(self, found: Base) -> dict[str, Carried]:
        """Each of FOUND, which stands in LEFT, stands in INTO as well; returns the base: how each stands there.

        What stood there gives way in one step, and is kept where nothing else has it. What may have no second name is
        copied; what vanished meanwhile is in no base. A directory that INTO lacked is carried with what is in it:
        nobody ships it there, and it is no place that an author made for data.
        """
        base = dict(found)
        with opened(self.root, self._sealed(found)):
            made = make_directories(self.root, self.into, self._directories(found))
            refused = list(give_names(self.root, self.left, self.into, _files(found)))
            for path, error in self._given_instead(refused):
                try:
                    if self._found_another_way(path, error):
                        base[path] = self._as_copied(path, base[path])
                except FileNotFoundError:  # the application renamed or deleted it: the next look finds what is there
                    del base[path]
            make_alike(self.root, self.left, self.into, reversed(made))
            base.update(self._made(path for path in made if path not in base))
        return base

    def _made(self, directories: Iterable[RelPath]) -> Iterator[tuple[RelPath, Carried]]:
        """DIRECTORIES, which were made in INTO, as they stand there."""
        for path in directories:
            status = self.root.lstat(self.into / path)
            if status is not None:
                yield path, as_it_stands(DIR, status)

    def _given_instead(self, refused: list[tuple[RelPath, OSError]]) -> list[tuple[RelPath, OSError]]:
        """REFUSED, but for what could take the place of a file that was only just written there, and whose content the
        attic keeps: none of that is lost when it goes.
        """
        mine = {path: self.written[path] for path, error in refused if self._is_just_written(path, error)}
        if not mine:
            return refused
        contents = {str(path): (entry.digest, entry.size) for path, entry in mine.items()}
        about = {"operation": self.operation.name, "reason": self.why, "at": self.operation.at, "care": CARRIED}
        kept = attic.Shelves(self.root).keep(contents, **about)
        again = give_names(self.root, self.left, self.into, kept, instead=True)
        return [(path, error) for path, error in refused if path not in kept] + list(again)

    def _is_just_written(self, path: RelPath, error: OSError) -> bool:
        entry, status = self.written.get(path), None
        if error.errno == errno.EEXIST and entry is not None:
            status = self.root.lstat(self.into / path)
        if status is None or entry is None or kind_of(status) != FILE or status.st_nlink > 1:
            return False
        return is_still(entry, status)

    def let_in(self, found: Base) -> None:
        """The directories of FOUND let into INTO whom they let into LEFT, also those that stood there before as parents
        of links (G10). For what nobody was shown yet; what the application made itself is its own already.
        """
        with opened(self.root, self._sealed(found)):
            every = sorted((RelPath(path) for path, one in found.items() if one.kind == DIR), reverse=True)
            make_alike(self.root, self.left, self.into, [path for path in every if self._is_our_directory(path)])

    def _is_our_directory(self, path: RelPath) -> bool:
        status, us = self.root.lstat(self.into / path), os.geteuid()
        return status is not None and kind_of(status) == DIR and us in (0, status.st_uid)

    def relative(self, found: Base) -> dict[str, Carried]:
        """FOUND, where no link in LEFT names the site by its absolute path any more: each that did leads where it led,
        mended by one rename (G3).
        """
        named = [RelPath(path) for path, one in found.items() if one.kind == LINK]
        return {**found, **{path: one for path in named for one in self._mended(path)}}

    def _mended(self, path: RelPath) -> Iterator[Carried]:
        here, text = self.left / path, self.root.link(self.left / path) or ""
        own = without_release(self.links, self.left, text, path)
        if own == text:
            return
        with opened(self.root, [here.parent]):
            mend(self.links, self.operation, here, path, own)
        status = self.root.lstat(here)
        if status is not None:
            yield as_it_stands(LINK, status)

    def _sealed(self, paths: Iterable[str]) -> list[RelPath]:
        """The directories of INTO in which names are made or taken away for PATHS; a sealed release has them shut."""
        return [self.into, *sorted(self.into / step for step in above(paths))]

    def _directories(self, found: Base) -> list[RelPath]:
        """Those of FOUND and above its files that INTO lacks, parents first; a link of ours there gives way, and a file
        that an application has replaced by a directory since, which is kept where nothing else has it.
        """
        every = {RelPath(path) for path, one in found.items() if one.kind == DIR}
        every.update(above(found))
        for path in sorted(every):
            if self.root.link(self.into / path) == self.links.text(self.into, path):
                drop_own_link(self.root, self.into / path)
            elif self.root.kind(self.into / path) in (FILE, LINK):
                self.put_away(self.into / path, path, self.why)
        return sorted(every)

    def _found_another_way(self, path: RelPath, error: OSError) -> bool:
        """PATH of LEFT stands in INTO all the same; True where that is a copy."""
        if error.errno == errno.EEXIST:
            return self._take_the_place(path)
        if error.errno not in REFUSED:
            raise error
        give_copy(self.root, self.left / path, self.into / path)
        frozen = error.errno == errno.EPERM and is_immutable(self.root, self.left / path)
        self.told.copied[path] = "it is immutable; the copy is not" if frozen else os.strerror(error.errno)
        return True

    def _as_copied(self, path: RelPath, one: Carried) -> Carried:
        status = self.root.lstat(self.into / path)
        return one._replace(inode=status.st_ino) if status else one

    def _take_the_place(self, path: RelPath) -> bool:
        """PATH of LEFT is served in INTO, and what stood there is kept, with no moment without either (G3)."""
        here, there = self.left / path, self.into / path
        if self._is_one(here, there):
            return False
        waiting = waiting_place(self.root, f"carried-{self.operation.name}-{_number(path)}", there)
        facts = {"source": here, "target": there, "waiting": waiting, "left": self.left, "release": self.into}
        self.operation.move(what="stand-in", path=path, **facts)
        try:
            stand_in(self.root, here, there, waiting=waiting)
        except OSError as error:
            if error.errno not in REFUSED or not same_file(self.root, here, there):
                raise
            drop_copied(self.root, waiting, here)  # what stands there may not be moved, and holds the same
            return True
        self.put_away(waiting, path, self.why)
        return not self._is_one(here, there)

    def _is_one(self, here: RelPath, there: RelPath) -> bool:
        one, two = self.root.lstat(here), self.root.lstat(there)
        return bool(one and two and os.path.samestat(one, two))

    def put_away(self, place: RelPath, path: RelPath, reason: str) -> None:
        """Nothing stands at PLACE any more. It was a link of ours, or one name of what has another; else it lies in the
        attic, which keeps each content once.
        """
        root, operation = self.root, self.operation
        home = self.links.layout.in_shared(path)  # where it came while its directory became shared
        others = (Layout.second_names / path, self.left / path, self.into / path, home)
        if any(other != place and drop_second_name(root, place, other) for other in others):
            return
        if root.link(place) == self.links.text(self.into, path):
            drop_own_link(root, place)
            return
        if any(other != place and drop_copied(root, place, other) for other in (self.into / path, home)):
            return  # equal to what is served at its path
        name, at = operation.name, operation.at
        about: dict[str, Any] = {"path": path, "operation": name, "reason": reason, "at": at, "care": CARRIED}
        if attic.keeps(root, place, **about):
            name = named_for(root, f"{operation.name}-carried", path)
            to_trash(root, place, name, Proof(path, "the attic holds its content"))
        else:
            spot = attic.set_aside(root, place, **about)
            self.told.displaced.append((path, spot, reason))

    def settle(self, facts: dict[str, Any]) -> None:
        """A crash came while something took a place: it has taken it or has not, and nothing waits."""
        waiting, path = RelPath(facts["waiting"]), RelPath(facts["path"])
        settle_places(self.root, waiting, facts["target"])
        if self.root.has(waiting):
            self.put_away(waiting, path, reasons.OVERTAKEN)

    def follow(self, base: Base, now: Base, gone: Iterable[str]) -> dict[str, Carried]:
        """What came to LEFT since BASE, and is there NOW or GONE, is so in INTO. What was made or replaced there is
        served here too; of what changed on both sides the newer one is, and the other lies in the attic. What was
        deleted there, and is here as it was carried, is gone here. Returns the base that is true then.
        """
        came = {path: one for path, one in now.items() if path not in base or not base[path].was_left_as(one)}
        for path in [path for path in came if self._is_newer_here(path, base)]:
            self._keep_elder(RelPath(path))
            del came[path]
        taken = set(self.take_away(base, gone))
        return {**{path: one for path, one in base.items() if path not in taken}, **self.bring(came)}

    def _is_newer_here(self, path: str, base: Base) -> bool:
        """True for what was changed in INTO as well, and later than in LEFT; no file is newer than a directory."""
        here, there = self.root.lstat(self.left / path), self.root.lstat(self.into / path)
        if here is None or there is None or kind_of(there) == DIR:
            return there is not None and here is not None and kind_of(here) != DIR
        mine = path in base and base[path].inode == there.st_ino
        return not mine and there.st_ino != here.st_ino and there.st_mtime_ns > here.st_mtime_ns

    def _keep_elder(self, path: RelPath) -> None:
        operation, here = self.operation, self.left / path
        spot = attic.keep_copy(
            self.root,
            here,
            path=path,
            operation=operation.name,
            reason=reasons.OVERTAKEN,
            at=operation.at,
            care=CARRIED,
        )
        self.told.displaced.append((path, spot, reasons.OVERTAKEN))

    def take_away(self, base: Base, gone: Iterable[str]) -> list[RelPath]:
        """Those of GONE that INTO has as BASE says are not there any more; returns them. A directory goes when nothing
        is left in it.
        """
        paths = sorted(map(RelPath, gone), reverse=True)
        with opened(self.root, self._sealed(paths)):
            taken = [path for path in paths if self._is_taken_away(path, base[path])]
        self.told.deleted.extend(taken)
        return taken

    def _is_taken_away(self, path: RelPath, one: Carried) -> bool:
        if one.kind == DIR:
            return drop_empty(self.root, self.into / path)
        if not self._stands_as(self.into / path, one):
            return False
        self.put_away(self.into / path, path, reasons.DELETED)
        return True

    def _stands_as(self, there: RelPath, one: Carried) -> bool:
        status: Optional[os.stat_result] = self.root.lstat(there)
        return status is not None and one.is_still(as_it_stands(kind_of(status), status))


def _files(found: Base) -> list[str]:
    return [path for path, one in found.items() if one.kind != DIR]


def _number(path: str) -> str:
    return f"{crc32(os.fsencode(path)):08x}"
