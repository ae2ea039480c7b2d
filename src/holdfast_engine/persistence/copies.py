"""Where copies of missing data lie: looked for in everything below the deploy root, and nothing is changed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any, Optional

from holdfast_engine.fs.discard import stood_at
from holdfast_engine.fs.walk import size_of, walk
from holdfast_engine.model.layout import OURS, Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.memory import SOME, Missing, is_data
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence import census
from holdfast_engine.persistence.attic_entries import entries
from holdfast_engine.site.handle import Site

RENAMED, BESIDE, AS_MANY = "renamed", "beside", "as-many"
ATTIC, RELEASE, SECOND_NAME, TRASH = "attic", "release", "second-name", "trash"
WORDS = {
    RENAMED: "the same directory under another name",
    BESIDE: "a name like it, beside it",
    AS_MANY: "as many files as there were",
    ATTIC: "put aside by Holdfast",
    RELEASE: "in a release, in the place of the link",
    SECOND_NAME: "another link to a file beside the code",
    TRASH: "in the trash, until a later clean-up",
}
"""How a copy is known, in words."""
_DEEP, _MOST = 4, 8
_NO_LETTER = r"[^A-Za-z0-9]"
_ASIDE = r"(?:old|bak|back|backup|copy|orig|original|save|saved|prev|previous|before|tmp|was|no|x|_)"


@dataclass(frozen=True)
class Copy:
    """What may be a copy of the data at PATH: it lies at PLACE, is known by HOW, and holds so many FILES. OPERATION is
    the one that put it into the attic.
    """

    path: str
    place: RelPath
    how: str
    files: int
    size: int
    operation: str = ""

    def to_json(self) -> dict[str, Any]:
        known = {"where": str(self.place), "how": self.how, "what": WORDS[self.how]}
        return {**known, "path": self.path, "files": self.files, "bytes": self.size}


@dataclass(frozen=True)
class Wanted:
    """What is looked for: MISSING data, and the INODES that its directories had when they were counted."""

    missing: Missing
    inodes: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        return self.missing.path.rpartition("/")[2]


@dataclass
class _Search:
    """One look through a site for what is WANTED."""

    site: Site
    wanted: list[Wanted]
    found: dict[str, dict[RelPath, Copy]] = field(default_factory=dict)

    def add(self, path: str, place: RelPath, how: str, *, at: str = "", operation: str = "") -> None:
        """PLACE is a copy of PATH, where it holds anything; the first reason for which it is one is kept."""
        files, size = _held(self.site, place)
        if files:
            copies = self.found.setdefault(path, {})
            copies.setdefault(place, Copy(at or path, place, how, files, size, operation))


def _held(site: Site, place: RelPath) -> tuple[int, int]:
    """How many users' files lie at or below PLACE, and their bytes: placeholders and empty files are none."""
    kind = site.root.kind(place)
    if kind == FILE:
        return (1, size) if (size := size_of(site.root, place)[1]) else (0, 0)
    inside = walk(site.root, place, unreadable=[]) if kind == DIR else ()
    sizes = [found.st_size for path, kind, found in inside if kind == FILE and is_data(RelPath(path).name)]
    return sum(map(bool, sizes)), sum(sizes)


def copies_of(site: Site, gone: Iterable[Missing]) -> dict[str, list[Copy]]:
    """The copies of each path of what is GONE, those that are surest first; what may not be read is passed over."""
    wanted = [Wanted(one, _inodes_then(site, one.path)) for one in gone]
    if not wanted:
        return {}
    search = _Search(site, wanted)
    for look in (_in_shared, _beside_the_site, _in_releases, _in_attic, _in_second_names, _in_trash):
        look(search)
    return {one.missing.path: _surest(search, one) for one in wanted}


def _surest(search: _Search, one: Wanted) -> list[Copy]:
    """Those that are the very directory, then those that hold the most; none that lies in another one."""
    every = search.found.get(one.missing.path, {})
    tops = [copy for place, copy in every.items() if not _is_in_another(place, copy, every)]
    return sorted(tops, key=lambda copy: (copy.how != RENAMED, -copy.files, copy.place))[:_MOST]


def _is_in_another(place: RelPath, copy: Copy, every: dict[RelPath, Copy]) -> bool:
    return any(place != other and place.is_within(other) and kept.how == copy.how for other, kept in every.items())


def _inodes_then(site: Site, path: str) -> frozenset[int]:
    """The inode of the directory or file at PATH, and of the directories below it, as they were counted last."""
    row = site.survey.site.identity.get(path)
    top = {row[0]} if row and isinstance(row[0], int) else set[int]()
    return frozenset(top | census.inodes_then(site, path))


def _in_shared(search: _Search) -> None:
    """Directories of `shared/` that have a known inode under another name, or a name like that of what is missing."""
    site, layout = search.site, search.site.links.layout
    for directory, row in census.count(site).items():
        place = layout.in_shared(directory) if directory else layout.shared
        _judge(search, place, row.inode)
    for one in search.wanted:
        parent = layout.in_shared(RelPath(one.missing.path).parent) if one.missing.path else layout.shared
        _judge_files(search, one, parent)


def _judge_files(search: _Search, one: Wanted, parent: RelPath) -> None:
    """Single files beside what is missing, as `db.sqlite.bak`."""
    for name, kind in _kinds(search.site, parent).items():
        if kind == FILE and is_like(name, one.name):
            search.add(one.missing.path, parent / name, BESIDE)


def _kinds(site: Site, path: RelPath) -> dict[str, str]:
    try:
        return site.root.kinds(path) if site.root.kind(path) == DIR else {}
    except OSError:
        return {}


