"""What one command did to data, for its answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Any, Optional

from holdfast_engine.data.moved import Moved
from holdfast_engine.fs.walk import size_of
from holdfast_engine.model.plan import WARN, Check, Plan
from holdfast_engine.model.reasons import sentence
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.handle import Site


def measured(site: Site, before: Optional[int], after: int, report: Report) -> dict[str, Any]:
    """What happened to data, by looking. LOST is what our own moves lost: each was looked for where it was to be.
    VANISHED is what was counted BEFORE and is not there AFTER, beyond what the moves set aside: it went by other hands.
    """
    return {
        **({} if before is None else {"files_before": before}),
        "files_after": after,
        "lost": len(report.unfound) + sum(not site.root.has(row["place"]) for row in report.attic),
        "vanished": None if before is None else _vanished(site, before - after, report),
        "adopted": report.adopted,
        "carried": report.carried,
        "attic": report.attic,
        "expired": report.expired,
        "seeded": report.seeded,
        "kept": report.kept,
    }


def _vanished(site: Site, fewer: int, report: Report) -> int:
    if fewer <= 0:
        return 0
    return max(0, fewer - sum(size_of(site.root, row["place"])[0] for row in report.attic))


def told_by(plan: Plan) -> list[str]:
    """What PLAN warns of and notes, for whoever has not seen it."""
    return list(dict.fromkeys([*plan.notes, *warned(plan.checks)]))


def warned(checks: Iterable[Check]) -> list[str]:
    """Each of CHECKS that warns, in words."""
    return [f"{check.why}; {check.mend}".rstrip("; ") for check in checks if check.verdict == WARN]


@dataclass
class Report:
    """What one command did to data, for its answer."""

    adopted: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    attic: list[dict[str, str]] = field(default_factory=list)
    expired: list[dict[str, str]] = field(default_factory=list)
    """What left the attic, for it had been kept for its time."""
    seeded: list[str] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)
    unmoved: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unfound: list[str] = field(default_factory=list)
    """What a move took and nobody finds where it was to be."""

    def add(self, moved: Moved) -> None:
        self.adopted.extend(path for path in moved.adopted if path not in self.adopted)
        for path, spot, reason in moved.displaced:
            self.set_aside(path, spot, reason)
        self.unmoved.extend(f"{path} {why}" for path, why in moved.unmoved)
        for line in moved.told:
            self.warn(line)

    def warn(self, line: str) -> None:
        """LINE is told once."""
        if line not in self.warnings:
            self.warnings.append(line)

    def set_aside(self, path: str, spot: str, reason: str) -> None:
        row = {"path": path, "place": str(spot), "reason": sentence(reason)}
        if row not in self.attic:
            self.attic.append(row)

    def lies_at(self, old: str, new: str) -> None:
        """What was told to lie at OLD in the attic lies at NEW, which holds the same."""
        self.attic[:] = [{**row, "place": str(new)} if row["place"] == old else row for row in self.attic]
