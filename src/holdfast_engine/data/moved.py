"""What an adoption says of what it did: who wins, what moved, and why something is in the attic."""

from __future__ import annotations

from dataclasses import dataclass, field

MERGED, EQUAL = "merged into shared/", "equal to what is shared"
COPIED = "copied into shared/ from another file system"
"""Why our own link, or nothing that is not served as well, lies in the attic."""
NEWER = "the live release held a newer version"
ELDER = "a newer version was saved in a place that is still written to"
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
    left: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    copied: list[tuple[str, str]] = field(default_factory=list)
    """Path, and where its original lies, which a process may still have open."""
