"""A person empties `shared/` or a path in it, or a disk is not mounted: the alarm is on until the data is back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from histories.town import Town

_ALARMS = {"data-memory", "shared-identity"}
_COMES_AND_GOES = ("storage/logs", "storage/framework", "bootstrap/cache")


def empty_for_a_while(town: Town, which: int, commands: Sequence[str]) -> None:
    """What is shared by one link, or all of it, is away while COMMANDS run; then it is put back (data-memory)."""
    if town.do("deploy") != "done" or town.refuses():
        return
    found = _emptiable(town)
    path = found[which % len(found)] if found else ""
    if path:
        _empty(town, town.site / "shared" / path, commands)


def _empty(town: Town, place: Path, commands: Sequence[str]) -> None:
    away, held = town.top / "away", dict(town.expected)
    for database in town.databases:
        database.stop()
        database.owed = bool(database.acknowledged)
    place.rename(away)
    place.mkdir()
    town.people(lambda: None)
    _alarm(town, f"{place} is empty")
    for command in commands:
        how = town.do(command, may=(30, 61), accept=())
        if any(place.iterdir()):  # a copy of some of it was in the attic, and is back
            break
        assert command == "rollback" or how != "done", f"{place} is empty, and {command} ends as {how}"
        _alarm(town, f"{command} ended as {how}")
    _bring_along(place, away)
    away.rename(place)
    town.people(lambda: None)
    town.expected, town.destroyed = held | town.expected, False
    assert town.lost() == []
    assert not town.refuses() & _ALARMS, "the data is back, and the checklist still refuses"
    assert town.do("recover") == "done"  # what was linked meanwhile had nothing to lead to
    assert not town.refuses(), "the data is back, and the checklist refuses after a recovery"
    for database in town.databases:
        database.owed = False


def _bring_along(place: Path, away: Path) -> None:
    """What a command put into the empty PLACE is not thrown away when the disk comes back over it."""
    for here, _, names in os.walk(place):
        for name in names:
            there = away / os.path.relpath(os.path.join(here, name), place)
            there = there if not os.path.lexists(there) else there.with_name(f"{name}-under-the-mount")
            there.parent.mkdir(parents=True, exist_ok=True)
            os.rename(os.path.join(here, name), there)
    shutil.rmtree(place)


def _alarm(town: Town, when: str) -> None:
    assert town.refuses(), f"{when}, and the checklist does not refuse"


def _emptiable(town: Town) -> list[str]:
    """Paths of `shared/` that are shared as a whole and hold what a person wrote; and all of it, as `.`."""
    top, view = os.path.realpath(town.site / "shared"), town.view()
    counted = [path for path in view if path != ".env" and not path.startswith(_COMES_AND_GOES)]
    real = [os.path.realpath(town.live / path) for path in counted]
    links = {os.path.realpath(one) for one in _links(town.live)}
    held = sorted(
        one for one in links if one.startswith(top + "/") and any(path.startswith(one + "/") for path in real)
    )
    outermost = [one for one in held if not any(one.startswith(other + "/") for other in held)]
    some = [os.path.relpath(one, top) for one in outermost if os.path.isdir(one)]
    return [".", *some] if any(path.startswith(top + "/") for path in real) else []


def _links(live: Path) -> list[str]:
    return [
        os.path.join(here, name)
        for here, directories, _ in os.walk(live)
        for name in directories
        if os.path.islink(os.path.join(here, name))
    ]
