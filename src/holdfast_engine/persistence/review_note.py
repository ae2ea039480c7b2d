"""The one line with which a plan or a report points to the review, when there is something to decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from shlex import quote
from typing import Optional

from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.found import Found
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reviewed import DATA, DELETED, EDITED
from holdfast_engine.model.rules import CARRIED
from holdfast_engine.model.words import count
from holdfast_engine.persistence.earlier import Earlier
from holdfast_engine.persistence.review_carried import CarriedCode
from holdfast_engine.persistence.review_rows import Row, undecided
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.site.handle import Site


def to_review(site: Site, rows: Collection[Row], edited: int = 0) -> list[str]:
    """One line on ROWS, and on EDITED files that give way; nothing where there is neither."""
    code = [row for row in rows if row.what in (CARRIED, DATA)]
    edited += sum(row.what == EDITED for row in rows)
    deleted = sum(row.what == DELETED for row in rows)
    said = [
        *([f"{count(len(code), _thing(code))} {'looks' if len(code) == 1 else 'look'} like code"] if code else []),
        *([f"{count(edited, 'shipped file was', 'shipped files were')} different here"] if edited else []),
        *([f"{count(deleted, 'shipped file was', 'shipped files were')} deleted here"] if deleted else []),
    ]
    return [f"{', '.join(said)}: `holdfast review --site {quote(site.request.site)}`"] if said else []


def _thing(rows: Iterable[Row]) -> str:
    return "path" if any(row.kind == DIR for row in rows) else "file"


def seen_by(site: Site, rules: Rules, found: Found, baseline: Optional[Baseline], comes: RelPath) -> list[str]:
    """The same of what a look FOUND in the live release, whose BASELINE it is, for the release that COMES with RULES:
    no more is looked at for it. `holdfast review` also looks into `shared/`.
    """
    live = site.survey.current
    if live is None:
        return []
    with site.root.looking():
        carried = CarriedCode(site, live, rules, Earlier(site, comes=comes))
        rows = undecided(site, carried.rows(found.carried))
    return to_review(site, rows, sum(1 for _ in _edits(site, live, found, baseline)))


def _edits(site: Site, live: RelPath, found: Found, baseline: Optional[Baseline]) -> Iterator[str]:
    for path in found.displaced:
        if baseline is not None and baseline.get(path) is not None and site.root.kind(live / path) == FILE:
            yield path
