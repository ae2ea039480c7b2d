"""A preset that shares less than an earlier version of it did: told, and nothing done until a person agrees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from holdfast_engine.checks.continuity import PRESET_NARROWED
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.request import Request
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.classify_rules import PRESET
from holdfast_engine.rules.presets import Preset
from holdfast_engine.site.format import SiteFile
from holdfast_engine.site.links import Links
from holdfast_engine.site.records import ReleaseRecord


def dropped(preset: Preset, shared: Iterable[SharedPath]) -> tuple[str, ...]:
    """The paths of SHARED that a preset once made so, and that PRESET does not speak of any more, in order."""
    named = {*preset.dirs, *preset.needs, *preset.files, *preset.databases, *preset.candidates}
    once = (one.path for one in shared if one.why == PRESET)
    return tuple(sorted(path for path in once if not any(RelPath(path).is_within(top) for top in named)))


def unconfirmed(preset: Preset, site: SiteFile, active: Optional[ReleaseRecord]) -> tuple[str, ...]:
    """What PRESET has dropped since the version that the site's shared paths were decided with.

    Another framework is no narrower version of this one: what it leaves out stays shared and is not told here.
    """
    memory: dict[str, Any] = site.options.get("preset") or {}
    name = memory.get("id") or (active.framework if active else preset.id)
    if name != preset.id or memory.get("version") == preset.version:
        return ()
    return dropped(preset, site.shared)


def memory_of(preset: Preset, site: SiteFile, active: Optional[ReleaseRecord], request: Request) -> dict[str, Any]:
    """What the site remembers from now on: this version, or still the one before while nobody has agreed."""
    if unconfirmed(preset, site, active) and PRESET_NARROWED not in request.accept:
        return dict(site.options.get("preset") or {"id": preset.id, "version": 0})
    return {"id": preset.id, "version": preset.version}


def let_go(links: Links, classifier: Classifier, site: SiteFile, request: Request) -> frozenset[str]:
    """What a person agreed to share no longer, and of which nothing lies in `shared/`: the only paths that an agreement
    changes, for `shared/` itself is the truth about what is shared.
    """
    preset = classifier.preset
    agreed = {"id": preset.id, "version": preset.version} == site.options.get("preset")
    if not agreed and PRESET_NARROWED not in request.accept:
        return frozenset()
    gone = dropped(preset, site.shared)
    return frozenset(path for path in gone if not links.root.has(links.layout.in_shared(path)))
