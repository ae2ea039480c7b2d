"""What becomes of an interrupted operation: records plus what is observed give one of four answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from holdfast_engine.journal.record import COMMIT, END, Record

FORWARD, BACK, NOTHING = "forward", "back", "nothing"
_SWITCHING = ("deploy", "rollback")


def judge(records: Sequence[Record], *, current: Optional[str]) -> str:
    """Decide for the operation of RECORDS, CURRENT being the release that `current` names now.

    An operation that switches goes forward exactly when `current` names its release: the switch
    is one rename, so what is observed is the truth (G3). It is so without a recorded commit, too:
    somebody else has switched, or the journal is of an older day than the site, and what is live
    is never taken away (G11). Else it goes back, and as nothing points to its release, nobody is
    shown anything else by that. Everything else consists of steps that are right each by itself
    and is completed.
    """
    if not records or records[-1].kind == END:
        return NOTHING
    begin = records[0].facts
    if begin["command"] not in _SWITCHING:
        return FORWARD
    return FORWARD if current == begin.get("release") else BACK


def is_committed(records: Sequence[Record]) -> bool:
    """True when the operation of RECORDS was about to switch, or has."""
    return any(record.kind == COMMIT for record in records)
