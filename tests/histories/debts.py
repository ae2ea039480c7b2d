"""What is owed: content that people had, that an act of theirs took out of sight, and that the next deploy must show.

Somebody switches `current` by hand, or a worker writes where it stayed: nothing of ours hid that, and yet a deploy
that ends well serves it again (G2, DESIGN 5, sweep). Where something newer stands at the path, that is served.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from histories import town as towns

if TYPE_CHECKING:
    from histories.town import Town


CALLED_CODE = ("public/flags", "public/robots.txt")
"""By the preset: in a release of which nothing is known it is taken for what that shipped, and stays there."""


def owe(town: Town, served: Mapping[str, str]) -> None:
    """SERVED, by path and digest, is to be served again. An edit of what some release ships is code, and is not."""
    for path, content in served.items():
        unwanted = (path, content) in town.unwanted
        if not unwanted and not any(stands_in(path, files) for files in town.shipped.values()):
            town.owed[path] = content


def forgive(town: Town, path: str) -> None:
    """Somebody took away what stood at PATH, or a file made way for it there: nobody waits for it."""
    for one in [one for one in town.owed if towns.is_within(one, path) or towns.is_within(path, one)]:
        del town.owed[one]


def unpaid(town: Town, *, linked: bool = True) -> list[str]:
    """What was owed and is not served, nor anything else that people wrote there; nothing is owed any more.

    Where it is not to be LINKED anew, what is home and not served is owed to the next deploy: somebody switched by hand
    to a release that has no link to it.
    """
    owed, town.owed = town.owed, {}
    if not linked:
        town.owed = {path: content for path, content in owed.items() if (town.site / "shared" / path).exists()}
        owed = {path: content for path, content in owed.items() if path not in town.owed}
    for database in town.databases:
        home = (town.site / "shared" / database.place).exists() and not (town.live / database.place).exists()
        database.owed = not linked and home
        if is_for_a_person(town, database.place):
            database.begin_anew(town.live)
    left = [path for path, content in owed.items() if content in town.expected and not _is_paid(town, path)]
    left = [path for path in left if not is_for_a_person(town, path)]
    return [f"left behind: {path}: {town.expected[owed[path]]}" for path in left] + [
        line for database in town.databases if not database.owed for line in database.wrong(town.live)
    ]


def is_for_a_person(town: Town, path: str) -> bool:
    """True where a release holds PATH of which nothing tells what it shipped, or which was never seen live, and nothing
    is served there: `recover` brings it home, or shows it to a person.
    """
    told = {one.stem for one in (town.site / ".holdfast/baselines").glob("*") if _was_live(town, one.stem)}
    holds = (one for one in (town.site / "releases").iterdir() if (one / path).is_file())
    if (town.live / path).exists() or all(one.name in told for one in holds):
        return False
    told = any(towns.is_within(path, one) for one in town.recoverable())
    assert told or any(towns.is_within(path, one) for one in CALLED_CODE), f"{path}: nobody tells of it"
    return True


def _was_live(town: Town, release: str) -> bool:
    record = town.site / ".holdfast/releases" / f"{release}.json"
    return record.is_file() and bool(json.loads(record.read_text())["activated"])


def _is_paid(town: Town, path: str) -> bool:
    where = town.live / path
    if towns.digest_of(str(where)) in town.ever:
        return True
    in_its_way = where.is_dir() or any(place.is_file() for place in where.parents if place != town.live)
    return in_its_way or town.ships(path)


def stands_in(path: str, files: Mapping[str, str]) -> bool:
    return any(towns.is_within(path, one) or towns.is_within(one, path) for one in files)
