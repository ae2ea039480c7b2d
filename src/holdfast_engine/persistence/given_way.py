"""Data that happened to lie in build output where a build makes something now: the build wins (data.md).

What lies in `shared/` there stays, unlinked by the release that makes the path itself and by those after it, as long as
a release is left that shows it: a rollback to that one shows it again (G5). Then it goes to the attic.
"""

from __future__ import annotations

from typing import Any

from holdfast_engine.persistence.shared_paths import GIVEN_WAY, Rules
from holdfast_engine.site.handle import Site


def memory_of(site: Site, rules: Rules) -> dict[str, int]:
    """What gave way and lies in `shared/` still, by path, with its inode: what is saved there anew is somebody's. Of a
    disk that is not mounted nothing is forgotten.
    """
    known = dict(site.survey.site.options.get(GIVEN_WAY, {}))
    away = {path: inode for path, inode in known.items() if site.links.is_away(path)}
    found = {path: site.root.lstat(site.links.layout.in_shared(path)) for path in rules.given_way}
    return {**away, **{path: status.st_ino for path, status in found.items() if status is not None}}


def remembered(options: dict[str, Any], found: dict[str, int]) -> dict[str, Any]:
    """OPTIONS of a site with FOUND; unchanged where nothing ever gave way."""
    rest = {name: value for name, value in options.items() if name != GIVEN_WAY}
    return {**rest, **({GIVEN_WAY: found} if found else {})}


def told(site: Site, rules: Rules) -> list[str]:
    """A line on each path that the live release still shows and the one to come makes itself."""
    live = site.survey.current
    shown = [path for path in rules.given_way if live is not None and site.links.is_served(live, path)]
    return [f"`{path}` comes from the build now: `shared/{path}` is kept, but not served" for path in shown]
