"""What can be seen of a site: what a web server would answer, and what lies on its disk.

Nothing here knows which tool made the site. Every verdict of the gauntlet comes from these questions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

KEPT, HIDDEN, LOST = "kept", "hidden", "LOST"
BROKEN = "throw new Exception"
_NOT_DATA = (".holdfast/trash", ".holdfast/cache")


class Site:
    """A deploy root at TOP, seen through `current`."""

    def __init__(self, top: str) -> None:
        self.top = top

    def at(self, *path: str) -> str:
        return os.path.join(self.top, *path)

    def served(self, path: str) -> bytes | None:
        """What is read at PATH of the application that is live; None where nothing is."""
        return read(self.at("current", path))

    def status(self) -> int:
        """As the application would answer: 404 without a front page, 500 without what the front page needs."""
        front = self.served("public/index.php")
        if front is None:
            return 404
        key = re.search(rb"^APP_KEY=.+", self.served(".env") or b"", re.MULTILINE)
        whole = self.served("vendor/autoload.php") is not None and os.path.isdir(self.at("current/storage"))
        return 200 if key and whole and BROKEN.encode() not in front else 500

    def version(self) -> int:
        """The version that answers; 0 where none does."""
        found = re.search(rb"version (\d+)", self.served("public/index.php") or b"")
        return int(found[1]) if found else 0

    def fate(self, path: str, content: bytes) -> str:
        """Kept where CONTENT is served at PATH, hidden where some file of the site still has it, else lost."""
        if self.served(path) == content:
            return KEPT
        return HIDDEN if self.exists_anywhere(content) else LOST

    def exists_anywhere(self, content: bytes) -> bool:
        return any(os.path.getsize(file) == len(content) and read(file) == content for file in self._files())

    def _files(self) -> Iterator[str]:
        passed = tuple(map(self.at, _NOT_DATA))
        for here, directories, names in os.walk(self.top):
            directories[:] = [name for name in directories if os.path.join(here, name) not in passed]
            files = (os.path.join(here, name) for name in names)
            yield from (file for file in files if os.path.isfile(file) and not os.path.islink(file))


def read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
