"""One thing that `recover` finds, and what is done about it."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass


@dataclass(frozen=True)
class Lost:
    """One finding. ACTION is `adopt` (bring home), `carry` (into the live release, as it is), `link`, `copy` (back from
    the attic), `activate` (a release, to be live) or `listed` (for a person). OLD is the name that a renamed link had;
    of one whose link is to be at PATH again, the name that it has now.
    """

    path: str
    what: str
    place: RelPath
    action: str
    release: RelPath = field(default_factory=lambda: RelPath(""))
    wins: str = "shared"
    done: bool = False
    old: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "what": self.what,
            "where": str(self.place),
            "action": self.action,
            "done": self.done,
        }
