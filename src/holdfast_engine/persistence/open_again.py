"""Releases that go on without Holdfast: their files can be written again by whom they belong to (G10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from holdfast_engine.data.baseline import baseline_of
from holdfast_engine.fs.access import open_again
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.measuring import is_sealed
from holdfast_engine.site.handle import Site
from holdfast_engine.site.kept import kept_at
from holdfast_engine.site.records import ReleaseRecord


def sealed(site: Site, *, live: str, live_alone: bool) -> Iterator[ReleaseRecord]:
    """The releases that deploys of ours have sealed; LIVE_ALONE where the others are set apart."""
    for record in site.survey.releases:
        wanted = record.path == live or not live_alone
        if wanted and is_sealed(record) and site.root.kind(record.path) == DIR:
            yield record


def unseal(site: Site, records: Iterable[ReleaseRecord], *, give: bool) -> None:
    """Shipped files of RECORDS have the write bit of their owner again, and of their group where their directory lets
    it in. GIVE: they belong to whom their directory belonged to when it was measured, before any deploy.
    """
    kept = kept_at(site)
    for record in records:
        shipped = baseline_of(site, record)
        for path, kind, status in list(walk(site.root, record.path)):
            if kind == FILE and shipped is not None and shipped.get(path) is not None:
                wanted = kept.of(RelPath(path).parent)
                open_again(site.root, record.path / path, status, wanted, give=give and bool(kept))
