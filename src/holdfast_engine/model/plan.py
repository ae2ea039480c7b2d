"""What a command is going to do, before it does anything."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Optional

from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.values import dataclass

PASS, WARN, REFUSE = "pass", "warn", "refuse"


@dataclass(frozen=True)
class Check:
    """One named check: VERDICT is `pass`, `warn` or `refuse`; MEND says how to put it right. BARE is WHY without values
    of settings, where WHY tells any: for what is kept, or handed on.
    """

    name: str
    verdict: str
    why: str
    mend: str = ""
    bare: str = ""

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "verdict": self.verdict, "why": self.why, "mend": self.mend}

    def to_bare_json(self) -> dict[str, str]:
        """The same, without values of settings."""
        return {**self.to_json(), "why": self.bare or self.why}


def verdict_of(checks: tuple[Check, ...]) -> str:
    """The worst verdict among CHECKS."""
    verdicts = {check.verdict for check in checks}
    return REFUSE if REFUSE in verdicts else WARN if WARN in verdicts else PASS


@dataclass(frozen=True)
class PlannedStep:
    """One step by NAME, in the words that a person reads."""

    name: str
    text: str

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "text": self.text}


@dataclass(frozen=True)
class Plan:
    """A deploy or rollback as it would go. TOKEN is equal for two plans made from one state of the host (G8).

    ORIGINS say of what is to be adopted where it lies, when that is not the live release. SEEDS are files that the
    release ships among data that is served already, and that come to lie there.
    """

    command: str
    release: str
    previous: Optional[str]
    source: dict[str, Any]
    framework: str
    web_root: str
    steps: tuple[PlannedStep, ...]
    shared: tuple[SharedPath, ...] = ()
    actions: dict[str, str] = field(default_factory=dict)
    adopt: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    displaced: dict[str, str] = field(default_factory=dict)
    prune: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    build: tuple[str, ...] = ()
    hooks: dict[str, list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    missing: tuple[dict[str, Any], ...] = ()
    seeds: tuple[str, ...] = ()
    unchanged: bool = False

    @property
    def token(self) -> str:
        """With the verdicts of the checks: what a person agreed to is what was said last (H1)."""
        said = [(check.name, check.verdict) for check in self.checks]
        moves = (sorted(self.adopt), sorted(self.carried), sorted(self.displaced), self.prune)
        return repr((self.release, self.previous, self.shared, *moves, said, self.unchanged))

    def to_json(self) -> dict[str, Any]:
        return {
            "command": self.command,
            "release": self.release,
            "previous": self.previous,
            "current": self.previous,
            "source": self.source,
            "framework": self.framework,
            "web_root": self.web_root,
            "build": list(self.build),
            "hooks": self.hooks,
            "shared": [
                {"path": one.path, "kind": one.kind, "why": one.why, "action": self.actions.get(one.path, "link")}
                for one in self.shared
            ],
            "adopt": [
                {"path": path, "from": self.origins.get(path, self.previous), "why": why}
                for path, why in self.adopt.items()
            ],
            "carried": [{"path": path, "why": why} for path, why in self.carried.items()],
            "displaced": [{"path": path, "why": why} for path, why in self.displaced.items()],
            "seeds": list(self.seeds),
            "prune": list(self.prune),
            "checks": [check.to_json() for check in self.checks],
            "steps": [step.to_json() for step in self.steps],
            "notes": list(self.notes),
            "unchanged": self.unchanged,
            "data": {"missing": list(self.missing), "carried": list(self.carried)},
        }
