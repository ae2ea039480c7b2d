"""What a site is made of, with sizes: data, code, what was built, and what came on the server. Names and sizes are
looked at, nothing is read, and in memory is only what is large.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Optional

from holdfast_engine.data.baseline import Baseline, baseline_of
from holdfast_engine.fs.sizes import Sized, sizes
from holdfast_engine.model.carried import EMPTY, Base
from holdfast_engine.model.extents import Extents
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import LINK
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.rules import ARTIFACT, CACHE, CARRIED, CODE, EPHEMERAL, SEEDED, SHARED
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.rules.shape_patterns import lineage
from holdfast_engine.site.bases import base_of
from holdfast_engine.site.handle import Site

NEW, BUILT = "new", "built"
"""Beside the words of `model.rules`: what appeared since the last deploy, and what builds made."""
CARES = (SHARED, CODE, BUILT, CARRIED, NEW, CACHE)
"""The parts of a map, in its order."""
_ROOM = {SHARED: 110_000, CODE: 55_000, BUILT: 40_000, CARRIED: 45_000, NEW: 20_000, CACHE: 10_000}
"""So many characters of an answer each part may take; what is not named is counted."""
_WORDS = {ARTIFACT: BUILT, CACHE: CACHE, EPHEMERAL: CACHE}


@dataclass(frozen=True)
class Cares:
    """What each file of the live release is to us: by RULES, by what it shipped (BASELINE), and by what was carried
    into it (BASE).
    """

    rules: Rules
    baseline: Optional[Baseline]
    base: Base = field(default_factory=dict)
    _directories: dict[str, str] = field(default_factory=dict)

    def of(self, directory: str, path: str) -> str:
        """One of CARES for the file at PATH, which stands in DIRECTORY."""
        if path in self.base:
            return CARRIED
        said = self._said(directory, path)
        if said in (BUILT, CACHE):
            return said
        if self.baseline is None:
            return NEW if said in (SHARED, SEEDED) else CODE
        return CODE if path in self.baseline.entries else NEW

    def _said(self, directory: str, path: str) -> str:
        """What rules say of PATH. Of all that lies in a directory of output or caches they say the same; it is asked
        about once.
        """
        if directory and directory not in self._directories:
            self._directories[directory] = self._ruled(directory)
        above = self._directories.get(directory, "")
        return above if above in (BUILT, CACHE) else self._ruled(path)

    def _ruled(self, path: str) -> str:
        care = self.rules.classifier.ruling(path).care
        return _WORDS.get(care, care)


@dataclass
class SiteMap:
    """What was counted: EXTENTS by care; files and bytes of each shared path (TOPS) and of what is no part of what is
    served (ASIDE); UNREADABLE are directories that this user may not look into.
    """

    extents: dict[str, Extents] = field(default_factory=dict)
    tops: dict[str, list[int]] = field(default_factory=dict)
    aside: dict[str, list[int]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def add(self, care: str, one: Sized) -> None:
        self.extents.setdefault(care, Extents()).add(one.directory, one.name, one.size)

    def to_json(self) -> dict[str, Any]:
        parts = [{"care": care, **self._part(care)} for care in CARES if care in self.extents]
        aside = [{"what": what, "files": files, "bytes": size} for what, (files, size) in self.aside.items()]
        return {"parts": parts, "aside": aside, "unreadable": len(self.unreadable)}

    def _part(self, care: str) -> dict[str, Any]:
        whole = self.extents[care].whole(_ROOM[care]).to_json()
        return {"files": whole["files"], "bytes": whole["bytes"], "parts": whole.get("parts", [])}


def site_map(site: Site, rules: Rules) -> SiteMap:
    """One look at all that lies below the deploy root."""
    found = SiteMap()
    _shared(site, rules, found)
    live = site.survey.current
    if live is not None:
        active = site.survey.active
        base = base_of(site, active.id) if active is not None else EMPTY
        _release(site, live, Cares(rules, baseline_of(site, active), base), found)
    for name in site.root.names(Layout.releases):
        if Layout.releases / name != live:
            _aside(site, "releases", Layout.releases / name, found)
    for what in ("attic", "trash", "carried"):
        _aside(site, what, Layout.state / what, found)
    for name in site.root.names(Layout.state):
        if name not in ("attic", "trash", "carried"):
            _aside(site, "records", Layout.state / name, found)
    return found


def _shared(site: Site, rules: Rules, found: SiteMap) -> None:
    """What lies in `shared/`, also where nothing links it; with what each shared path holds."""
    paths, at, top = rules.shared_paths, None, ""
    for one in sizes(site.root, site.links.layout.shared, found.unreadable):
        if one.directory != at:
            at, top = one.directory, next((here for here in lineage(one.directory) if here in paths), "")
        _count(found.tops, top or (one.path if one.path in paths else ""), one.size)
        found.add(SHARED, one)


def _release(site: Site, live: RelPath, cares: Cares, found: SiteMap) -> None:
    """What really stands in the live release: our links lead to what is counted in `shared/`."""
    made = dict(cares.rules.links)
    for one in sizes(site.root, live, found.unreadable):
        if one.kind != LINK or not (one.path in made or site.links.is_linked(live, one.path)):
            found.add(cares.of(one.directory, one.path), one)


def _aside(site: Site, what: str, top: RelPath, found: SiteMap) -> None:
    """What no visitor is shown. A file that stands under a second name as well takes no room of its own."""
    for one in sizes(site.root, top, found.unreadable):
        _count(found.aside, what, one.size if one.names == 1 else 0)


def _count(sums: dict[str, list[int]], name: str, size: int) -> None:
    row = sums.setdefault(name, [0, 0])
    row[0] += 1
    row[1] += size
