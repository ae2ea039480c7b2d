"""What a path is to us, and why."""

from __future__ import annotations

from typing import Any

from holdfast_engine.model.values import dataclass

SHARED = "shared"
SEEDED = "seeded"
CODE = "code"
ARTIFACT = "artifact"
CACHE = "cache"
EPHEMERAL = "ephemeral"
CARRIED = "carried"
UNNAMED = "unnamed"
"""What no rule names: carried, but for a directory without a program, which is shared (data.md, carrying)."""
STRAY, FOUND = "stray", "found"
HAPPENED = (STRAY, FOUND)
"""Why a path is shared that no rule names: something was written there. FOUND lies in `shared/`."""
_OLD_WORDS = {"in shared/": FOUND}


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

    KIND is `dir` or `file`. WHY is the rule that made it shared; `stray` and `found` mark a path that may be split
    again when a later release ships code below it.
    """

    path: str
    kind: str
    why: str

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "kind": self.kind, "why": self.why}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> SharedPath:
        return cls(value["path"], value["kind"], _OLD_WORDS.get(value["why"], value["why"]))
