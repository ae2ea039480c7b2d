"""Reading the tree of a source as it would be written, without writing: what it ships, with the digest of each file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.manifest import DIR, FILE, LINK, Entry
from holdfast_engine.model.readers import permissions


def _never(_path: str) -> bool:
    return False


class TreeNoter(TreeWriter):
    """Takes a tree as `TreeWriter` does, and touches no disk: `entries` holds what would have been written."""

    def __init__(self) -> None:
        super().__init__(-1, sealed=False, keep_writable=_never)

    def directory(self, path: str, mode: int = 0o755) -> Entry:
        """Note the directory PATH, and its parents."""
        self._note_above(path)
        self.entries[path] = Entry(path, DIR, mode)
        return self.entries[path]

    def file(self, path: str, executable: bool, chunks: Iterable[bytes], access: int = 0o644) -> Entry:  # noqa: FBT001
        """Note the file PATH with the size and the digest of CHUNKS, and its parents."""
        self._note_above(path)
        seen, size = hashlib.sha256(), 0
        for chunk in chunks:
            seen.update(chunk)
            size += len(chunk)
        mode = permissions(self.readers.of(access), executable=executable, writable=True)
        self.entries[path] = entry = Entry(path, FILE, mode, size, seen.hexdigest())
        return entry

    def symlink(self, path: str, text: str) -> Entry:
        """Note the link PATH with TEXT, and its parents."""
        self._note_above(path)
        self.entries[path] = entry = Entry(path, LINK, 0o777, 0, text)
        return entry

    def close(self) -> None:
        """Nothing: nothing was opened."""

    def _note_above(self, path: str) -> None:
        parent = path.rpartition("/")[0]
        while parent and parent not in self.entries:
            self.entries[parent] = Entry(parent, DIR, 0o755)
            parent = parent.rpartition("/")[0]
