"""What was taken for data or carried and looks like code, what was edited here and gave way, and what was deleted here:
the list that a person reviews. Looks, and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Optional

from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.fs.copy import same_file
from holdfast_engine.fs.sets import is_database
from holdfast_engine.model.carried import Base
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reviewed import DELETED, EDITED
from holdfast_engine.model.rules import CODE, Ruling
from holdfast_engine.model.sets import main_of
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.attic_entries import entries
from holdfast_engine.persistence.earlier import Earlier
from holdfast_engine.persistence.review_carried import CarriedCode
from holdfast_engine.persistence.review_data import data_rows
from holdfast_engine.persistence.review_rows import Row, undecided
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.strays import missing_code, sweep
from holdfast_engine.rules.code_evidence import Evidence
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site


def reviewable(site: Site) -> list[Row]:
    """Every row that nobody has decided on, by path; nothing where no release is live."""
    live = site.survey.current
    if live is None or site.root.kind(live) != DIR:
        return []
    with site.root.looking():
        return sorted(undecided(site, _Review.of(site, live).rows()), key=lambda row: (row.path, row.what))


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """How many of ROWS there are of each kind."""
    return dict(sorted(Counter(row.what for row in rows).items()))


@dataclass(frozen=True)
class _Review:
    """One look at what is live: by RULES, against its BASELINE, as a sweep FOUND it."""

    site: Site
    live: RelPath
    rules: Rules
    baseline: Optional[Baseline]
    found: Found

    @classmethod
    def of(cls, site: Site, live: RelPath) -> _Review:
        rules, baseline = rules_now(site), baseline_of(site, site.survey.active)
        found = sweep(site, live, rules, baseline=baseline) if baseline is not None else Found()
        return cls(site, live, rules, baseline, found)

    def rows(self) -> Iterator[Row]:
        carried = CarriedCode(self.site, self.live, self.rules, self.earlier)
        yield from carried.rows(self.found.carried if self.baseline is not None else self._base)
        yield from data_rows(self.site, self.rules, self.earlier)
        yield from self._edits_here()
        yield from self._edits_in_the_attic()
        yield from self._deleted()

    @cached_property
    def earlier(self) -> Earlier:
        return Earlier(self.site, comes=self.live)

    @property
    def _base(self) -> Base:
        """What is known to be carried where nothing tells what the live release shipped, as after somebody's script."""
        active = self.site.survey.active
        return base_of(self.site, active.id) if active is not None else {}

    def _edits_here(self) -> Iterator[Row]:
        """Shipped files that were edited since the last deploy: the next one puts them into the attic."""
        for path in self.found.displaced:
            if self._is_shipped(path) and self.site.root.kind(self.live / path) == FILE:
                text = "the release ships it, and it was edited here: the next deploy puts the edit into the attic"
                yield self._row(path, EDITED, self.live / path, Evidence("edited", text))

    def _edits_in_the_attic(self) -> Iterator[Row]:
        """Of each shipped path the version that was put aside last, unless that is what is served again."""
        newest = {note["path"]: note for note in entries(self.site.root) if note.get("care") == CODE}
        for path, note in sorted(newest.items()):
            place = note["place"]
            if not self._is_shipped(path) or path in self.found.displaced or self.site.root.kind(place) != FILE:
                continue
            if not (same_file(self.site.root, place, self.live / path) or is_database(self.site.root, place)):
                text = f"the release ships it; the server's version was put into the attic by `{note['by']}`"
                yield self._row(path, EDITED, place, Evidence("edited", text))

    def _is_shipped(self, path: str) -> bool:
        return self.baseline is not None and self.baseline.get(path) is not None

    def _deleted(self) -> Iterator[Row]:
        """Shipped files that are gone, as a removed installer: whole directories as one, a database as one."""
        active = self.site.survey.active
        if self.baseline is None or active is None:
            return
        gone = missing_code(self.site, self.live, self.baseline, self.rules, found=self.found)
        tops: dict[str, list[str]] = {}
        for path in gone:
            if main_of(path) not in gone:
                tops.setdefault(self._outermost_gone(path), []).append(path)
        for top, paths in tops.items():
            size = sum(one.size for one in map(self.baseline.get, paths) if one is not None)
            kind = FILE if paths == [top] else DIR
            why = Evidence("deleted", f"`{active.id}` shipped it, and it was deleted here")
            where = self.live / top
            yield Row(top, DELETED, kind, len(paths), size, None, where, self._ruling(top), (why,))

    def _outermost_gone(self, path: str) -> str:
        """The outermost directory around PATH that is not there either, or PATH."""
        above = (here for here in RelPath(path).ancestors() if not self.site.root.has(self.live / here))
        return next(iter(above), RelPath(path))

    def _ruling(self, path: str) -> Ruling:
        return self.rules.classifier.ruling(path)

    def _row(self, path: str, what: str, place: RelPath, *why: Evidence) -> Row:
        status = self.site.root.lstat(place)
        size, changed = (status.st_size, status.st_mtime) if status else (0, None)
        return Row(path, what, FILE, 1, size, changed, place, self._ruling(path), why)
