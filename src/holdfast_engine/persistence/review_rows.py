"""What a review lists, one row for each thing: what it is, and why it is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from holdfast_engine.fs.copy import digest_of
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.reviewed import DATA, DELETED, DROP, EDITED, KEEP, SHARE, Reviewed
from holdfast_engine.model.rules import CARRIED, Ruling
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.code_evidence import Evidence
from holdfast_engine.site.handle import Site

CAN = {CARRIED: (KEEP, DROP, SHARE), DATA: (KEEP, DROP), EDITED: (KEEP, DROP), DELETED: (KEEP,)}
"""What can be said of each kind of row."""


@dataclass(frozen=True)
class Row:
    """One PATH: WHAT it is (carried, data, edited, deleted), its KIND, how many FILES and bytes (SIZE), when it was
    CHANGED last (seconds), at which PLACE of the site its content lies, the RULING that spoke, and the EVIDENCE.
    """

    path: str
    what: str
    kind: str
    files: int
    size: int
    changed: Optional[float]
    place: RelPath
    ruling: Ruling
    evidence: tuple[Evidence, ...]

    @property
    def can(self) -> tuple[str, ...]:
        return CAN[self.what]

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "what": self.what,
            "kind": self.kind,
            "files": self.files,
            "bytes": self.size,
            "changed": self.changed,
            "place": str(self.place),
            "care": self.ruling.care,
            "rule": self.ruling.rule,
            "source": self.ruling.source,
            "evidence": [one.to_json() for one in self.evidence],
            "can": list(self.can),
        }


def undecided(site: Site, rows: Iterable[Row]) -> list[Row]:
    """Those of ROWS of which a person has said nothing yet."""
    return [row for row in rows if not _is_decided(site, site.survey.site.reviewed, row)]


def _is_decided(site: Site, reviewed: Reviewed, row: Row) -> bool:
    said = reviewed.of(row.path)
    if said is None or (said.what == EDITED) != (row.what == EDITED):
        return False
    return row.what != EDITED or said.digest == digest_of(site.root, row.place)
