"""Which releases are kept: a pure decision from counters and states (I37 to I41)."""

from __future__ import annotations

from holdfast_engine.site.records import BAD, INCOMING, SEALED, ReleaseRecord
from holdfast_engine.site.survey import Survey


def beyond(survey: Survey, *, keep: int, coming: bool = False) -> list[ReleaseRecord]:
    """Retired releases beyond the KEEP newest good ones, and failed ones, oldest first.

    The active release is never among them and never counted; pinned ones neither. With COMING
    the active release is about to retire and counts.
    """
    good = [one for one in survey.releases if one.good and not one.pinned and (coming or one.path != survey.current)]
    # never below 0: a negative start counts from the end and would drop good ones while there are fewer than KEEP (I40)
    kept = {one.id for one in good[max(len(good) - max(keep, 0), 0) :]}
    failed = [one for one in survey.releases if one.state in (BAD, INCOMING, SEALED) and not one.pinned]
    victims = [one for one in (*good, *failed) if one.id not in kept and one.path != survey.current]
    return sorted({one.id: one for one in victims}.values(), key=_by_counter)


def _by_counter(record: ReleaseRecord) -> int:
    return record.counter
