"""What becomes of an interrupted operation: records plus what is observed give one of four answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from holdfast_engine.journal.record import COMMIT, END, Record

FORWARD, BACK, NOTHING = "forward", "back", "nothing"
_SWITCHING = ("deploy", "rollback")


def judge(records: Sequence[Record], *, current: Optional[str]) -> str:
    """Decide for the operation of RECORDS, CURRENT being the release that `current` names now.

    An operation that switches goes forward exactly when its commit is recorded and `current`
    names its release: the switch is one rename, so what is observed is the truth (G3).
    Before that it goes back, and as nothing pointed to its release, going back loses nothing.
    Everything else consists of steps that are right each by itself and is completed.
    """
    if not records or records[-1].kind == END:
        return NOTHING
    begin = records[0].facts
    if begin["command"] not in _SWITCHING:
        return FORWARD
    committed = any(record.kind == COMMIT for record in records)
    return FORWARD if committed and current == begin.get("release") else BACK