def _judge(search: _Search, place: RelPath, inode: int) -> None:
    """What the directory at PLACE is a copy of: by its INODE, by its name, or by as many files as are missing."""
    layout, known = search.site.links.layout, search.site.survey.site.identity
    for one in search.wanted:
        home = layout.in_shared(one.missing.path)
        if place.is_within(home) or home.is_within(place):
            continue
        if inode in one.inodes and _is_that(search, one, place, inode):
            search.add(one.missing.path, place, RENAMED, at=_path_then(search.site, one, inode))
        elif place.parent in (home.parent, layout.shared, RelPath("")) and place.below(layout.shared) not in known:
            _judge_name(search, one, place)


def _judge_name(search: _Search, one: Wanted, place: RelPath) -> None:
    if is_like(place.name, one.name):
        search.add(one.missing.path, place, BESIDE)
    elif one.missing.files_then >= SOME and _held(search.site, place)[0] == one.missing.files_then:
        search.add(one.missing.path, place, AS_MANY)


def _is_that(search: _Search, one: Wanted, place: RelPath, inode: int) -> bool:
    """True where at least half of what the directory with this INODE held is at PLACE: a number is given again to what
    is made after something was deleted.
    """
    path = _path_then(search.site, one, inode)
    then = sum(census.files_then(search.site, path).values()) or one.missing.files_then
    return _held(search.site, place)[0] * 2 >= then


def _path_then(site: Site, one: Wanted, inode: int) -> str:
    """Where the directory with this INODE stood when it was counted."""
    rows = census.directories_then(site)
    return next(
        (path for path, row in rows.items() if row.inode == inode and RelPath(path).is_within(one.missing.path)),
        one.missing.path,
    )


def is_like(name: str, wanted: str) -> bool:
    """True for a NAME that people give to what was called WANTED when they put it aside: `uploads.bak`, `old-uploads`,
    `uploads_2024`, `uploads~`, `db.sqlite.old`, `db-old.sqlite`.
    """
    if not wanted or name == wanted:
        return False
    stem, ending = (re.escape(part) for part in posixpath.splitext(wanted))
    around = rf"(?:{_ASIDE}{_NO_LETTER}+)?{re.escape(wanted)}(?:{_NO_LETTER}.*|\d*)"
    within = rf"{stem}{_NO_LETTER}.*{ending}" if ending else around
    return bool(re.fullmatch(around, name) or re.fullmatch(within, name))


def _beside_the_site(search: _Search) -> None:
    """Directories at the top of the deploy root that are none of a site's own, as `shared.bak` or `uploads.old`."""
    ours = {*OURS, str(search.site.links.layout.shared)}
    tops = [
        RelPath(name) for name, kind in _kinds(search.site, RelPath("")).items() if kind == DIR and name not in ours
    ]
    for top in tops:
        _walk(search, top)
        for one in search.wanted:
            for path in (one.missing.path, f"{search.site.links.layout.shared}/{one.missing.path}"):
                if one.missing.path and search.site.root.kind(top / path) in (DIR, FILE):
                    search.add(one.missing.path, top / path, BESIDE)


def _walk(search: _Search, top: RelPath) -> None:
    status = search.site.root.lstat(top)
    if status is not None:
        _judge(search, top, status.st_ino)
    inside = walk(search.site.root, top, descend=lambda path: path.count("/") < _DEEP - 1, unreadable=[])
    for path, kind, found in inside:
        if kind == DIR:
            _judge(search, top / path, found.st_ino)


def _in_releases(search: _Search) -> None:
    """Real content in a release, at the path or under a name like it."""
    for name, kind in _kinds(search.site, Layout.releases).items():
        if kind != DIR:
            continue
        for one in search.wanted:
            here = Layout.releases / name / one.missing.path
            if one.missing.path and search.site.root.kind(here) in (DIR, FILE):
                search.add(one.missing.path, here, RELEASE)
            for beside, inode in _directories(search.site, here.parent):
                _judge(search, beside, inode)


def _directories(site: Site, path: RelPath) -> Iterator[tuple[RelPath, int]]:
    for name, kind in _kinds(site, path).items():
        status = site.root.lstat(path / name) if kind == DIR else None
        if status is not None:
            yield path / name, status.st_ino


def _in_attic(search: _Search) -> None:
    """What operations put aside at the path, above it or below it; the newest first."""
    for note in reversed(entries(search.site.root)):
        path, place = RelPath(note["path"]), note["place"]
        for one in search.wanted:
            if path.is_within(one.missing.path):
                search.add(one.missing.path, place, ATTIC, at=path, operation=str(note["operation"]))
            elif RelPath(one.missing.path).is_within(path):
                below = place / RelPath(one.missing.path).below(path)
                search.add(one.missing.path, below, ATTIC, at=path, operation=str(note["operation"]))


def _in_second_names(search: _Search) -> None:
    for one in search.wanted:
        if one.missing.path:
            search.add(one.missing.path, Layout.second_names / one.missing.path, SECOND_NAME)


def _in_trash(search: _Search) -> None:
    """What a later clean-up deletes: by the path that its name says, or at the path inside a whole release."""
    for name in _kinds(search.site, Layout.trash):
        stood = _release_path(stood_at(name.partition("~")[0]))
        for one in search.wanted:
            path = RelPath(one.missing.path)
            inner = path.below(stood) if stood and path.is_within(stood) else RelPath("") if stood else path
            if not stood or path.is_within(stood) or stood.is_within(path):
                place = Layout.trash / name / inner if inner else Layout.trash / name
                search.add(one.missing.path, place, TRASH, at=str(stood) if stood.is_within(path) else "")


def _release_path(stood: RelPath) -> RelPath:
    """STOOD without the release that it was in."""
    found: Optional[re.Match[str]] = re.match(r"releases/[^/]+/(.+)", stood)
    return RelPath(found.group(1)) if found else stood
