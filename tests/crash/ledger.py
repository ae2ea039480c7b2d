"""The ledger of syncs: what is on disk by the time that something relies on it, from the calls of one run.

Coarser than a model of crash states and much cheaper: at the switch and at the end nothing is
owed to the disk, a file is on disk before it gets the name that counts, a record before the
next act, and no user data moves that no record told of.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from crash.shim import UNNAMED, Made

_NAMING = ("open", "mkdir", "rename", "unlink", "rmdir", "symlink", "link")
_FREE = (".holdfast/lock", ".holdfast/reserve", ".holdfast/scratch", ".holdfast/cache", ".holdfast/trash/")
"""What a power cut may take: notes for people, room that is held, and what is thrown away."""
_NOTE = ("/.holdfast/README", "/.holdfast/.README")
"""What people read and nothing relies on: the next command writes it anew."""


def objections(site: str, calls: Iterable[Made]) -> list[str]:
    """What was relied on before it was on disk, in the order of CALLS."""
    ledger = _Ledger(site)
    for made in calls:
        ledger.hear(made)
    return ledger.wrong + ledger.owed("the end")


class _Ledger:
    def __init__(self, site: str) -> None:
        self.site = site
        self.wrong: list[str] = []
        self._files: set[str] = set()
        self._directories: set[str] = set()
        self._told = ""

    def hear(self, made: Made) -> None:
        if made.place.endswith(_NOTE):
            return
        self._relies(made)
        if made.name == "syncfs":
            self._files.clear()
            self._directories.clear()
        elif made.name == "fsync":
            self._files.discard(made.place)
            self._directories.discard(made.place)
        elif made.name in ("write", "ftruncate"):
            self._files.add(made.place)
        elif made.name in _NAMING:
            self._name(made)
        self._told += made.text

    def _name(self, made: Made) -> None:
        if not made.place.endswith(UNNAMED):
            self._directories.add(os.path.dirname(made.place))
        if made.name == "rename":
            self._directories.add(os.path.dirname(made.source))
            self._files = {_moved(path, made.source, made.place) for path in self._files}
        if made.name in ("unlink", "rmdir"):
            self._files.discard(made.place)
            self._directories.discard(made.place)

    def _relies(self, made: Made) -> None:
        """What MADE relies on was on disk before it."""
        inside = os.path.relpath(made.place, self.site)
        late = [path for path in self._files if "/journal/" in path and path != made.place]
        self.wrong += [f"{made.name} {inside} before its record was on disk"] if late and made.name != "fsync" else []
        noted = inside.startswith(".holdfast/cache/looked/")  # a torn note of the cache says nothing, and is made anew
        if made.name in ("rename", "link") and made.source in self._files and not noted:
            self.wrong.append(f"{inside} got its name before its content was on disk")
        if made.name == "rename" and inside == "current":
            self.wrong += self.owed("the switch")
        if made.name == "rename" and inside.startswith(("shared/", ".holdfast/attic/")):
            self._require_told(made, inside)

    def _require_told(self, made: Made, inside: str) -> None:
        source = os.path.relpath(made.source, self.site)
        if inside not in self._told and source not in self._told:
            self.wrong.append(f"{source} moved to {inside} before any record told of it")

    def owed(self, when: str) -> list[str]:
        """What is written and not yet on disk."""
        found = sorted(os.path.relpath(path, self.site) for path in self._files | self._directories)
        return [f"not on disk at {when}: {path}" for path in found if not (path + "/").startswith(_FREE)]


def _moved(path: str, source: str, target: str) -> str:
    return target + path[len(source) :] if (path + "/").startswith(source + "/") else path
