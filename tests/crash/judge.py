"""One judge for every harness: what must hold at the instant of a crash, and what after the next command.

Nothing in here asks the engine: contents are found by digest wherever they lie, and what is
served is read as a web server reads it, through the links.
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

from crash.scenarios import Scenario
from lib.database_writer import rows_in
from lib.precious import contents, digest

_STATE = ".holdfast"
_OURS = ("releases", "shared", "current", _STATE)
_CACHES = ("bootstrap/cache",)
_NOT_KEPT = (f"{_STATE}/cache", f"{_STATE}/trash")

View = dict[str, str]
"""Each path as the application sees it, with the digest of its content."""


def view(top: Path) -> View:
    """Everything served below TOP, links followed, as a web server would; a link that leads nowhere is `broken`."""
    seen: View = {}
    for here, directories, names in os.walk(top, followlinks=True):
        inside = os.path.relpath(here, top)
        directories[:] = [name for name in directories if os.path.join(inside, name).lstrip("./") not in _CACHES]
        if (top / _STATE).exists():
            directories[:] = [name for name in directories if inside != "." or name not in _OURS]
        for name in names:
            path = os.path.join(here, name)
            seen[os.path.relpath(path, top)] = _content(path)
    return seen


def _content(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            return digest(stream.read())
    except OSError:
        return "broken"


@dataclass(frozen=True)
class Oracle:
    """What was taken down before anything was killed.

    USER are the contents that nobody shipped. BEFORE and AFTER are what was served before the
    command and after an undisturbed run of it, LATER after the next commands.
    """

    user: dict[str, str]
    before: View
    after: View
    later: View
    live_before: str
    top: str
    either: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()
    rows: Mapping[str, tuple[set[int], ...]] = field(default_factory=dict)
    """What a client may read in each database, before the command and after it."""

    def lost(self, site: Path) -> list[str]:
        """User contents that stand nowhere outside the trash and the cache (G1)."""
        found = contents(site, without=_NOT_KEPT)
        return [f"lost: {path}" for one, path in sorted(self.user.items(), key=_by_path) if one not in found]

    def broken(self, site: Path) -> list[str]:
        """What is served now that is neither the whole of before nor the whole of after (G3).

        A path of the release's own must be of that release, unless it is named as EITHER; data may be in the state
        before or after.
        """
        if not self.before and not os.path.lexists(site / "current"):
            return []
        release, now = os.path.realpath(site / self.top), view(site / self.top)
        went = self._went(site)
        due = self.after if went else self.before
        return [
            f"served wrongly: {path}"
            for path, content in due.items()
            if content not in ("broken", now.get(path))
            and not self._fits(path, now)
            and (_is_in(site / self.top / path, release) or now.get(path) not in self._known(path))
        ]

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
        now = view(site / "current")
        wrong = [f"not served: {path}" for path, content in self.later.items() if self._differs(path, content, now)]
        more = (path for path in sorted(now.keys() - self.later.keys() - self.more) if not self._fits(path, now))
        return wrong + [f"served and should not be: {path}" for path in more]

    def _differs(self, path: str, content: str, now: View) -> bool:
        return now.get(path) != content and not self._fits(path, now)

    def _fits(self, path: str, now: View) -> bool:
        return path in self.either and now.get(path) in (self.before.get(path), self.after.get(path))


def _rows(where: Path) -> tuple[set[int], str]:
    """Read in a copy, as whoever opens the database last changes its files."""
    found = os.path.realpath(where)
    with tempfile.TemporaryDirectory() as top:
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(found + suffix):
                shutil.copyfile(found + suffix, f"{top}/copy{suffix}")
        return rows_in(Path(top) / "copy")


def _by_path(item: tuple[str, str]) -> str:
    return item[1]


def _is_in(path: Path, release: str) -> bool:
    """True when PATH is the release's own, and no data behind a link."""
    return os.path.realpath(path).startswith(release + "/")


def live(site: Path) -> str:
    return os.readlink(site / "current") if (site / "current").is_symlink() else ""


def take_oracle(scenario: Scenario, base: Path, after: Path, later: Path, sources: Path) -> Oracle:
    """The oracle from three copies of one site: before, after, and after the next commands as well."""
    shipped = contents(sources, without=())
    found = {one: places[0] for one, places in contents(base, without=_NOT_KEPT).items() if one not in shipped}
    return Oracle(
        user={one: path for one, path in found.items() if not path.startswith(_STATE) or "/files/" in path},
        before=view(base / scenario.view) if live(base) or not scenario.view else {},
        after=view(after / scenario.view),
        later=view(later / "current"),
        live_before=live(base),
        top=scenario.view,
        either=scenario.either,
        more=scenario.more,
        rows={
            name: tuple(_rows(top / scenario.view / name)[0] for top in (base, after)) for name in scenario.databases
        },
    )


def litter(site: Path, base: Path) -> list[str]:
    """Temporary names of Holdfast's own, and links that wait for an exchange or lead to themselves.

    Releases of the site as it was at BASE may be anybody's; every newer one has a record.
    """
    found = [f"litter in scratch: {name}" for name in _names(site / _STATE / "scratch")]
    if os.path.lexists(site / _STATE / "current"):
        found.append("litter: .holdfast/current waits")
    for top in (site / "shared", site / _STATE / "attic"):
        for here, directories, names in os.walk(top):
            found += [f"litter: {path}" for path in map(Path(here).joinpath, directories + names) if _loops(site, path)]
    known = {name.removesuffix(".json") for name in _names(site / _STATE / "releases")} | {*_names(base / "releases")}
    found += [f"unknown release: {name}" for name in _names(site / "releases") if name not in known]
    return found + _half_made(site)


def _names(directory: Path) -> list[str]:
    return sorted(os.listdir(directory)) if directory.is_dir() else []


def _loops(site: Path, path: Path) -> bool:
    """True for a link in `shared/` that leads to itself, or one of ours in the attic that was never exchanged."""
    if not path.is_symlink() or path.exists():
        return False
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _half_made(site: Path) -> list[str]:
    """A release that is still 0700 was never completed."""
    releases = [site / "releases" / name for name in _names(site / "releases")]
    return [f"half a release: {one.name}" for one in releases if stat.S_IMODE(one.lstat().st_mode) == 0o700]


def snapshot(site: Path) -> dict[str, tuple[int, str]]:
    """Mode and content (or link text) of everything but the journals, the lock, the caches and their directories."""
    found, left = {}, tuple(str(site / _STATE / name) for name in ("journal", "lock", "cache", "reserve"))
    for here, directories, names in os.walk(site):
        for path in (f"{here}/{name}" for name in directories + names):
            if not path.startswith(left):
                status = os.lstat(path)
                found[os.path.relpath(path, site)] = (status.st_mode, _shape(path, status))
    return found


_LONG = re.compile(r"\d{6,}(?:\.\d+)?")
_CHANCE = re.compile(r"(?<=-)[0-9a-f]{16}(?![0-9a-f])|(?<=\"proof\":\")[0-9a-f]{64}")
_SALTED = re.compile(r"(?<=\": \")(?:[0-9a-f]{64}|[0-9a-f]{32})(?=\")")
_LINE = re.compile(r"^[0-9a-f]{8} \[\d+,", re.MULTILINE)
_ENDED = re.compile(r"\A(.*\n)(?:.*\n)*(.*\"end\",.*\n)\Z")


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
    return digest(_CHANCE.sub("chance", "\n".join(told).replace(str(site), "")).encode())


def _text(path: str, status: os.stat_result, real: set[str]) -> str:
    if path.endswith("/.holdfast/lock") or (not real and "/.holdfast/cache/" in path):
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
