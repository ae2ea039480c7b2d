"""One judge for every harness: what must hold at the instant of a crash, and what after the next command.

Nothing in here asks the engine: the questions are those of `lib.oracle`, the answers that are due were taken down
before anything was killed.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from crash.scenarios import Scenario
from lib import oracle
from lib.database_writer import rows_in
from lib.oracle import NOT_KEPT, NOTHING, STATE, UNREADABLE, View, digest


@dataclass(frozen=True)
class Account:
    """What was taken down before anything was killed.

    USER are the contents that nobody shipped, by a path of each. BEFORE and AFTER are what was served before the
    command and after an undisturbed run of it, LATER after the next commands.
    """

    user: dict[str, str]
    before: View
    after: View
    later: View
    live_before: str
    ends: str
    top: str
    either: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()
    rows: Mapping[str, tuple[set[int], ...]] = field(default_factory=dict)
    """What a client may read in each database, before the command and after it."""

    def lost(self, site: Path) -> list[str]:
        """User contents that stand nowhere outside the trash and the cache (G1)."""
        return oracle.lost(site, self.user)

    def broken(self, site: Path) -> list[str]:
        """What is served now that is neither the whole of before nor the whole of after (G3).

        A path of the release's own must be of that release, unless it is named as EITHER; data may be in the state
        before or after.
        """
        top = site / self.top
        if not self.before and not os.path.lexists(site / "current"):
            return []
        release = os.path.realpath(top)

        def also(path: str, now: str) -> bool:
            is_data = not _is_in(top / path, release)
            return self._fits(path, now) or (is_data and now in self._known(path))

        due = self.after if self._went(site) else self.before
        return oracle.served(top, {path: one for path, one in due.items() if one != UNREADABLE}, also=also)

    def torn(self, site: Path) -> list[str]:
        """Databases that a client at what is served finds broken, or without rows that were acknowledged."""
        found = {name: _rows(site / self.top / name) for name in self.rows}
        return [
            f"torn: {name}: {told}, {len(rows)} rows"
            for name, (rows, told) in found.items()
            if told != "ok" or rows not in self.rows[name]
        ]

    def _went(self, site: Path) -> bool:
        """True when another release is live than before."""
        return bool(self.top) and live(site) != self.live_before

    def _known(self, path: str) -> tuple[str, ...]:
        return tuple(one[path] for one in (self.before, self.after) if path in one)

    def unserved(self, site: Path) -> list[str]:
        """What the live release shows differently from an undisturbed site after the same commands."""
        live = site / self.ends
        more = sorted(set(oracle.paths(live)) - self.later.keys() - self.more)
        return oracle.served(live, self.later, also=self._fits) + [
            f"served and should not be: {path}" for path in more if not self._fits(path, oracle.shown(live / path))
        ]

    def _fits(self, path: str, now: str) -> bool:
        return path in self.either and now in (self.before.get(path, NOTHING), self.after.get(path, NOTHING))


def _rows(where: Path) -> tuple[set[int], str]:
    """Read in a copy, as whoever opens the database last changes its files."""
    found = os.path.realpath(where)
    with tempfile.TemporaryDirectory() as top:
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(found + suffix):
                shutil.copyfile(found + suffix, f"{top}/copy{suffix}")
        return rows_in(Path(top) / "copy")


def _is_in(path: Path, release: str) -> bool:
    """True when PATH is the release's own, and no data behind a link."""
    return os.path.realpath(path).startswith(release + "/")


def live(site: Path) -> str:
    return os.readlink(site / "current") if (site / "current").is_symlink() else ""


def take_down(scenario: Scenario, base: Path, after: Path, later: Path, sources: Path) -> Account:
    """The account from three copies of one site: before, after, and after the next commands as well."""
    shipped = oracle.contents(sources, without=())
    found = {places[0]: one for one, places in oracle.contents(base, without=NOT_KEPT).items() if one not in shipped}
    return Account(
        user={path: found[path] for path in sorted(found) if not path.startswith(STATE) or "/files/" in path},
        before=oracle.view(base / scenario.view) if live(base) or not scenario.view else {},
        after=oracle.view(after / scenario.view),
        later=oracle.view(later / scenario.ends),
        ends=scenario.ends,
        live_before=live(base),
        top=scenario.view,
        either=scenario.either,
        more=scenario.more,
        rows={
            name: tuple(_rows(top / scenario.view / name)[0] for top in (base, after)) for name in scenario.databases
        },
    )


