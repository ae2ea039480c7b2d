"""Clocks of file systems: what a time stamp proves, and what hides behind a coarse one."""

from __future__ import annotations

import os

import pytest

from holdfast_engine.data.baseline import Baseline
from holdfast_engine.fs import census
from holdfast_engine.fs.clock import COARSE_NS, TICK_NS, settled
from holdfast_engine.fs.root import Root
from holdfast_engine.model.manifest import Entry

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND


@pytest.mark.parametrize(
    ("stamp", "at", "proves"),
    [
        (NOW + 7, NOW + 7 + TICK_NS, False),
        (NOW + 7, NOW + 8 + TICK_NS, True),
        (NOW, NOW + SECOND, False),  # ext3: a rewrite in the same second has the same time
        (NOW, NOW + COARSE_NS, False),  # FAT: every other second
        (NOW, NOW + COARSE_NS + 1, True),
        (NOW + SECOND, NOW, False),  # a clock that was set back
    ],
)
def test_a_stamp_is_settled_once_its_own_clock_has_moved_on(stamp, at, proves):
    """G2, G6: an equal time means an equal content only where no later change can leave it."""
    assert settled(stamp, at=at) is proves


@pytest.mark.parametrize(("ctime", "proves"), [(NOW - SECOND, False), (NOW - SECOND + 1, True), (NOW + SECOND, False)])
def test_a_baseline_proves_nothing_by_a_coarse_or_a_future_stamp(ctime, proves):
    """G2: a rewrite of equal length within the second in which the deploy ended is looked for by content."""
    entry = Entry("a.txt", "file", 0o644, 8, "digest", ctime, ctime, 7)
    assert Baseline({"a.txt": entry}, NOW).proves(entry, entry.stamp()) is proves


def test_a_directory_that_changed_again_in_the_tick_in_which_it_was_counted_is_listed_anew(tmp_path):
    """G11: the count that is kept may not be believed by a time that a later change can have left as well."""
    shared = tmp_path / "shared"
    shared.mkdir()
    with Root(str(tmp_path)) as root:
        counted = census.quick(root, "shared", {}, now=0)
        later = counted[""].ctime + COARSE_NS + 1
        assert census.proven(counted, at=later) == counted
        kept = census.proven(counted, at=counted[""].ctime)
        (shared / "a.jpg").write_text("a")
        at = (counted[""].mtime, counted[""].mtime)
        os.utime(shared, ns=at)  # as near as a test comes to a clock that stood still
        assert kept[""].ctime == 0
        assert census.quick(root, "shared", kept, now=later)[""].files == 1
