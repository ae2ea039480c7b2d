"""Every path of a release as it stood at activation: what is drift is measured against it."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Optional

from holdfast_engine import FORMAT
from holdfast_engine.fs import durable
from holdfast_engine.fs.clock import settled
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE, LINK, Listed, Listing
from holdfast_engine.model.manifest import Entry, Stamp
from holdfast_engine.model.paths import RelPath, above, link_text
from holdfast_engine.model.problem import unknown_format
from holdfast_engine.site.format import DAMAGE, damaged
from holdfast_engine.site.handle import Site
from holdfast_engine.site.links import Links
from holdfast_engine.site.records import ReleaseRecord

_encode = json.JSONEncoder(separators=(",", ":")).encode


def take(
    links: Links,
    release: RelPath,
    *,
    digests: Mapping[str, Entry],
    skip: Callable[[str], bool],
    made: Mapping[str, str],
) -> list[Entry]:
    """Entries of everything in RELEASE but what SKIP names (caches) and our links, in order, with proof of content.

    MADE are the framework's own links, which are ours as well: where, and to what in the release.

    DIGESTS are entries whose content was just written and hashed: their files are not read
    again while the size agrees and nothing but us has written (no build, no hook).
    """
    entries = []
    with links.root.looking():
        for path, kind, status in walk(links.root, release, passing=skip):
            digest = _digest(links.root, release / path, kind, status, digests.get(path))
            if kind != LINK or digest not in (links.text(release, path), own_text(made, path)):
                entries.append(entry_of(path, kind, status, digest))
    return entries


def _digest(root: Root, there: RelPath, kind: str, status: os.stat_result, known: Optional[Entry]) -> str:
    if kind == FILE:
        return known.digest if known and is_still(known, status) else digest_of(root, there)
    return (root.link(there) or "") if kind == LINK else ""


def entry_of(path: str, kind: str, status: os.stat_result, digest: str) -> Entry:
    """The entry of what stands at PATH with STATUS; DIGEST is of its content, or the text of a link."""
    size, mode = status.st_size if kind == FILE else 0, stat.S_IMODE(status.st_mode)
    return Entry(path, kind, mode, size, digest, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def is_still(known: Entry, status: os.stat_result) -> bool:
    """True while size and time of writing are KNOWN's; one that was just written has no time yet."""
    return known.size == status.st_size and known.mtime in (0, status.st_mtime_ns)


def untouched(root: Root, release: RelPath, shipped: Baseline) -> dict[str, Entry]:
    """Entries of SHIPPED whose files nobody can have written since: their content needs not be read again."""
    found: dict[str, Entry] = {}
    for path, kind, status in walk(root, release, descend=lambda path: shipped.get(path) is not None):
        entry = shipped.get(path)
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        if kind == FILE and entry is not None and shipped.proves(entry, stamp):
            found[path] = entry
    return found


def own_text(made: Mapping[str, str], path: str) -> Optional[str]:
    """The text of the framework's own link at PATH; None where it has none."""
    return link_text(RelPath(path), RelPath(made[path])) if path in made else None


def write(root: Root, release: str, entries: Iterable[Entry], *, taken_ns: int, seen_by: str = "") -> None:
    """The baseline of RELEASE is on disk, the old or the new one after a crash. TAKEN_NS is when it was looked at,
    SEEN_BY the operation that only saw it there: it ends with that, should it be undone.
    """
    header = {"format": FORMAT, "release": release, "taken": taken_ns, **({"seen_by": seen_by} if seen_by else {})}
    rows = [_encode(header)]
    rows.extend(_encode(entry.to_row()) for entry in entries)
    durable.replace_own(
        root, Layout.baselines / f"{release}.jsonl", "\n".join(rows).encode("utf-8", "surrogateescape") + b"\n"
    )


def now_ns() -> int:
    """The time as file systems stamp it; compared with stamps alone, never used for order."""
    return time.time_ns()