def snapshot(site: Path) -> dict[str, tuple[int, str]]:
    """Mode and content (or link text) of everything but the journals, the lock, the caches and their directories."""
    found, left = {}, tuple(str(site / STATE / name) for name in ("journal", "lock", "cache", "reserve"))
    for here, directories, names in os.walk(site):
        for path in (f"{here}/{name}" for name in directories + names):
            if not path.startswith(left):
                status = os.lstat(path)
                found[os.path.relpath(path, site)] = (status.st_mode, _shape(path, status))
    return found


_COMING_INTO_THE_CACHE = f"/.holdfast/scratch/own-{crc32(b'.holdfast/cache/census.json'):08x}"
"""The scan index before its rename."""
_LONG = re.compile(r"\d{6,}(?:\.\d+)?")
_CHANCE = re.compile(
    r"(?<=-)[0-9a-f]{16}(?![0-9a-f])|(?<=/\.holdfast-)[0-9a-f]{8}(?![0-9a-f])|(?<=\"proof\":\")[0-9a-f]{64}"
)
_SALTED = re.compile(r"(?<=\": \")(?:[0-9a-f]{64}|[0-9a-f]{32})(?=\")")
_LINE = re.compile(r"^[0-9a-f]{8} \[\d+,", re.MULTILINE)
_ENDED = re.compile(r"\A(.*\n)(?:.*\n)*(.*\"end\",.*\n)\Z")
_PLACE = re.compile(r"/[^\s\"]*/holdfast-crash-\w+/[\w-]+/(?:run|stopped)-[\w-]+(?:/[0-9a-f]{62,64}(?=[/\s\"]))?")
"""Where a site of an arena was when something in it was written, which is not where a copy of it lies."""


def fingerprint(site: Path, *, times: bool = True) -> str:
    """Equal for two sites that hold the same, journals included, wherever they lie and whenever they were made.

    Of a time or an inode that the state keeps, it counts whether something still has it (not without TIMES); who held
    the lock, what was named by chance and what was made of many times do not. Of a journal that is ended counts what
    may be read of it again: its beginning, its end, and what it put into the trash.
    """
    paths = [os.path.join(here, name) for here, *both in os.walk(site) for names in both for name in names]
    status = {path: os.lstat(path) for path in paths if "/.holdfast/reserve/" not in path}
    having = status.values() if times else ()
    real = {str(n) for one in having for n in (one.st_ino, one.st_mtime_ns, one.st_ctime_ns)}
    told = [f"{path} {one.st_mode} {_text(path, one, real)}" for path, one in sorted(status.items())]
    placeless = _PLACE.sub("", "\n".join(told).replace(str(site), ""))
    return digest(_CHANCE.sub("chance", placeless).encode())


def _text(path: str, status: os.stat_result, real: set[str]) -> str:
    cached = "/.holdfast/cache/" in path or path.endswith(_COMING_INTO_THE_CACHE)
    if path.endswith("/.holdfast/lock") or (not real and cached):
        return ""  # what a cache may be trusted in depends on the clock
    if "/.holdfast/" not in path or not stat.S_ISREG(status.st_mode):
        return _shape(path, status)
    with open(path, "rb") as stream:
        content = stream.read()
    chance = _SALTED if path.endswith("/.holdfast/site.json") else _CHANCE
    kept = chance.sub("chance", _LINE.sub("[", content.decode(errors="replace")))
    if "/.holdfast/journal/" in path and (ended := _ENDED.match(kept)):
        kept = ended[1] + "".join(re.findall(r".*\.holdfast/trash/.*\n", kept)) + ended[2]
    return _LONG.sub(lambda number: "known" if number[0] in real else "unknown", kept)


def _shape(path: str, status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(path)
    if not stat.S_ISREG(status.st_mode):
        return ""
    with open(path, "rb") as stream:
        return digest(stream.read())
