"""Which release is live where somebody's own script switches: by `current`, by another link, or by its use."""

from __future__ import annotations

import os
from typing import Optional

from holdfast_engine.fs.processes import written
from holdfast_engine.model.layout import STATE
from holdfast_engine.model.listing import DIR, LINK
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.shared_paths import rules_for
from holdfast_engine.persistence.shipped import as_lived_in, listing_of
from holdfast_engine.site.handle import Site


def live_releases(site: Site, release: RelPath) -> tuple[RelPath, ...]:
    """The releases that are live while RELEASE is linked; what lies in them is the application's.

    The one that `current` names: then another link, as `next`, only prepares. Else those that links at the site's top
    lead to or into, whatever they are called, but not RELEASE where it is new and another one was linked before. Else
    RELEASE, where a process writes to data in it.
    """
    current = site.survey.current
    if current is not None and site.root.kind(current) == DIR:
        return (current,)
    named = _named(site, release)
    known = {one.path for one in site.survey.releases}
    if release not in known and any(one in known for one in named):
        named = tuple(one for one in named if one != release)
    return named or ((release,) if _is_written(site, release) else ())


def _named(site: Site, release: RelPath) -> tuple[RelPath, ...]:
    """Where the links at the site's top end, by names alone (G9)."""
    root, top = site.root, os.path.realpath(site.root.path)
    found: dict[RelPath, None] = {}
    for name in root.names(""):
        if root.kind(name) != LINK:
            continue
        end = os.path.realpath(root.absolute(name))
        one = _release_of(site, RelPath(end[len(top) + 1 :]), release) if end.startswith(top + "/") else None
        if one is not None and root.kind(one) == DIR:
            found[one] = None
    return tuple(found)


def _release_of(site: Site, end: RelPath, release: RelPath) -> Optional[RelPath]:
    """The release that END is or lies in: one that is known, or a directory beside RELEASE."""
    if end.is_within(STATE) or end.is_within(site.links.layout.shared):
        return None
    known = next((one.path for one in site.survey.releases if end.is_within(one.path)), None)
    beside = release.parent
    if known is not None or not end.is_within(beside) or end == beside:
        return known
    return beside / end.below(beside).parts[0]


def _is_written(site: Site, release: RelPath) -> bool:
    """True when some process holds data of RELEASE open for writing; a deploy's own log in it is no data."""
    paths = [RelPath(path).below(release) for path in written(site.root) if RelPath(path).is_within(release)]
    if not paths:
        return False
    rules = rules_for(site, as_lived_in(listing_of(site, release)), site.request.settings)
    return any(rules.is_shared(path) for path in paths)
