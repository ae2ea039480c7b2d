"""What a path is to us, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SHARED = "shared"
SEEDED = "seeded"
CODE = "code"
ARTIFACT = "artifact"
CACHE = "cache"
EPHEMERAL = "ephemeral"
STRAY, FOUND = "stray", "in shared/"
HAPPENED = (STRAY, FOUND)
"""Why a path is shared that no rule names: something was written there."""
CARES = (SHARED, SEEDED, CODE, ARTIFACT, CACHE, EPHEMERAL)


@dataclass(frozen=True)
class Ruling:
    """One rule's word on one path: its care, which rule spoke, where the rule comes from and what it matched."""

    path: str
    care: str
    rule: str
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "care": self.care, "rule": self.rule, "source": self.source}


@dataclass(frozen=True)
class SharedPath:
    """A path whose content lives in `shared/` and is linked from every release.

    KIND is `dir`, `file` or `link` (a stray symlink, carried on with TEXT as its text).
    WHY is the rule that made it shared; `stray` marks a path that may be split again when a
    later release ships code below it.
    """

    path: str
    kind: str
    why: str
    text: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "kind": self.kind, "why": self.why, "text": self.text}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> SharedPath:
        return cls(value["path"], value["kind"], value["why"], value.get("text", ""))
