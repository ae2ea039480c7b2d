"""A backup of the site, taken at a random moment, and restored later: then the account is what the backup holds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from histories.town import RETENTION, Town
from lib.oracle import contents

_NOT_KEPT = (".holdfast/cache", ".holdfast/trash")


class Backup:
    """A copy of TOWN's site; its state directory may be copied at another moment than the rest."""

    def __init__(self, town: Town) -> None:
        self.town, self.top = town, town.top / "backup"
        self.clock = town.clock
        self.rows: dict[str, set[int]] = {}
        shutil.rmtree(self.top, ignore_errors=True)

    def take(self) -> None:
        """What is not in it yet."""
        self.take_state()
        self.take_rest()

    def take_state(self) -> None:
        """`.holdfast/` as it is now."""
        if (self.town.site / ".holdfast").is_dir() and not (self.top / ".holdfast").exists():
            shutil.copytree(self.town.site / ".holdfast", self.top / ".holdfast", symlinks=True)

    def take_rest(self) -> None:
        """Everything else, in one moment."""
        self.top.mkdir(exist_ok=True)
        if os.path.lexists(self.top / "current"):
            return
        for name in os.listdir(self.town.site):
            if name != ".holdfast":
                _copy(self.town.site / name, self.top / name)
        self.rows = {one.place: set(one.acknowledged) for one in self.town.databases if not one.owed}

    def during(self, state_at: int, rest_at: int) -> Callable[[str], None]:
        """A listener that takes each half at the point of that number."""
        reached = [0]

        def hook(_name: str) -> None:
            reached[0] += 1
            if reached[0] == state_at:
                self.take_state()
            if reached[0] == rest_at:
                self.take_rest()

        return hook

    def restore(self) -> None:
        """The site is what the backup holds, and its people know no more than that."""
        town = self.town
        for database in town.databases:
            database.stop()
        shutil.rmtree(town.site)
        shutil.copytree(self.top, town.site, symlinks=True)
        if town.clock - self.clock > RETENTION:  # what lay in the attic then is at its end by now
            town.ending |= contents(town.site / ".holdfast/attic").keys()
        held = contents(town.site, without=_NOT_KEPT).keys() - town.about_to_end()
        town.expected = {one: text for one, text in town.ever.items() if one in held}
        town.owed, town.in_trash = {}, set()
        town.forgetful = town.destroyed = True  # the state may be older than the rest, and know of other seeds
        for database in town.databases:
            database.acknowledged = set(self.rows.get(database.place, ()))
            database.owed = False
        assert [line for one in town.databases for line in one.wrong(town.live)] == []


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)
