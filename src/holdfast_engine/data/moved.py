"""What an adoption says of what it did: who wins, what moved, and why something is in the attic."""

from __future__ import annotations

from dataclasses import field

from holdfast_engine.model.values import dataclass

LIVE, SHARED, NEWEST = "live", "shared", "newest"
"""Who wins where both sides hold different content: what the application sees now, what is shared already, or of two
files what was saved last.
"""


@dataclass
class Moved:
    """What an adoption did, for the report: paths brought home, (path, place, reason) of what went to the attic, (path,
    why) of what was left where it was, and what a person has to know.
    """

    adopted: list[str] = field(default_factory=list)
    displaced: list[tuple[str, str, str]] = field(default_factory=list)
    unmoved: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    copied: list[tuple[str, str]] = field(default_factory=list)
    """Path, and where its original lies, which a process may still have open."""
    waiting: list[str] = field(default_factory=list)
    """Paths of moves that a crash cut short, and that cannot be ended before a disk is mounted again."""
