"""A release as it stands, against all that explains it: what it shipped, what we linked, what is live."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import field
from functools import cached_property
from typing import Optional

from holdfast_engine.data.baseline import Baseline, own_text
from holdfast_engine.data.contents import Contents
from holdfast_engine.data.standing import Standing
from holdfast_engine.fs.copy import beginning_and_digest
from holdfast_engine.fs.root import kind_of
from holdfast_engine.fs.sets import is_database
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.carried import Base, Carried
from holdfast_engine.model.listing import DIR, FILE, LINK, Listing
from holdfast_engine.model.manifest import Entry, Stamp
from holdfast_engine.model.paths import RelPath, above
from holdfast_engine.model.sets import HEADER
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.masking import holds_secret
from holdfast_engine.rules.programs import is_code
from holdfast_engine.site.links import Links

_READ_WHOLE = 1 << 20
"""In bytes: whoever asks how a file begins that is no bigger will ask for its digest next."""

Ruler = Callable[[str, str], tuple[str, str]]
"""Care and target of a stray from its path and kind (rule 5)."""


def stamp_of(kind: str, status: os.stat_result) -> Stamp:
    """Size (of files), times and inode, as a baseline keeps them."""
    return (status.st_size if kind == FILE else 0, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _nowhere(_path: str) -> bool:
    return False


def _nothing(_path: str) -> str:
    return ""


@dataclass(frozen=True)
class Explained:
    """What is known of RELEASE before it is looked through, and what that explains.

    BASELINE is what it shipped (None: nothing is known, everything unexplained counts). NEXT_LISTING is what will
    be served at its paths from now on: the incoming release, or the active one. SHARED are the paths that are
    linked there, with their kinds; RULER decides about strays. UNSHARED says what a person named as code or output,
    RETIRED that nobody is shown this release. HAPPENED are those of SHARED that no rule names: they are shared
    because something lies there. FRAMEWORK_LINKS are made by the framework itself, LEADS_TO_DATA says of build
    output that data has a place of its own in it. LINKED are paths that were links of ours in RELEASE, LIVES_HERE
    says what a person named as code that lives on the server, IS_SETTINGS of a program that by its name the framework
    has its settings in on each server, STANDING what an earlier look said, BASE is what was
    carried into it, and LIVE the release that is live, where that is another one: it ships LIVE_LISTING, and LIVE_BASE
    was carried into it. LET_GO says of what was shipped what is to be shared because the next version leaves it to the
    server. CONTENTS is what was read already, PASSES_BY says what tells of one release alone.
    """

    links: Links
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
    framework_links: Mapping[str, str] = field(default_factory=dict)
    leads_to_data: Callable[[str], bool] = _nowhere
    linked: Collection[str] = frozenset()
    lives_here: Callable[[str], bool] = _nowhere
    is_settings: Callable[[str], bool] = _nowhere
    let_go: Callable[[str], str] = _nothing
    base: Base = field(default_factory=dict)
    standing: Optional[Standing] = None
    live: Optional[RelPath] = None
    live_listing: Listing = field(default_factory=lambda: Listing({}))
    live_base: Base = field(default_factory=dict)
    passes_by: Callable[[str], bool] = _nowhere
    contents: Contents = field(default_factory=Contents)
    _asked: dict[str, bool] = field(default_factory=dict)
    _stamps: dict[str, Stamp] = field(default_factory=dict)

    @cached_property
    def _above_shared(self) -> frozenset[str]:
        """Directories with a shared path below them: data may lie in the middle of a cache."""
        return frozenset(above for path in self.shared for above in RelPath(path).ancestors())

    @cached_property
    def _above_carried(self) -> frozenset[str]:
        return frozenset(above(self.base))

    def _is_below_shared(self, directory: RelPath) -> bool:
        """True for a directory at or below a shared path; each is asked about once."""
        if directory not in self._asked:
            self._asked[directory] = any(here in self.shared for here in (directory, *directory.ancestors()))
        return self._asked[directory]

    def _ships_below(self, path: str) -> bool:
        """True for a directory that is filled by what is served from now on, or is live as long as that is not."""
        return any(one.kind(path) == DIR and one.children.get(path) for one in (self.next_listing, self.live_listing))

    def _has_rival(self, path: str, kind: str) -> bool:
        return self.next_listing.kind(path) in (FILE, LINK) or (kind != DIR and self._ships_below(path))

    def _ships_file_above(self, path: str) -> bool:
        """True where what is served from now on has no directory in which PATH could stand."""
        return any(self.next_listing.kind(here) in (FILE, LINK) for here in RelPath(path).ancestors())

    def _is_taken_apart(self, path: str) -> bool:
        """True for a directory that is to be shared and in which RELEASE shipped something: only what came to it is
        data, never the code (what is a seed from now on, the next release brings by itself). So it is where a release
        that is not live has what was carried there: what is gone from the live one since was deleted there.
        """
        went_along = self.retired and (path in self.base or path in self._above_carried)
        return bool(self.baseline.listing().children.get(path)) or went_along

    def _is_explained_link(self, path: str) -> bool:
        """Our own link into `shared/`, wherever adoption left one, or the framework's, which we make as well."""
        text = self.links.root.link(self.release / path)
        return text is not None and text in (self.links.text(self.release, path), own_text(self.framework_links, path))

    def _is_live_too(self, path: str, stamp: Stamp) -> bool:
        """True for one file under two names: what stands at its path in the live release, or where it was moved to
        there, as it was carried.
        """
        status = self.links.root.lstat((self.live or RelPath("")) / path)
        return stamp[3] in self._carried_there or (status is not None and status.st_ino == stamp[3])

    @cached_property
    def _carried_there(self) -> frozenset[int]:
        return frozenset(one.inode for one in self.live_base.values() if one.kind == FILE)

    def _is_served_already(self, path: str, kind: str, stamp: Stamp) -> bool:
        """True for a file of a release that is not live which went along from it."""
        return self.live is not None and kind == FILE and self._is_live_too(path, stamp)

    def _leads_outside(self, path: str) -> bool:
        """True for a link that somebody set to a place of their own, another disk; resolved by names, not entered."""
        root = self.links.root
        end = os.path.realpath(root.absolute(self.release / path))
        return root.leads_somewhere(self.release / path) and not end.startswith(os.path.realpath(root.path) + "/")

    def _is_database(self, path: str) -> bool:
        """By its first bytes, not by its name (I69)."""
        root, there, stamp = self.links.root, self.release / path, self._stamps.get(path)
        if self._is_as_carried(path):
            return False  # one that is a database is never carried
        if stamp is None:
            return root.kind(there) == FILE and is_database(root, there)
        if stamp[0] and stamp[0] <= _READ_WHOLE:
            with suppress(PermissionError):
                return self._read_once(path, stamp)[0] == HEADER
        return self.contents.asked("is a database", path, stamp, lambda: is_database(root, there))

    def _is_ours(self, path: str) -> bool:
        """True for a file that is no program, or one that a person keeps on the server, or that has this server's
        passwords in it, and differs from what was shipped here: as of a seed, the server's version stays. Where nothing
        tells what was shipped, the release's does, but for those two.
        """
        before, kept = self.baseline.get(path), self.lives_here(path) or self._holds_settings(path)
        code = (is_code(path) or self.unshared(path)) and not kept
        if code or self.next_listing.kind(path) != FILE or self.retired:
            return False
        if self._is_as_carried(path):
            return True
        return (kept or path in self.base or before is not None) and not self._was_shipped(path)

    def _holds_settings(self, path: str) -> bool:
        """True for settings that a program holds, with a secret: an example that a version ships in their place would
        take the site down.
        """
        if not self.is_settings(path) or self.unshared(path):
            return False
        return holds_secret((self.links.root.read(self.release / path) or b"").decode("latin-1"))

    def _is_as_carried(self, path: str) -> bool:
        """True for a file that came here from the release before, and was not written to since: what it is was found
        out then.
        """
        known, stamp = self.base.get(path), self._stamps.get(path)
        if known is None or stamp is None or known.kind != FILE:
            return False
        return known.is_unwritten(Carried.as_it_stands(FILE, stamp))

    def _was_shipped(self, path: str) -> bool:
        """True where what stands at PATH is what a release shipped there: nobody here has changed it."""
        before = self.baseline.get(path)
        return before is not None and self._digest(path) == before.digest

    def _is_as_shipped(self, path: str) -> bool:
        """True when everything at and below PATH is what the release shipped there, and nothing came to it."""
        status = self.links.root.lstat(self.release / path)
        unseen: list[str] = []
        found = walk(self.links.root, self.release / path, unreadable=unseen)
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

    def _is_explained(self, before: Optional[Entry], path: str, kind: str, stamp: Stamp) -> bool:
        """True for what was shipped, is as it was and stays code, and for what is served by another name already."""
        shipped = self._is_as_before(before, path, kind, stamp) and not self._is_left_to_the_server(path, kind)
        return shipped or self._is_served_already(path, kind, stamp)

    def _is_as_before(self, before: Optional[Entry], path: str, kind: str, stamp: Stamp) -> bool:
        """True for a cache, and for what nobody touched since it was shipped. Stamps come first: most is proven so."""
        if self._is_proven(before, kind, stamp) or self.is_cache(path):
            return True
        return before is not None and self._unchanged(before, path, kind, stamp)

    def _is_left_to_the_server(self, path: str, kind: str) -> bool:
        """True for what was shipped and is the server's from now on, changed there or not. In a release that is not
        live nobody sees it: what is gone from the live one since was deleted there.
        """
        return (
            kind in (FILE, LINK)
            and not self.retired
            and self.baseline.get(path) is not None
            and bool(self.let_go(path))
        )

    def _is_proven(self, before: Optional[Entry], kind: str, stamp: Stamp) -> bool:
        """True where the stamp alone says that nobody touched it since it was shipped."""
        if before is None or self.deep or before.kind != kind:
            return False
        return kind == DIR or self.baseline.proves(before, stamp)

    def _unchanged(self, before: Entry, path: str, kind: str, stamp: Stamp) -> bool:
        if before.kind != kind:
            return False
        if kind == DIR or self._is_proven(before, kind, stamp):
            return True
        if kind == LINK:
            return self.links.root.link(self.release / path) == before.digest
        return kind == FILE and stamp[0] == before.size and self._digest(path) == before.digest

    def _digest(self, path: str) -> Optional[str]:
        stamp = self._stamps.get(path)
        return self._read(path)[1] if stamp is None else self._read_once(path, stamp)[1]

    def _read_once(self, path: str, stamp: Stamp) -> tuple[bytes, Optional[str]]:
        return self.contents.asked("content", path, stamp, lambda: self._read(path))

    def _read(self, path: str) -> tuple[bytes, Optional[str]]:
        """How the file at PATH begins, and its digest; none where it vanished meanwhile."""
        try:
            return beginning_and_digest(self.links.root, self.release / path, len(HEADER))
        except FileNotFoundError:
            return b"", None
