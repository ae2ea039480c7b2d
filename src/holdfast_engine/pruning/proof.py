"""Whether a release is proven: what it holds that is nowhere else (G6)."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Optional, Union

from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.fs import attic
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import is_all_taken_away, sweep, was_taken_away
from holdfast_engine.site.handle import Site
from holdfast_engine.site.records import ReleaseRecord


@dataclass(frozen=True)
class Proving:
    """One release under proof by RULES; its baseline is read once, however often it is looked into."""

    site: Site
    record: ReleaseRecord
    rules: Optional[Rules]

    @cached_property
    def _baseline(self) -> Union[Baseline, str]:
        """What proves the release, or why nothing does."""
        baseline = baseline_of(self.site, self.record)
        if baseline is None or self.rules is None:
            return "its list of shipped files is missing, so nothing proves it"
        if not _is_itself(self.site, self.record, baseline):
            return "less than half of what it shipped is in it: it was changed, or another directory has its name"
        return baseline

    def look(self) -> Union[Found, str]:
        """What the release holds beyond its baseline, or why nothing can be said of it and it stays."""
        baseline = self._baseline
        if isinstance(baseline, str) or self.rules is None:
            return str(baseline)
        found = _beyond_the_attic(self.site, self.record, self.rules, baseline)
        if found.unreadable:
            return f"`{found.unreadable[0]}` in it may not be read"
        away = next(filter(self.site.links.is_away, found.to_adopt), None)
        if away is not None:
            return f"`{away}` in it {self.site.links.why_away(away)}"
        if found.special_files:
            return f"`{found.special_files[0]}` in it is neither file, directory nor link"
        return found


def _is_itself(site: Site, record: ReleaseRecord, baseline: Baseline) -> bool:
    """True when at least half of the files that the release shipped stand in it: an inode would not survive a copy of
    the site, and what somebody put under its name is neither data nor ours to remove (I43, I44).
    """
    shipped = {path: entry.size for path, entry in baseline.entries.items() if entry.kind == FILE}
    found = walk(site.root, record.path, unreadable=[])
    stands = sum(kind == FILE and shipped.get(path) == status.st_size for path, kind, status in found)
    return stands * 2 >= len(shipped)


def _beyond_the_attic(site: Site, record: ReleaseRecord, rules: Rules, baseline: Baseline) -> Found:
    """What a sweep finds, without what the attic holds already with the same content, and what was carried on from it
    and deleted since: its second name holds that, until the attic does.
    """
    found = sweep(site, record.path, rules, baseline=baseline)
    here = record.path
    known = found.without(lambda path: was_taken_away(site, here, path) or attic.holds(site.root, here / path, path))
    to_adopt = {path: why for path, why in found.to_adopt.items() if not is_all_taken_away(site, here, path)}
    return replace(known, to_adopt=to_adopt)
