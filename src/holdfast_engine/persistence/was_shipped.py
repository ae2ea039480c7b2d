"""What stands in a release that Holdfast did not deploy, against the versions that somebody says were shipped there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from typing import Any, NamedTuple, Optional

from holdfast_engine.data.baseline import entry_of, now_ns
from holdfast_engine.fs.content_ids import ContentIds, content_ids
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.listing import DIR, FILE, LINK
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath, above
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.versions import Version
from holdfast_engine.rules.shape_ignores import Ignores
from holdfast_engine.site.handle import Site
from holdfast_engine.site.survey import current_release

_REPOSITORIES = frozenset((".git", ".hg", ".svn"))
_LEAST = 5
"""One in so many of what a version ships is to stand where it was shipped."""


@dataclass(frozen=True)
class WasShipped:
    """What stands there, by path: EQUAL to what one of VERSIONS shipped, and EDITED, as the best of them ships it; of
    so many OTHERS none knows. ABSENT is shipped by the best and stands nowhere. DIRECTORIES are those that hold what
    was shipped. BEHIND are paths that stand in `shared/`, TAKEN is when it was looked at. DEEPER counts, for each
    directory at the top of a version, what it holds that stands here one directory higher.
    """

    versions: Sequence[Version] = ()
    equal: dict[str, Entry] = field(default_factory=dict)
    edited: dict[str, Entry] = field(default_factory=dict)
    others: int = 0
    absent: tuple[str, ...] = ()
    directories: dict[str, Entry] = field(default_factory=dict)
    behind: frozenset[str] = frozenset()
    taken: int = 0
    best: Optional[Version] = None
    deeper: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_unlike(self) -> bool:
        """True where less than half of what both hold is equal, or next to nothing of what the best ships stands here:
        that is another application, or another version.
        """
        equal, ships = len(self.equal), len(self.equal) + len(self.edited) + len(self.absent)
        return equal < len(self.edited) or equal * _LEAST < ships or not equal

    def entries(self) -> list[Entry]:
        """What was shipped and stands in the release itself, as its baseline has it, in order."""
        every = {**self.directories, **self.equal, **self.edited}
        return [every[path] for path in sorted(every) if path not in self.behind]

    def to_json(self) -> dict[str, Any]:
        return {
            "versions": [dict(one.told) for one in self.versions],
            "equal": len(self.equal),
            "differ": len(self.edited),
            "others": self.others,
            "absent": len(self.absent),
            "edited": sorted(self.edited),
        }


class _Standing(NamedTuple):
    """One name of a release: PATH in it, PLACE where it stands, which is BEHIND a link, below `shared/`, where it is
    shared.
    """

    path: str
    place: RelPath
    kind: str
    status: os.stat_result
    behind: bool = False

    def entry(self, digest: str) -> Entry:
        return entry_of(self.path, self.kind, self.status, digest)


def compare(site: Site, release: RelPath, versions: Sequence[Version], *, but: Collection[str] = ()) -> WasShipped:
    """What stands in RELEASE (the deploy root itself while nothing is adopted) against VERSIONS, BUT for names at its
    top that are none of the application's. Nothing is changed; what may not be read is among the others.
    """
    return _Comparing(site, tuple(versions), frozenset(but)).of(release)


@dataclass
class _Comparing:
    site: Site
    versions: tuple[Version, ...]
    but: frozenset[str] = frozenset()
    equal: dict[str, Entry] = field(default_factory=dict)
    differ: set[str] = field(default_factory=set)
    others: int = 0
    deeper: Counter[str] = field(default_factory=Counter)
    folders: dict[str, Entry] = field(default_factory=dict)
    behind: set[str] = field(default_factory=set)
    score: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.let_go = [Ignores(one.listing) for one in self.versions]
        self.tops = dict(_one_down(self.versions))

    def of(self, release: RelPath) -> WasShipped:
        taken = now_ns()
        with self.site.root.looking():
            for one in _standing(self.site, release):
                if RelPath(one.path).parts[0] not in self.but:
                    self._judge(one)
        best = max(range(len(self.versions)), key=lambda number: self.score[number])
        return self._ended(self.versions[best], taken)

    def _ended(self, best: Version, taken: int) -> WasShipped:
        edited = {path: entry for path in self.differ for entry in (self._as_shipped(best, path),) if entry}
        known = self.equal.keys() | edited.keys()
        shipping = above(known) | {path for path in self.folders if best.listing.kind(path) == DIR}
        ships = (path for path, one in best.listing.entries.items() if one.kind in (FILE, LINK))
        return WasShipped(
            versions=self.versions,
            equal=self.equal,
            edited=edited,
            others=self.others + len(self.differ - edited.keys()),
            absent=tuple(sorted(path for path in ships if not (path in self.equal or path in self.differ))),
            directories={path: one for path, one in self.folders.items() if path in shipping},
            behind=frozenset(self.behind),
            taken=taken,
            best=best,
            deeper=self.deeper,
        )

    def _judge(self, one: _Standing) -> None:
        if one.behind:
            self.behind.add(one.path)
        if one.kind == DIR:
            self.folders[one.path] = one.entry("")
        elif one.kind == LINK:
            self._judge_link(one)
        elif one.kind == FILE:
            self._judge_file(one)

    def _judge_link(self, one: _Standing) -> None:
        text = self.site.root.link(one.place) or ""
        if any(version.listing.link(one.path) == text for version in self.versions):
            self.equal[one.path] = one.entry(text)
        else:
            self._judge_unequal(one.path)

    def _judge_file(self, one: _Standing) -> None:
        asked = [n for n, version in enumerate(self.versions) if self._may_be_of(n, version, one)]
        content = self._content(one.place) if asked else None
        equal = [n for n in asked if content and self.versions[n].shipped(one.path, content)]
        if content is None or not equal:
            self._judge_unequal(one.path)
            return
        self.equal[one.path] = one.entry(content.digest)
        for number in equal:
            self.score[number] += self.versions[number].ships(one.path, content)

    def _may_be_of(self, number: int, version: Version, one: _Standing) -> bool:
        """What the source has stopped shipping and ignores since is the server's own from then on (data.md)."""
        if not version.may_hold(one.path, one.status.st_size):
            return False
        return version.listing.has(one.path) or not self.let_go[number].ignored(one.path)

    def _judge_unequal(self, path: str) -> None:
        if any(version.listing.kind(path) in (FILE, LINK) for version in self.versions):
            self.differ.add(path)
        else:
            self.others += 1
        if path in self.tops:
            self.deeper[self.tops[path]] += 1

    def _as_shipped(self, best: Version, path: str) -> Optional[Entry]:
        every = (best, *self.versions)
        return next((entry for one in every for entry in (one.entry(path),) if entry is not None), None)

    def _content(self, place: RelPath) -> Optional[ContentIds]:
        with suppress(PermissionError, FileNotFoundError):
            return content_ids(self.site.root, place)
        return None


