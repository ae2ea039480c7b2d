"""What a time stamp proves: file systems keep times by clocks of their own, and some of them tick slowly."""

from __future__ import annotations

TICK_NS = 20_000_000
"""Two changes within one tick of the kernel's clock may leave one time behind (4 to 10 ms; inode times are coarse)."""
COARSE_NS = 2_000_000_000
"""The slowest clock there is: FAT counts every other second; ext3, and ext4 with small inodes, whole seconds."""
_SECOND = 1_000_000_000


def tick_of(stamp: int) -> int:
    """How long the clock that left STAMP may have stood still, in nanoseconds.

    Probed on the stamp itself, so that a site may be moved or copied: a whole second tells of a file system that knows
    no shorter time. Where it is chance, a file is read once too often.
    """
    return COARSE_NS if stamp % _SECOND == 0 else TICK_NS


def settled(stamp: int, *, at: int) -> bool:
    """True when no change after AT can have left STAMP, so that an equal stamp means an unchanged content.

    A stamp that lies in the future, as where a clock was set back, is never settled.
    """
    return stamp < at - tick_of(stamp)
