"""The oracle: every user file has unique content, and each content must still be reachable where the rule says."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

CACHES = (".holdfast/cache",)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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


def let_write(where: Path) -> None:
    """The owner may write WHERE, sealed or not, as an application that runs as the owner gives itself the right."""
    for step in (where, *where.parents):
        if step.exists():
            if not os.access(step, os.W_OK):
                step.chmod(step.stat().st_mode | 0o200)
            if step != where:
                return


class Precious:
    """Writes user files, each with content of its own, and finds each content again.

    PATH is where the application sees a file, relative to its own directory.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        self.written: dict[str, bytes] = {}
        self._count = 0

    def write(self, path: str, *, text: str = "", into: Path | None = None) -> bytes:
        """The application (in `current`, or INTO) wrote PATH; what was there before is no longer expected."""
        self._count += 1
        content = (text or f"{path} number {self._count} of a kind\n").encode("utf-8", "surrogateescape")
        where = (into or self.site / "current") / path
        let_write(where)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content)
        self.written[path] = content
        return content

    def assert_none_lost(self) -> None:
        """Each content stands somewhere outside the trash and the cache."""
        found = contents(self.site, without=(".holdfast/cache", ".holdfast/trash"))
        lost = [path for path, content in self.written.items() if digest(content) not in found]
        assert lost == [], f"lost: {lost}"

    def assert_served(self, *, but: Iterable[str] = ()) -> None:
        """The live release shows each content at the path where it was written."""
        wrong = [path for path, content in self.written.items() if path not in but and not self._shows(path, content)]
        assert wrong == [], f"not served: {wrong}"

    def _shows(self, path: str, content: bytes) -> bool:
        where = self.site / "current" / path
        return where.is_file() and where.read_bytes() == content
