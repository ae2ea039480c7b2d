"""What exists in the release, in `shared/` and in the live release, and of which kind it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Union

from holdfast_engine.model.listing import DIR, FILE, Listing
from holdfast_engine.rules.classify_settings import looks_like_file
from holdfast_engine.rules.shape_patterns import lineage

Existing = Union[Iterable[str], Mapping[str, str]]


class Present:
    """Paths of a listing together with those that exist elsewhere; a mapping gives their kinds."""

    def __init__(self, existing: Existing, listing: Listing) -> None:
        self._listing = listing
        self._kinds = dict(existing) if isinstance(existing, Mapping) else dict.fromkeys(existing, "")
        self._above = {above for path in self._kinds for above in lineage(path)[1:]}

    def has(self, path: str) -> bool:
        return path in self._kinds or path in self._above or self._listing.has(path)

    def everything(self) -> Iterator[str]:
        """What the listing has, and what exists elsewhere."""
        yield from self._listing.entries
        yield from self.elsewhere()

    def elsewhere(self) -> list[str]:
        """What exists, but not in the listing, shallow paths before those below them."""
        return sorted(path for path in self._above.union(self._kinds) if not self._listing.has(path))

    def kind(self, path: str) -> str:
        """What is found at PATH decides; where nothing tells, the name does."""
        if path in self._above or self._listing.kind(path) == DIR or self._kinds.get(path) == DIR:
            return DIR
        if self._listing.has(path) or self._kinds.get(path):
            return FILE
        return FILE if looks_like_file(path) else DIR
