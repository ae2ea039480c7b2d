"""Memory of data: what counts as users' files, and what it means when counted files are gone. Pure rules, which the
checklist, `recover`, hooks and every command that remembers share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Optional

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.manifest import Stamp
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import REFUSE, WARN
from holdfast_engine.model.values import dataclass

DATA_MEMORY, DATA_SHRANK, SHARED_IDENTITY = "data-memory", "data-shrank", "shared-identity"
COMPANIONS = ("-wal", "-shm", "-journal")
_PLACEHOLDERS = frozenset((".gitkeep", ".keep", ".gitignore", ".npmkeep", ".hgkeep", ".empty"))
_FLAGS = frozenset((
    ".maintenance", "maintenance.flag", ".maintenance.flag", "maintenance.on", "maintenance.enable", "maintenance.lock",
    "maintenance.html", "maintenance.mode", "maintenance_mode",
))  # fmt: skip
_LARAVEL_FLAGS = ("storage/framework/down", "storage/framework/maintenance.php")
_DATABASES = (".sqlite", ".sqlite3", ".db", ".db3", ".s3db", ".mdb")
_NO_DATABASES = frozenset(("thumbs.db",))
_GOES = frozenset(("log", "logs", "queue", "queues", "debugbar", "lock", "locks"))
_GOES_WORD = expression(r"(?:.*[-_.])?(?:tmp|temp)|[._]?(?:caches?|sessions?)")
SOME = 3
"""So many files at least prove something by their being gone."""
_FEW, _PART, _NEARLY = 5, 10, 20


def is_flag(path: str) -> bool:
    """True for a file that puts an application into maintenance: hooks and people make and remove it at will."""
    name = path.rpartition("/")[2]
    return name in _FLAGS or f"/{path}".endswith(tuple(f"/{flag}" for flag in _LARAVEL_FLAGS))


def is_database_name(name: str) -> bool:
    """True for a file that is a database by its NAME: one of them is worth as much as all else, and no application
    deletes it in passing.
    """
    name = name.casefold()
    return name.endswith(_DATABASES) and name not in _NO_DATABASES


def is_data(name: str) -> bool:
    """False for a file that is nobody's upload by its NAME: a placeholder, a maintenance flag, a part of a database."""
    return not (name in _PLACEHOLDERS or name in _FLAGS or name.endswith(COMPANIONS))


def comes_and_goes(directory: str) -> bool:
    """True for a DIRECTORY whose files come and go by themselves: sessions, caches, logs, locks, temporary files."""
    names = directory.split("/")
    return any(passes(name, above) for above, name in zip(["", *names], names))


@lru_cache(maxsize=4096)
def passes(name: str, above: str = "") -> bool:
    """True for the NAME of a directory, in one called ABOVE, whose files come and go: its parents are not asked."""
    name = name.casefold()
    return name in _GOES or bool(_GOES_WORD.fullmatch(name)) or (above, name) == ("storage", "framework")


def all_or_much(lost: int, before: int) -> bool:
    """True when all of BEFORE files are gone, or half or more of at least three."""
    return lost > 0 and (lost >= before or (before >= SOME and lost * 2 >= before))


class Losses(NamedTuple):
    """What two full counts differ in: files that are GONE (or hold nothing any more), SHORTER, or MOVED elsewhere."""

    gone: list[str]
    shorter: list[str]
    moved: list[str]


def losses(before: Mapping[str, Stamp], after: Mapping[str, Stamp], counts: Callable[[str], bool]) -> Losses:
    """What of BEFORE is not there AFTER, as far as it COUNTS. A file without content is no loss, and what was renamed,
    known by its inode with the same size and time, is none either.
    """
    found = Losses([], [], [])
    new = {(stamp[0], stamp[1], stamp[3]) for path, stamp in after.items() if path not in before}
    for path, (size, mtime, _, inode) in before.items():
        now = after.get(path)
        if not size or (now is not None and now[0] >= size) or not counts(path):
            continue
        if now is not None and now[0]:
            found.shorter.append(path)
        elif now is None and (size, mtime, inode) in new:
            found.moved.append(path)
        else:
            found.gone.append(path)
    return Losses(*map(sorted, found))


def is_evidence(lost: int, before: int) -> bool:
    """True when so many of BEFORE files are LOST that no application's everyday work explains it."""
    return all_or_much(lost, before) or (lost > _FEW and lost * _PART > before)


