"""What a user's command moves out of `shared/` into the release that is being made: it stays users' data (G1, G6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from holdfast_engine.data.found import Found
from holdfast_engine.data.restore import bring_back
from holdfast_engine.fs import census
from holdfast_engine.fs.durable import SyncFailed
from holdfast_engine.fs.probe import device_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.manifest import Stamp
from holdfast_engine.model.paths import RelPath, outermost
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.sets import main_of
from holdfast_engine.model.words import count
from holdfast_engine.persistence.adopt import Adopter
from holdfast_engine.site.handle import Site

_WHY = "a command moved it out of `shared/`"


def brought_home(adopter: Adopter, release: RelPath, before: Mapping[str, Stamp], *, back: bool) -> dict[str, Stamp]:
    """What is counted in `shared/` once no file that lay there BEFORE lies in RELEASE.

    Each is home at the path to which the command moved it; where what was begun is to be undone, a copy is BACK at its
    old path instead, unless something else is there. A crash leaves them in the release, which recovery looks through.
    """
    site = adopter.site
    shared = site.links.layout.shared
    now = census.full(site.root, shared)
    carried = _carried(site, release, before, now)
    if not carried:
        return now
    left = {path: old for path, old in carried.items() if not (back and _put_back(adopter, release / path, old))}
    adopter.bring(release, Found(to_adopt=dict.fromkeys(_tops(site, release, left), _WHY)), wins="live")
    where = "back in their places" if not left else f"in `shared/` as {', '.join(sorted(left)[:5])}"
    site.notice("adopt", f"a command moved {count(len(carried), 'file')} of `shared/` into `{release}`; now {where}")
    return census.full(site.root, shared)


def _carried(site: Site, release: RelPath, before: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> dict[str, str]:
    """Each file of RELEASE that is one of BEFORE, with its old path. Known by its inode, size and time; where a move is
    a copy, to another file system, by size and time.
    """
    one_disk = device_of(site.root, release) == device_of(site.root, site.links.layout.shared)
    still = {_mark(stamp, one_disk=one_disk) for stamp in now.values()}
    gone = {
        _mark(stamp, one_disk=one_disk): path for path, stamp in before.items() if stamp[0] and _went(path, stamp, now)
    }
    wanted = {mark: path for mark, path in gone.items() if mark not in still}
    found: dict[str, str] = {}
    for path, kind, status in walk(site.root, release, unreadable=[]) if wanted else ():
        mark = _mark((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino), one_disk=one_disk)
        if kind == FILE and mark in wanted:
            found[path] = wanted[mark]
    return found


def _went(path: str, stamp: Stamp, now: Mapping[str, Stamp]) -> bool:
    return path not in now or now[path][3] != stamp[3]


def _mark(stamp: Stamp, *, one_disk: bool) -> tuple[int, int, int]:
    return stamp[0], stamp[1], stamp[3] if one_disk else 0


def _put_back(adopter: Adopter, source: RelPath, path: str) -> bool:
    """True when a copy of SOURCE is in `shared/` at PATH, where nothing was. SOURCE goes with its release."""
    links = adopter.site.links
    if links.root.has(links.layout.in_shared(path)):
        return False
    try:
        bring_back(links, adopter.operation, source=source, path=path, stands={path: None})
    except SyncFailed:
        raise  # final (G1)
    except (Problem, OSError):  # no room for a copy, or a database in use: it comes home by a rename, elsewhere
        return False
    return True


def _tops(site: Site, release: RelPath, paths: Iterable[str]) -> list[RelPath]:
    """PATHS, or the outermost directories with no other content; what belongs to a database goes with it."""
    own = [path for path in paths if main_of(path) not in paths]
    inside = (path for path, kind, status in walk(site.root, release) if kind == FILE and status.st_size)
    every = Counter(above for path in inside for above in _above(path))
    held = Counter(above for path in paths for above in _above(path))
    return outermost([*own, *(above for above, number in held.items() if number == every[above])])


def _above(path: str) -> Iterable[str]:
    return RelPath(path).ancestors()
