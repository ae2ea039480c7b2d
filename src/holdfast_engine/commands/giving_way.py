"""Data that happened to lie in build output where a build makes something now: the build wins (DESIGN 4).

What lies in `shared/` there stays, unlinked by the release that makes the path itself and by those after it, as long as
a release is left that shows it: a rollback to that one shows it again (G5). Then it goes to the attic.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from holdfast_engine.commands.homing import Homing
from holdfast_engine.commands.rules import Rules
from holdfast_engine.commands.workplace import Workplace
from holdfast_engine.fs import attic

GIVEN_WAY = "given_way"
REASON = "a build makes this path itself"


def memory_of(place: Workplace, rules: Rules) -> dict[str, int]:
    """What gave way and lies in `shared/` still, by path, with its inode: what is saved there anew is somebody's."""
    found = {path: place.root.lstat(place.bench.layout.in_shared(path)) for path in rules.given_way}
    return {path: status.st_ino for path, status in found.items() if status is not None}


def remembered(options: dict[str, Any], found: dict[str, int]) -> dict[str, Any]:
    """OPTIONS of a site with FOUND; unchanged where nothing ever gave way."""
    rest = {name: value for name, value in options.items() if name != GIVEN_WAY}
    return {**rest, **({GIVEN_WAY: found} if found else {})}


def told(place: Workplace, rules: Rules) -> list[str]:
    """A line on each path that the live release still shows and the one to come makes itself."""
    live = place.survey.current
    shown = [path for path in rules.given_way if live is not None and place.bench.is_served(live, path)]
    return [f"`{path}` is the build's now: `shared/{path}` is kept, and not served by this release" for path in shown]


def put_away(homing: Homing, paths: Iterable[str]) -> None:
    """What gave way at PATHS, and no release shows any more, lies in the attic."""
    place, operation = homing.place, homing.operation
    for path in paths:
        there = place.bench.layout.in_shared(path)
        shown = any(place.bench.is_served(one.path, path) for one in place.survey.releases)
        if place.root.has(there) and not shown:
            operation.move(what="aside", path=path, source=there)
            spot = attic.set_aside(
                place.root, there, path=path, operation=operation.name, reason=REASON, at=operation.at
            )
            homing.report.set_aside(path, spot, REASON)
