"""What an earlier look at a release said of its carried directories, as long as they stand as they stood."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from holdfast_engine.data.found import Findings, Found
from holdfast_engine.fs.root import Root
from holdfast_engine.model.listing import DIR
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.site import looked


@dataclass(frozen=True)
class Standing:
    """KNOWN is what a look at RELEASE found, by the same command. No name in a directory comes or goes without changing
    its times; what was written in place was written to every name of that file.
    """

    root: Root
    release: RelPath
    known: Found

    def tell(self, found: Findings, path: str, *, carried: bool) -> bool:
        """FOUND has all that is below PATH as it was KNOWN, what is CARRIED included; False, and nothing is added,
        where a directory of it has changed, may have changed unseen, or held what does not simply go along.
        """
        known = self.known
        if path in self._above_others or path not in known.carried or path not in known.directories:
            return False
        directories = {one: known.directories[one] for one in (path, *self._below(self._directories, path))}
        if not looked.stands(self.root, self.release, directories, taken=known.taken):
            return False
        names = self._below(self._names, path)
        found.present.update(names)
        found.directories.update(directories)
        if carried:
            found.carried.update((one, known.carried[one]) for one in names)
            found.to_carry.update((one, known.to_carry[one]) for one in names if one in known.to_carry)
        return True

    @cached_property
    def _above_others(self) -> frozenset[str]:
        """Directories with something below them that is to be adopted, gives way, or cannot be looked at."""
        known = self.known
        others = (known.to_adopt, known.displaced, known.leftover_output, known.special_files, known.unreadable)
        every = [path for group in others for path in group]
        every.extend(path for path in known.present if path not in known.carried)
        return frozenset(here for path in every for here in (path, *RelPath(path).ancestors()))

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self.known.carried)

    @cached_property
    def _directories(self) -> list[str]:
        return [path for path in self._names if self.known.carried[path].kind == DIR]

    @staticmethod
    def _below(names: list[str], path: str) -> list[str]:
        """Those of NAMES, which are in order, that lie below PATH: `0` comes right after `/`."""
        return names[bisect_left(names, path + "/") : bisect_left(names, path + "0")]
