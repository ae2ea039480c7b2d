"""What users write, each file with content of its own, and how it is found again: by the oracle."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from lib.oracle import digest, fresh, lost


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

    PATH is where the application sees a file, relative to its own directory. WRITTEN has the newest of each; EARLIER
    what stood there before, oldest first.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        self.written: dict[str, bytes] = {}
        self.earlier: dict[str, list[bytes]] = {}
        self._count = 0

    def write(self, path: str, *, text: str = "", into: Path | None = None) -> bytes:
        """The application (in `current`, or INTO) wrote PATH; what was there before is no longer expected."""
        self._count += 1
        content = (text or f"{path} number {self._count} of a kind\n").encode("utf-8", "surrogateescape")
        where = (into or self.site / "current") / path
        let_write(where)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content)
        if path in self.written:
            self.earlier.setdefault(path, []).append(self.written[path])
        self.written[path] = content
        return content

    @property
    def digests(self) -> dict[str, str]:
        """Path and digest of the newest content, as the oracle asks for it."""
        return {path: digest(content) for path, content in self.written.items()}

    def copied_to(self, site: Path) -> Precious:
        """The same account of a copy of the site."""
        twin = Precious(site)
        twin.written, twin._count = dict(self.written), self._count
        twin.earlier = {path: list(contents) for path, contents in self.earlier.items()}
        return twin

    def assert_none_lost(self) -> None:
        """Each content stands somewhere outside the trash and the cache."""
        assert lost(self.site, self.digests) == []

    def assert_served(self, *, but: Iterable[str] = ()) -> None:
        """The live release shows at each path, BUT those, the newest content that was written there."""
        skipped = frozenset(but)
        versions = {path: self._versions(path) for path in self.written if path not in skipped}
        assert fresh(self.site / "current", versions) == []

    def _versions(self, path: str) -> list[str]:
        return [digest(one) for one in (*self.earlier.get(path, ()), self.written[path])]
