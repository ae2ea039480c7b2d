"""What a user's command did to shared data, by a full count before it and one after it, and who is to blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import field
from typing import Optional

from holdfast_engine.model.manifest import Stamp
from holdfast_engine.model.memory import (
    SOME,
    Losses,
    Taken,
    comes_and_goes,
    is_data,
    is_database_name,
    is_evidence,
    is_flag,
    losses,
)
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.values import dataclass
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.persistence.missing import passing_singles
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.rules.shape_patterns import is_environment

_NAMES = 200
_SINGLES = ""
_MARKS = (".pid", ".lock", ".sock", ".socket")
"""Ends of names of what a program makes while it runs, and takes away when it ends."""


@dataclass
class Watch:
    """What is known of one operation's hooks: files that they MADE themselves, what may be EMPTY, the WARNINGS. With
    an ADOPTER, what they move out of `shared/` into the release that is being made comes home; what they MADE_HERE, in
    that release, gets its access when that is sealed. EMPTIED are directories that the application empties by itself.
    """

    warnings: list[str]
    empty: tuple[str, ...] = ()
    made: set[str] = field(default_factory=set)
    made_here: list[RelPath] = field(default_factory=list)
    emptied: frozenset[str] = frozenset()
    adopter: Optional[Adopter] = None

    def counts(self, rules: Rules, path: str) -> bool:
        """True for users' files: not what a hook of this operation made (a maintenance flag), nor what comes and goes
        by itself, nor what a person said may go.
        """
        here = RelPath(path)
        if (
            path in self.made
            or is_flag(path)
            or here.name.endswith(_MARKS)
            or not is_data(here.name)
            or comes_and_goes(here.parent)
        ):
            return False
        return not (rules.classifier.is_cache(path) or any(here.is_within(one) for one in self.empty))


@dataclass(frozen=True)
class Shrunk:
    """What is not where it was after one command, of it what is EVIDENCE of harm, place by place, and how many files of
    each shared path are GONE from it, or MOVED to another place. ASIDE is what nobody finds where it was any more: all
    of a shared path, a database, an environment file.
    """

    lost: Losses
    evidence: tuple[Taken, ...]
    gone: Counter[str]
    moved: Counter[str]
    aside: tuple[str, ...] = ()


def compared(
    watch: Watch,
    rules: Rules,
    before: Mapping[str, Stamp],
    after: Mapping[str, Stamp],
    *,
    at: float,
    by_itself: bool = False,
) -> Optional[Shrunk]:
    """What vanished, moved or became shorter between the two counts; None when nothing did. BY_ITSELF: the application
    was stopped or started, and no script ran.
    """
    lost = losses(before, after, lambda path: watch.counts(rules, path))
    known = {_same(stamp) for stamp in before.values()}
    watch.made.update(path for path, stamp in after.items() if path not in before and _same(stamp) not in known)
    if not any(lost):
        return None
    counted = [path for path, stamp in before.items() if stamp[0] and watch.counts(rules, path)]
    gone, moved = (Counter(_top(rules, path) for path in paths) for paths in (lost.gone, lost.moved))
    hollow = [path for path in lost.shorter if after[path][0] * 2 < before[path][0]]
    places = _any_place if by_itself else watch.emptied.__contains__
    evidence = tuple(_evidence(rules, counted, sorted([*lost.gone, *hollow]), at, empties=places))
    return Shrunk(lost, evidence, gone, moved, tuple(_aside(rules, counted, lost.moved)))


def _any_place(_path: str) -> bool:
    """An application that ends, or begins, puts away what is its own."""
    return True


def _aside(rules: Rules, counted: Collection[str], moved: Collection[str]) -> Iterator[str]:
    """A hook may move users' files in the place that the application looks into. All of them is another matter."""
    before, went = _by_top(rules, counted), _by_top(rules, moved)
    for top, paths in went.items():
        if top != _SINGLES and len(paths) == len(before[top]) >= SOME:
            yield top
        yield from (path for path in paths if is_database_name(RelPath(path).name) or _is_environment(rules, path))
    for _, to in rules.links:
        inside = [path for path in counted if RelPath(path).is_within(to)]
        if inside and set(inside) <= set(moved):
            yield to


def _is_environment(rules: Rules, path: str) -> bool:
    return path in rules.shared_paths and is_environment(path)


def _same(stamp: Stamp) -> tuple[int, int, int]:
    """What a file keeps when it is renamed: size, time of its content, inode."""
    return stamp[0], stamp[1], stamp[3]


def _top(rules: Rules, path: str) -> str:
    """The shared path that PATH belongs to, else its first name."""
    above = [*RelPath(path).ancestors(), RelPath(path)]
    return next((one for one in above if one in rules.shared_paths), above[0])


def _evidence(
    rules: Rules, counted: Collection[str], gone: Collection[str], at: float, *, empties: Callable[[str], bool]
) -> Iterator[Taken]:
    """Shared paths that lost so much that only the command explains it, and, in the others, directories in which
    nothing is left, and databases. What the application EMPTIES by itself is none.
    """
    before, lost = _by_top(rules, counted), _by_top(rules, gone)
    for top, paths in lost.items():
        if top == _SINGLES and len(before[top]) < SOME:
            continue
        if is_evidence(len(paths), len(before[top])):
            here = _common(paths)
            yield _taken(here, sum(RelPath(path).is_within(here) for path in before[top]), paths, at)
        else:
            yield from (one for one in _emptied(top, before[top], paths, at) if not empties(one.path))
            yield from (_taken(RelPath(path), 1, [path], at) for path in paths if is_database_name(RelPath(path).name))


def _by_top(rules: Rules, paths: Iterable[str]) -> dict[str, list[str]]:
    """PATHS by the shared path that they lie in; single files that only their being there made shared are judged
    together, for applications delete one or the other.
    """
    single = passing_singles(rules.shared)
    found: dict[str, list[str]] = {}
    for path in paths:
        top = _top(rules, path)
        found.setdefault(_SINGLES if top in single else top, []).append(path)
    return found


def _emptied(top: str, before: list[str], lost: list[str], at: float) -> Iterator[Taken]:
    """The outermost directories below TOP that held at least three files and hold none any more."""
    held, went = _by_directory(before), _by_directory(lost)
    empty = [path for path, number in went.items() if number == held[path] >= SOME and RelPath(path).is_within(top)]
    for here in outermost(empty):
        inside = [path for path in lost if RelPath(path).is_within(here)]
        yield _taken(here, len(inside), inside, at)


def _by_directory(paths: Iterable[str]) -> Counter[str]:
    return Counter(str(above) for path in paths for above in RelPath(path).ancestors())


def _common(paths: list[str]) -> RelPath:
    """The deepest directory that holds all of PATHS; a single file is its own place."""
    first, last = RelPath(min(paths)), RelPath(max(paths))
    if first == last:
        return first
    shared = [one for one in first.ancestors() if last.is_within(one)]
    return shared[-1] if shared else RelPath("")


def _taken(path: RelPath, files: int, names: list[str], at: float) -> Taken:
    return Taken(str(path), files, len(names), at, tuple(names[:_NAMES]))
