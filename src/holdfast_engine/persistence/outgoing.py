"""What the live release holds that must come home before another one takes its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

from holdfast_engine.data.baseline import Baseline
from holdfast_engine.data.found import Found
from holdfast_engine.model.listing import FILE, Listing
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.persistence.was_shipped import compare
from holdfast_engine.site.handle import Site
from holdfast_engine.sources import GitSource, TreeSource, version_of


def look_at_live(
    site: Site, source: Optional[TreeSource], rules: Rules, baseline: Optional[Baseline], *, unbuilt: bool
) -> Found:
    """What the live release holds that must come home when RULES hold; UNBUILT as long as output is still to be made.

    Where nothing is known of what it shipped, the code of SOURCE and of its history, and of what was built from it, is
    no data.
    """
    live = site.survey.current or RelPath("")
    pinned = bool(site.survey.active and site.survey.active.pinned)
    known = baseline if baseline is not None else _from_history(site, live, source)
    found = sweep(site, live, rules, baseline=known, unbuilt=unbuilt, unproven=pinned or baseline is None)
    if baseline is not None:
        return found
    old = _OldCode(site, live, source, rules.listing)
    return replace(found.without(old.holds), leftover_output=found.leftover_output)


def _from_history(site: Site, live: RelPath, source: Optional[TreeSource]) -> Optional[Baseline]:
    """What the history of SOURCE knows of LIVE as shipped, where it knows anything: whole directories too, and of what
    was edited that it was.
    """
    if not isinstance(source, GitSource):
        return None
    was = compare(site, live, [version_of(source)])
    site.made[_EDITED, live] = {} if was.is_unlike else was.edited
    return None if was.is_unlike else Baseline({one.path: one for one in was.entries()}, was.taken)


_EDITED = "edited"


def edited_in(site: Site, live: RelPath) -> dict[str, Entry]:
    """What a history said of LIVE that was shipped there and edited since, as it was shipped."""
    found: dict[str, Entry] = site.made.get((_EDITED, live), {})
    return found


@dataclass(frozen=True)
class _OldCode:
    """Nothing is known of what the live release shipped: what the source holds, or its history has there, is code.

    By content, not by name (data.md); everything else is user data.
    """

    site: Site
    live: RelPath
    source: Optional[TreeSource]
    listing: Listing

    def holds(self, path: str) -> bool:
        here = self.live / path
        content = self.site.root.read(here) if self.site.root.kind(here) == FILE else None
        return content is not None and (content == self.listing.read(path) or self._was_shipped(path, content))

    def _was_shipped(self, path: str, content: bytes) -> bool:
        return isinstance(self.source, GitSource) and self.source.contains_blob(path, content)
