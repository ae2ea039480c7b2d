"""What a sweep found in a release; looked at, never edited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace

from holdfast_engine.model.carried import Base, Carried
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.shape_patterns import lineage

Directory = tuple[int, int, int]
"""A directory's times (nanoseconds) and inode: no name in it can come or go without changing them."""


@dataclass(frozen=True)
class Found:
    """What a sweep found, by path relative to the release.

    TO_ADOPT: to be adopted, each at the path that becomes shared, with its reason. DISPLACED:
    content that gives way to what the next release ships, kept in the attic. LEFTOVER_OUTPUT: output of
    builds and the like that nobody ships, kept in the attic as well. PENDING: in output that is still to be built, and
    one of these once it is. SPECIAL_FILES: FIFOs and the like.
    DIRECTORIES: times and inode of each one, as they were before it was looked into.
    TO_CARRY: what is to go along, outermost names with its reason, but for what went along before. CARRIED: every
    file, directory and link that goes along, as it stands. VANISHED: what was carried here, and is gone.
    RENAMED: those of TO_ADOPT that are links of ours under a new name, with the old one.
    PRESENT: every path that was met, and TAKEN: when the look began (nanoseconds).
    """

    to_adopt: Mapping[str, str] = field(default_factory=dict)
    displaced: Mapping[str, str] = field(default_factory=dict)
    leftover_output: Mapping[str, str] = field(default_factory=dict)
    pending: Mapping[str, str] = field(default_factory=dict)
    special_files: Sequence[str] = ()
    unreadable: Sequence[str] = ()
    directories: Mapping[str, Directory] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    to_carry: Mapping[str, str] = field(default_factory=dict)
    carried: Base = field(default_factory=dict)
    vanished: Sequence[str] = ()
    present: Collection[str] = frozenset()
    taken: int = 0

    def __bool__(self) -> bool:
        return bool(self.every())

    def every(self) -> dict[str, str]:
        """Whatever has to go somewhere, with its reason."""
        return {**self.to_adopt, **self.to_carry, **self.displaced, **self.leftover_output}

    def goes_along(self) -> dict[str, str]:
        """What is carried, outermost names in order, each with its reason."""
        return {path: self.to_carry.get(path, "is carried, as before") for path in sorted(outermost(self.carried))}

    def waiting(self, is_pending: Callable[[str], bool]) -> Found:
        """What lies where IS_PENDING waits until the build has made what it makes, and is decided on then."""
        pending = {path: why for path, why in self.every().items() if is_pending(path)}
        carried = {path: one for path, one in self.carried.items() if not is_pending(path)}
        return replace(self.without(is_pending), pending={**self.pending, **pending}, carried=carried)

    def without(self, goes: Callable[[str], bool]) -> Found:
        """All but what GOES says of: neither to be adopted nor to go along, neither displaced nor leftover."""
        tops = [path for path in self.to_carry if goes(path)]

        def left(group: Mapping[str, str]) -> dict[str, str]:
            return {path: why for path, why in group.items() if not goes(path)}

        return replace(
            self,
            to_adopt=left(self.to_adopt),
            displaced=left(self.displaced),
            leftover_output=left(self.leftover_output),
            to_carry=left(self.to_carry),
            carried={path: one for path, one in self.carried.items() if not (tops and _covers(tops, path))},
        )

    def count(self) -> int:
        return sum(map(len, (self.to_adopt, self.to_carry, self.displaced, self.leftover_output)))


@dataclass
class Findings:
    """What one look has met so far; `Found` says what each group is. UNITS are directories carried as a whole."""

    to_adopt: dict[str, str] = field(default_factory=dict)
    displaced: dict[str, str] = field(default_factory=dict)
    leftover_output: dict[str, str] = field(default_factory=dict)
    special_files: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    directories: dict[str, Directory] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    to_carry: dict[str, str] = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    _in_units: dict[str, bool] = field(default_factory=dict)

    def is_in_unit(self, path: str) -> bool:
        """True for what lies in a directory that is carried as a whole; each directory is asked about once."""
        parent = RelPath(path).parent
        if parent not in self._in_units:
            self._in_units[parent] = any(here in self.units for here in (parent, *parent.ancestors()))
        return self._in_units[parent]

    def ended(self, taken: int, gone: Iterable[str]) -> Found:
        """What was met in the look that began at TAKEN, in which what is GONE was not met; what may not be read may
        hold it.
        """
        to_adopt = {path: self.to_adopt[path] for path in outermost(self.to_adopt)}
        to_carry = {path: self.to_carry[path] for path in outermost(self.to_carry)}
        carried = {path: one for path, one in self.carried.items() if not (to_adopt and _covers(to_adopt, path))}
        vanished = tuple(path for path in gone if not (self.unreadable and _covers(self.unreadable, path)))
        groups = {**vars(self), "vanished": vanished, "to_adopt": to_adopt, "to_carry": to_carry, "carried": carried}
        del groups["units"], groups["_in_units"]
        return Found(**groups, taken=taken)


def _covers(tops: Collection[str], path: str) -> bool:
    return any(here in tops for here in lineage(path))
