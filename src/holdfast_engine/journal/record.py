"""One line of a journal: a checksum, a sequence number, a kind and its facts."""

from __future__ import annotations

import json
import zlib
from dataclasses import field
from functools import lru_cache
from typing import Any, Optional

from holdfast_engine.model.values import dataclass

AWAY, STOPPED = "away", "stopped"
"""Facts of a note: when a release went to the trash, and when the command that made it last wrote its journal (ns)."""
OBSERVED = "observed"
"""A fact of a note: the release that is live, of which nothing told what it shipped before this operation looked."""
UNDOING = "undoing"
"""A fact of a note: the adoption did not come to its switch, and is undone from here on."""
WAITING = "waiting"
"""A fact of a begin: the operations that were unfinished then, for what they move belongs on a disk that is away."""
DOWN, UP = "down", "up"
"""Facts of a note: an application is being stopped, with what starts it again; and in which release it was started."""

BEGIN, INTEND, DONE, MOVE, NOTE, COMMIT, END = "begin", "intend", "done", "move", "note", "commit", "end"


@dataclass(frozen=True)
class Record:
    """SEQUENCE counts from 0 within one journal; KIND is one of the words above; FACTS are JSON values."""

    sequence: int
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)

    def to_line(self) -> bytes:
        body = json.dumps([self.sequence, self.kind, self.facts], sort_keys=True, separators=(",", ":")).encode()
        return b"%08x %s\n" % (zlib.crc32(body), body)

    @classmethod
    @lru_cache(maxsize=1024)  # one command looks at the newest journal again and again
    def from_line(cls, line: bytes) -> Optional[Record]:
        """The record that LINE holds, or None when the line is torn or altered."""
        checksum, _, body = line.rstrip(b"\n").partition(b" ")
        if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body):
            return None
        try:
            sequence, kind, facts = json.loads(body)
        except (ValueError, TypeError, RecursionError):
            return None
        whole = isinstance(sequence, int) and isinstance(kind, str) and isinstance(facts, dict)
        return cls(sequence, kind, facts) if whole else None
