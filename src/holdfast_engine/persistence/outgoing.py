"""What the live release holds that must come home before another one takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Optional

from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.data.found import Found
from holdfast_engine.model.listing import FILE, Listing
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.strays import sweep
from holdfast_engine.persistence.versions import version_of
from holdfast_engine.persistence.was_shipped import compare
from holdfast_engine.site.handle import Site
from holdfast_engine.sources import TreeSource, in_repository

if TYPE_CHECKING:
    from holdfast_engine.sources.git import GitSource


def baseline_of_live(site: Site) -> Optional[Baseline]:
    """The whole baseline of what is live. None without one, and where somebody has only said what was shipped: what a
    build made of that on the server is known once its data went home.
    """
    active = site.survey.active
    return None if active is not None and active.unobserved else baseline_of(site, active)


def look_at_live(
    site: Site, source: Optional[TreeSource], rules: Rules, baseline: Optional[Baseline], *, unbuilt: bool
) -> Found:
    """What the live release holds that must come home when RULES hold; UNBUILT as long as output is still to be made.

    Where BASELINE does not tell what it shipped, what somebody said of it or the history of SOURCE does; the code of
    SOURCE, and of what was built from it, is no data.
    """
    live = site.survey.current or RelPath("")
    lived_in = bool(site.survey.active and site.survey.active.lived_in)
    known = baseline if baseline is not None else _known(site, live, source)
    found = sweep(site, live, rules, baseline=known, unbuilt=unbuilt, unproven=lived_in or baseline is None)
    if baseline is not None:
        return found
    old = _OldCode(site, live, in_repository(source), rules.listing)
    return replace(found.without(old.holds), leftover_output=found.leftover_output)


def _known(site: Site, live: RelPath, source: Optional[TreeSource]) -> Optional[Baseline]:
    """What is known of LIVE as shipped, whole directories too, and of what was edited how it was shipped."""
    active, found = site.survey.active, None
    if active is not None and active.told:
        found = baseline_of(site, active)
    elif source is not None and in_repository(source) is not None:
        was = compare(site, live, [version_of(source)])
        found = None if was.is_unlike else Baseline({one.path: one for one in was.entries()}, was.taken)
    site.made[_KNOWN, live] = found
    return found


_KNOWN = "known"


def known_of(site: Site, live: RelPath) -> Mapping[str, Entry]:
    """What the last look at LIVE knew of it as shipped, without a whole baseline."""
    found: Optional[Baseline] = site.made.get((_KNOWN, live))
    return found.entries if found is not None else {}


@dataclass(frozen=True)
class _OldCode:
    """Nothing is known of what the live release shipped: what the source holds, or its history has there, is code.

    By content, not by name (data.md); everything else is user data.
    """

    site: Site
    live: RelPath
    commit: Optional[GitSource]
    listing: Listing

    def holds(self, path: str) -> bool:
        here = self.live / path
        content = self.site.root.read(here) if self.site.root.kind(here) == FILE else None
        return content is not None and (content == self.listing.read(path) or self._was_shipped(path, content))

    def _was_shipped(self, path: str, content: bytes) -> bool:
        return self.commit is not None and self.commit.contains_blob(path, content)
