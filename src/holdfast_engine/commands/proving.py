"""Whether a release is proven: what it holds that is nowhere else (G6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Optional, Union

from holdfast_engine.commands.homing import baseline_of, sweep
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs import attic
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import FILE
from holdfast_engine.state.records import ReleaseRecord


@dataclass(frozen=True)
class Proving:
    """One release under proof by RULES; its baseline is read once, however often it is looked into."""

    place: Workplace
    record: ReleaseRecord
    rules: Optional[Rules]

    @cached_property
    def _baseline(self) -> Union[Baseline, str]:
        """What proves the release, or why nothing does."""
        baseline = baseline_of(self.place, self.record)
        if baseline is None or self.rules is None:
            return "there is no baseline to prove it by"
        if not _is_itself(self.place, self.record, baseline):
            return "less than half of what it shipped is in it: it was altered, or another directory has its name"
        return baseline

    def look(self) -> Union[Found, str]:
        """What the release holds beyond its baseline, or why nothing can be said of it and it stays."""
        baseline = self._baseline
        if isinstance(baseline, str) or self.rules is None:
            return str(baseline)
        found = _beyond_the_attic(self.place, self.record, self.rules, baseline)
        if found.unreadable:
            return f"`{found.unreadable[0]}` in it may not be read"
        if found.odd:
            return f"`{found.odd[0]}` in it is neither file, directory nor link"
        return found


def _is_itself(place: Workplace, record: ReleaseRecord, baseline: Baseline) -> bool:
    """True when at least half of the files that the release shipped stand in it: an inode would not survive a copy of
    the site, and what somebody put under its name is neither data nor ours to remove (I43, I44).
    """
    shipped = {path: entry.size for path, entry in baseline.entries.items() if entry.kind == FILE}
    found = walk(place.root, record.path, unreadable=[])
    stands = sum(kind == FILE and shipped.get(path) == status.st_size for path, kind, status in found)
    return stands * 2 >= len(shipped)


def _beyond_the_attic(place: Workplace, record: ReleaseRecord, rules: Rules, baseline: Baseline) -> Found:
    """What a sweep finds, without what the attic holds already with the same content."""
    found = sweep(place, record.path, rules, baseline=baseline)
    for group in (found.displaced, found.spared):
        for path in list(group):
            if attic.holds(place.root, record.path / path, path):
                del group[path]
    return found
