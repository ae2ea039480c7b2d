"""The oracle: four questions to a site, answered from its files alone. Nothing in here asks the engine.

| question | what is wrong then |
| --- | --- |
| `lost` | a content that is to be kept stands nowhere that anything is kept (G1) |
| `served` | a path does not show what it is to show, read as a web server reads it: through the links (G2, G3) |
| `fresh` | a path shows an older content than the newest that was written there |
| `litter` | a name of ours is left over: scratch, a waiting link, a loop, a half or unknown release (G4) |

Each answers with one line for each thing that is wrong, so that answers add up. A content is told by its digest,
wherever it stands and whatever it is called.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

STATE = ".holdfast"
CACHES = (f"{STATE}/cache",)
NOT_KEPT = (f"{STATE}/cache", f"{STATE}/trash")
"""Where a content that stands nowhere else counts as lost: both are deleted sooner or later."""
NOTHING, UNREADABLE = "", "unreadable"
"""What a path shows that is missing, and one where something stands that is no file: a link that leads nowhere."""
_OURS = ("releases", "shared", "current", STATE)
_LEFT = "holdfast-left"
"""Where what is not served lies when a site is given back."""
_CACHES = ("bootstrap/cache",)
View = dict[str, str]
"""Each path as the application sees it, with the digest of its content."""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lost(site: Path, wanted: Mapping[str, str]) -> list[str]:
    """The names in WANTED (name -> digest) whose content stands nowhere in SITE outside the trash and the cache."""
    kept = contents(site, without=NOT_KEPT)
    return [f"lost: {name}" for name, one in wanted.items() if one not in kept]


def served(
    top: Path,
    due: Mapping[str, str],
    *,
    also: Callable[[str, str], bool] = lambda _path, _shown: False,
) -> list[str]:
    """The paths in DUE (path -> digest) below TOP that show something else, unless ALSO(path, shown) says it may be."""
    seen = ((path, one, shown(top / path)) for path, one in due.items())
    return [f"served wrongly: {path}" for path, one, now in seen if now != one and not also(path, now)]


def fresh(top: Path, written: Mapping[str, Sequence[str]]) -> list[str]:
    """The paths in WRITTEN (path -> digests, oldest first) below TOP that do not show their newest content, and what
    they show instead.
    """
    return [
        f"not fresh: {path} shows {_which(now, versions)}"
        for path, versions in written.items()
        if (now := shown(top / path)) != versions[-1]
    ]


def _which(now: str, versions: Sequence[str]) -> str:
    if now in versions:
        return f"number {versions.index(now) + 1} of {len(versions)}"
    return "no file" if now in (NOTHING, UNREADABLE) else "what nobody wrote there"


def litter(site: Path, *, known: Iterable[str] = ()) -> list[str]:
    """Names of ours that no ended command leaves. Releases that are KNOWN may be anybody's; all others have records."""
    found = [f"litter in scratch: {name}" for name in _names(site / STATE / "scratch")]
    if os.path.lexists(site / STATE / "current"):
        found.append(f"litter: {STATE}/current waits")
    found += [f"litter: {path}" for top in ("shared", f"{STATE}/attic") for path in _below(site / top) if _loops(path)]
    recorded = {name.removesuffix(".json") for name in _names(site / STATE / "releases")}
    found += [f"unknown release: {name}" for name in _names(site / "releases") if name not in recorded | {*known}]
    return found + _half_made(site)


def _names(directory: Path) -> list[str]:
    return sorted(os.listdir(directory)) if directory.is_dir() else []


def _below(top: Path) -> Iterator[Path]:
    """All names below TOP; no link is followed."""
    for here, directories, names in os.walk(top):
        yield from map(Path(here).joinpath, directories + names)


def _loops(path: Path) -> bool:
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


def contents(top: Path, *, without: Iterable[str] = CACHES) -> dict[str, list[str]]:
    """Digest of every regular file below TOP with its places; links are not followed."""
    found: dict[str, list[str]] = {}
    skipped = tuple(str(top / one) for one in without)
    for here, directories, names in os.walk(top):
        directories[:] = [name for name in directories if not f"{here}/{name}".startswith(skipped)]
        for path in (f"{here}/{name}" for name in names):
            if _is_regular(path):
                with open(path, "rb") as stream:
                    found.setdefault(digest(stream.read()), []).append(os.path.relpath(path, top))
    return found


def _is_regular(path: str) -> bool:
    """False as well for what went meanwhile."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False


def places(site: Path, content: bytes) -> list[str]:
    """Where CONTENT stands in SITE outside the trash and the cache."""
    return sorted(contents(site, without=NOT_KEPT).get(digest(content), []))


def attic(site: Path, path: str = "") -> list[Path]:
    """The files that the attic of SITE holds of PATH, oldest first; without a PATH every file but its own notes."""
    top = site / STATE / "attic"
    if path:
        shelves = sorted(top.glob("*/files*"), key=_in_order)
        return [shelf / path for shelf in shelves if (shelf / path).is_file()]
    return [one for one in sorted(_below(top)) if one.is_file() and one.name != "notes.jsonl"]


def _in_order(shelf: Path) -> tuple[str, int, str]:
    """`files~10` is newer than `files~9`."""
    return shelf.parent.name, len(shelf.name), shelf.name


def attic_texts(site: Path, path: str = "") -> list[str]:
    """What the attic of SITE holds of PATH (of all, without one), oldest first."""
    return [one.read_text() for one in attic(site, path)]


def shown(path: Path | str) -> str:
    """The digest of what is read at PATH, through every link; NOTHING where nothing stands, else UNREADABLE."""
    try:
        with open(path, "rb") as stream:
            return digest(stream.read())
    except OSError:
        return UNREADABLE if os.path.lexists(path) else NOTHING


def view(top: Path) -> View:
    """Everything that is served below TOP."""
    return {path: shown(top / path) for path in paths(top)}


def paths(top: Path) -> Iterator[str]:
    """The path of everything that is served below TOP, links followed, as a web server would; caches are left out."""
    ours = _OURS if (top / STATE).exists() else ()
    for here, directories, names in os.walk(top, followlinks=True):
        inside = os.path.relpath(here, top)
        directories[:] = [name for name in directories if os.path.normpath(os.path.join(inside, name)) not in _CACHES]
        if inside == ".":
            directories[:] = [name for name in directories if name not in (*ours, _LEFT)]
        yield from (os.path.normpath(os.path.join(inside, name)) for name in names)
