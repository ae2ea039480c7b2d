"""A deploy root that does not exist yet, for looking ahead without making it."""

from __future__ import annotations

import errno
import os
from typing import Optional

from holdfast_engine.fs.root import Root


class MissingRoot(Root):
    """Nothing stands at PATH and nothing is made there; how much room there is, its parent says.

    Raises `site-missing` when the parent is none either.
    """

    def __init__(self, path: str) -> None:
        super().__init__(os.path.dirname(path.rstrip("/")))
        self.path = path

    def open_directory(self, path: str) -> int:
        if path not in ("", "."):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.absolute(path))
        return super().open_directory("")

    def open_file(self, path: str) -> int:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.absolute(path))

    def lstat(self, path: str) -> Optional[os.stat_result]:  # noqa: ARG002 - whatever is asked for
        return None

    def names(self, path: str) -> list[str]:  # noqa: ARG002
        return []

    def link(self, path: str) -> Optional[str]:  # noqa: ARG002
        return None

    def leads_somewhere(self, path: str) -> bool:  # noqa: ARG002
        return False

    def leads_to(self, link: str, path: str) -> bool:  # noqa: ARG002
        return False
