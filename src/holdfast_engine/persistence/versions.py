"""A version of an application, to compare with what stands somewhere: what it ships at each path, or once did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional, Protocol

from holdfast_engine.fs.content_ids import ContentIds
from holdfast_engine.fs.noting import TreeNoter
from holdfast_engine.model.listing import Listing
from holdfast_engine.model.manifest import FILE, LINK, Entry
from holdfast_engine.sources import TreeSource, in_repository


class Version(Protocol):
    """One version, and where it has a history the versions before it."""

    told: Mapping[str, Any]

    @property
    def listing(self) -> Listing:
        """What it ships, by name."""
        ...

    def may_hold(self, path: str, size: int) -> bool:
        """False where no file of SIZE bytes can be one that was shipped at PATH: its content need not be read."""
        ...

    def ships(self, path: str, content: ContentIds) -> bool:
        """True where this version ships a file with CONTENT at PATH."""
        ...

    def shipped(self, path: str, content: ContentIds) -> bool:
        """True where this version or one before it shipped a file with CONTENT at PATH."""
        ...

    def entry(self, path: str) -> Optional[Entry]:
        """What this version ships at PATH, with its digest; None where that is no file and no link."""
        ...


def version_of(source: TreeSource, *, of: str = "") -> Version:
    """The version that SOURCE is, of a repository with the history OF one commit, or with all of it. Raises what its
    extraction raises.
    """
    commit = in_repository(source)
    if commit is not None:
        from holdfast_engine.persistence.history_version import HistoryVersion

        return HistoryVersion(commit, of)
    noter = TreeNoter()
    source.extract(noter)
    return NotedVersion(source.describe(), source.listing(), noter.entries)


class NotedVersion:
    """An archive or a directory, read once."""

    def __init__(self, told: Mapping[str, Any], listing: Listing, entries: Mapping[str, Entry]) -> None:
        self.told = told
        self.listing = listing
        self._entries = entries

    def may_hold(self, path: str, size: int) -> bool:
        one = self._entries.get(path)
        return one is not None and one.kind == FILE and one.size == size

    def ships(self, path: str, content: ContentIds) -> bool:
        one = self._entries.get(path)
        return one is not None and one.kind == FILE and one.digest == content.digest

    def shipped(self, path: str, content: ContentIds) -> bool:
        return self.ships(path, content)

    def entry(self, path: str) -> Optional[Entry]:
        one = self._entries.get(path)
        return one if one is not None and one.kind in (FILE, LINK) else None