def _one_down(versions: Sequence[Version]) -> Iterator[tuple[str, str]]:
    """What each version holds, by its path without the directory at the top, with that directory."""
    for version in versions:
        for path, one in version.listing.entries.items():
            top, _, inner = path.partition("/")
            if inner and one.kind in (FILE, LINK):
                yield inner, top


def live_place(root: Root) -> RelPath:
    """Where what is live stands, in a site and in what is to be one: a release, a real `current`, else the top."""
    found = current_release(root)
    beside = Layout.current if root.kind(Layout.current) == DIR else RelPath("")
    return beside if found is None else found


def _standing(site: Site, release: RelPath) -> Iterator[_Standing]:
    """Every name of RELEASE, what its links of ours lead to included; no repository, and nothing of our own."""
    for path, kind, status in walk(site.root, release, unreadable=[], descend=lambda path: _is_its_own(release, path)):
        if not _is_its_own(release, path):
            continue
        if kind == LINK and release and site.links.is_linked(release, path):
            yield from _behind(site, path)
        else:
            yield _Standing(path, release / path, kind, status)


def is_in_repository(path: str) -> bool:
    """True for a repository that somebody left there, and all that is in it."""
    return not _REPOSITORIES.isdisjoint(path.split("/"))


def _is_its_own(release: RelPath, path: str) -> bool:
    return not (is_in_repository(path) or (not release and RelPath(path).parts[0] in OURS))


def _behind(site: Site, path: str) -> Iterator[_Standing]:
    there = site.links.layout.in_shared(path)
    status, kind = site.root.lstat(there), site.root.kind(there)
    if status is None or kind is None:
        return
    yield _Standing(path, there, kind, status, behind=True)
    for inner, below, one in walk(site.root, there, unreadable=[]) if kind == DIR else ():
        yield _Standing(f"{path}/{inner}", there / inner, below, one, behind=True)