class Baseline:
    """A release's baseline, read back: entries by path, and when it was taken.

    SEEDS are paths that the release shipped as well and that gave way to links, LINKED those where our links stand.
    """

    def __init__(
        self, entries: Mapping[str, Entry], taken_ns: int, seeds: Iterable[str] = (), linked: Iterable[str] = ()
    ) -> None:
        self.entries = entries
        self.taken_ns = taken_ns
        self.seeds = tuple(seeds)
        self.linked = tuple(linked)

    def get(self, path: str) -> Optional[Entry]:
        return self.entries.get(path)

    def proves(self, entry: Entry, stamp: Stamp) -> bool:
        """True when STAMP (size, mtime, ctime, inode) is the entry's and old enough that no write can hide behind it.

        A ctime cannot be set by any program (inode(7)), so an equal one means an equal content; unless the clock was
        set back since, and comes by the same time again.
        """
        return stamp == entry.stamp() and settled(entry.ctime, at=self.taken_ns)

    def with_links(self, linked: Iterable[str], seeds: Iterable[str]) -> Baseline:
        return Baseline(self.entries, self.taken_ns, seeds, linked)

    def listing(self) -> Listing:
        """The release as it was shipped, by name. A directory whose seeds are linked one by one is not empty for it."""
        return self._listing

    @cached_property
    def _listing(self) -> Listing:
        kinds = {DIR: DIR, FILE: FILE, LINK: LINK}
        beside = {path: Listed(FILE) for path in self.seeds if RelPath(path).parent in self.entries}
        shipped = {path: Listed(kinds.get(entry.kind, "other"), entry.size) for path, entry in self.entries.items()}
        return Listing(
            {**beside, **shipped},
            link=lambda path: self.entries[path].digest if path in self.entries else None,
            around=frozenset(above(self.linked)),
        )


def read(root: Root, release: str) -> Optional[Baseline]:
    """The baseline of RELEASE, or None when there is none. A newer format raises `format-unknown`, a damaged one
    `state-unreadable`: whatever it would have proven is not proven (G6).
    """
    path = Layout.baselines / f"{release}.jsonl"
    content = root.read(path)
    try:
        return _decoded(release, content) if content else None
    except DAMAGE as error:
        then = "without it, everything in its release counts as data"
        raise damaged(root, path, error, then=then) from error


def is_of(release: str, content: bytes) -> bool:
    """True where CONTENT is the baseline of RELEASE by its first line."""
    try:
        header = _header(content)
        return bool(header["release"] == release and isinstance(header["taken"], int))
    except DAMAGE:
        return False


def seen_by(root: Root, release: str) -> str:
    """The operation that saw in RELEASE what its baseline has; empty for what was known, and where there is none."""
    try:
        return str(_header(root.read(Layout.baselines / f"{release}.jsonl") or b"").get("seen_by", ""))
    except DAMAGE:
        return ""


def _header(content: bytes) -> Any:
    return json.loads(content.partition(b"\n")[0])


def _decoded(release: str, content: bytes) -> Baseline:
    head, _, body = content.decode("utf-8", "surrogateescape").partition("\n")
    header = json.loads(head)
    if header["format"] > FORMAT:
        raise unknown_format(Layout.baselines / f"{release}.jsonl", f"it has format {header['format']}")
    rows = json.loads("[" + ",".join(body.splitlines()) + "]")
    entries = [Entry.from_row(row) for row in rows]
    if not all(isinstance(value, int) for value in (header["taken"], *(entry.ctime for entry in entries))):
        raise TypeError("a time that is no number")
    return Baseline({entry.path: entry for entry in entries}, min(header["taken"], now_ns()))


def baseline_of(site: Site, record: Optional[ReleaseRecord]) -> Optional[Baseline]:
    """What RECORD's release shipped; read once, as long as nobody writes it anew."""
    if record is None:
        return None
    status = site.root.lstat(Layout.baselines / f"{record.id}.jsonl")
    stamp = (status.st_ino, status.st_mtime_ns, status.st_size) if status else None
    linked = tuple(one.path for one in record.shared)
    key = ("baseline", record.id, stamp, tuple(record.seeds), linked)
    if key not in site.made:
        baseline = read(site.root, record.id)
        site.made[key] = baseline.with_links(linked, record.seeds) if baseline else None
    found: Optional[Baseline] = site.made[key]
    return found
