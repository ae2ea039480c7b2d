"""What earlier releases shipped, by their baselines: code that a vendor took away is known by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import field
from functools import cached_property
from typing import Optional

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.fs.copy import digest_of
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord


@dataclass(frozen=True)
class Earlier:
    """The releases of SITE of which it is proven what they shipped, newest first, but for the one that COMES, or came,
    last. A baseline is read whole only where it names what is asked for.
    """

    site: Site
    comes: Optional[RelPath] = None
    _known: dict[str, frozenset[bytes]] = field(default_factory=dict)

    def shipping(self, path: str) -> Optional[tuple[ReleaseRecord, Entry]]:
        """The newest of them that shipped a file or a directory at PATH, and what that was."""
        return next(self._each(path), None)

    def _each(self, path: str) -> Iterator[tuple[ReleaseRecord, Entry]]:
        encoded = json.dumps(path).encode()
        for record in self._records:
            if encoded in self._named(record):
                baseline = baseline_of(self.site, record)
                entry = baseline.get(path) if baseline is not None else None
                if entry is not None and entry.kind in (FILE, DIR):
                    yield record, entry

    def same_as(self, path: str, here: str) -> Optional[ReleaseRecord]:
        """The newest of them that shipped at PATH, byte for byte, the file that stands HERE in the site."""
        status, digest = self.site.root.lstat(here), ""
        for record, entry in self._each(path):
            if entry.kind == FILE and status is not None and entry.size == status.st_size:
                digest = digest or digest_of(self.site.root, here)
                if entry.digest == digest:
                    return record
        return None

    def copy_of(self, path: str, digest: str) -> Optional[RelPath]:
        """Where in a release the file lies that was shipped at PATH with DIGEST; None where all of them differ now."""
        root = self.site.root
        places = [record.path / path for record in reversed(self.site.survey.releases)]
        files = (place for place in places if root.kind(place) == FILE)
        return next((place for place in files if digest_of(root, place) == digest), None)

    @cached_property
    def _records(self) -> list[ReleaseRecord]:
        """Of what is pinned nothing proves what it shipped."""
        every = [one for one in self.site.survey.releases if one.path != self.comes and not one.pinned]
        return list(reversed(every))

    def _named(self, record: ReleaseRecord) -> frozenset[bytes]:
        """Every path of the baseline of RECORD as it is written there, at the beginning of its row."""
        if record.id not in self._known:
            content = self.site.root.read(Layout.baselines / f"{record.id}.jsonl") or b""
            self._known[record.id] = frozenset(row[1:].split(b',"', 1)[0] for row in content.splitlines()[1:])
        return self._known[record.id]