@dataclass(frozen=True)
class Remembered:
    """What is remembered of one path: how many FILES, counted when (0: by a version that did not say).

    ALARM marks data that was found gone: it is not forgotten because a few new files came. EVERY marks
    a figure of an earlier version, which counted sessions, caches and placeholders as well.
    """

    files: int
    since: float = 0.0
    alarm: bool = False
    every: bool = False

    def to_json(self) -> list[float]:
        return [self.files, self.since, *([1] if self.alarm else [])]


def kept_of(identity: Mapping[str, list[Any]], options: Mapping[str, Any]) -> dict[str, Remembered]:
    """Every remembered path of a site file; where its memory is damaged or older, the plain counts of its identity."""
    found = {path: Remembered(row[1], every=True) for path, row in identity.items() if len(row) > 1}
    memory = options.get("memory")
    for path, row in memory.items() if isinstance(memory, dict) else ():
        if isinstance(row, list) and len(row) > 1 and all(isinstance(one, (int, float)) for one in row):
            found[path] = Remembered(int(row[0]), float(row[1]), alarm=len(row) > 2)
    return found


def databases_of(options: Mapping[str, Any]) -> dict[str, float]:
    """Every remembered database of a site file, by its path, and when it was last seen."""
    rows = options.get("databases")
    times = rows.items() if isinstance(rows, dict) else ()
    return {str(path): float(since) for path, since in times if isinstance(since, (int, float))}


class Taken(NamedTuple):
    """What a user's command took: of FILES below PATH the LOST ones, NAMES being the first of them."""

    path: str
    files: int
    lost: int
    since: float
    names: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {**self._asdict(), "names": list(self.names)}


def taken_of(options: Mapping[str, Any]) -> list[Taken]:
    """What hooks took and nobody brought back yet."""
    rows = options.get("taken")
    found = []
    for row in rows if isinstance(rows, list) else ():
        try:
            names = tuple(map(str, row["names"]))
            found.append(Taken(str(row["path"]), int(row["files"]), int(row["lost"]), float(row["since"]), names))
        except (KeyError, TypeError, ValueError):
            continue
    return found


@dataclass(frozen=True)
class Missing:
    """Counted data that is gone: PATH held FILES_THEN files at the time SINCE, and holds FILES_NOW of them now.

    VERDICT is `refuse` or `warn`. PASSING marks a single file that only its being there made shared:
    applications delete such, and a deploy that told of it may forget it.
    """

    path: str
    files_then: int
    files_now: int
    since: float
    verdict: str
    passing: bool = False

    @property
    def name(self) -> str:
        return f"shared/{self.path}".rstrip("/")

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "files_then": self.files_then,
            "files_now": self.files_now,
            "since": self.since or None,
        }


def judged(path: str, kept: Remembered, now: int, *, passing: bool = False) -> Optional[Missing]:
    """What is missing at PATH where KEPT was there and NOW is; None while nothing speaks of a loss.

    All gone is refused, and all but a twentieth, for one new file where none is left is no way back; so is what was
    found gone before, until nearly all of it is back. Half or more of at least three is told, with the old figure,
    until then.
    """
    lost = kept.files - now
    gone = kept.files > 0 and (now * _NEARLY <= kept.files or (kept.alarm and is_evidence(lost, kept.files)))
    if not (gone or all_or_much(lost, kept.files)):
        return None
    return Missing(path, kept.files, now, kept.since, REFUSE if gone and not passing else WARN, passing)


def gone_database(path: str, since: float) -> Missing:
    """The database at PATH was seen at the time SINCE, and is not there."""
    return Missing(path, 1, 0, since, REFUSE)


def still_taken(taken: Taken, absent: int) -> Optional[Missing]:
    """What is missing of TAKEN while ABSENT of its names are not back."""
    if not absent:
        return None
    lost = absent if len(taken.names) == taken.lost else max(1, taken.lost * absent // max(1, len(taken.names)))
    verdict = REFUSE if is_evidence(lost, taken.files) else WARN
    return Missing(taken.path, taken.files, taken.files - lost, taken.since, verdict)


def may_be_empty(accept: Iterable[str]) -> tuple[str, ...]:
    """The paths that `--accept data-memory=PATH` names."""
    named = (one.partition("=")[2] for one in accept if one.startswith(f"{DATA_MEMORY}="))
    return tuple(RelPath.parse(path, what="what may be empty") for path in named)
