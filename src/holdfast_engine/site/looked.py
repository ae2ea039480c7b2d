"""When each release that is not live was last looked through: notes in the cache, which save time and prove nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from holdfast_engine.fs import durable
from holdfast_engine.fs.census import proof_of, row_of
from holdfast_engine.fs.clock import settled
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.site.format import DAMAGE

NOTES = Layout.cache / "looked"
FORMAT = 1
Directory = tuple[int, int, int]


def is_unchanged(root: Root, release: str, path: RelPath) -> bool:
    """True when no name in the release at PATH came or went since it was noted: each directory has the times and the
    inode that it had, and none of them changed within a tick of the clock before that look.

    What was written in place is not seen by this. False where there is no note, or a torn one.
    """
    content = root.read(NOTES / f"{release}.json")
    try:
        note = json.loads(content or b"")
        found, newest = proof_of(root, path, note["directories"])
        return bool(note["format"] == FORMAT and found == note["proof"] and settled(newest, at=note["taken"]))
    except (*DAMAGE, OSError):
        return False


def stands(root: Root, path: RelPath, directories: Mapping[str, Directory], *, taken: int) -> bool:
    """True when no name in the release at PATH came or went since a look that began at TAKEN and met DIRECTORIES. What
    was written in place is not seen by this.
    """
    try:
        found, newest = proof_of(root, path, directories)
    except OSError:
        return False
    return found == _proof(directories) and settled(newest, at=taken)


def _proof(directories: Mapping[str, Directory]) -> str:
    proof = hashlib.sha256()
    for path, stamp in directories.items():
        proof.update(row_of(path, stamp))
    return proof.hexdigest()


def note(root: Root, release: str, directories: Mapping[str, Directory], *, taken: int) -> None:
    """RELEASE was looked through, and nothing of it has to come home; DIRECTORIES are as they were before they were
    looked into, from TAKEN on.
    """
    value = {"format": FORMAT, "taken": taken, "proof": _proof(directories), "directories": list(directories)}
    durable.jot(root, NOTES / f"{release}.json", json.dumps(value, separators=(",", ":")).encode())


def keep_only(root: Root, releases: Iterable[str]) -> None:
    """No note is left of any release but RELEASES: one that is live is written to in place, which no note shows."""
    wanted = {f"{release}.json" for release in releases}
    for name in root.names(NOTES):
        if name not in wanted:
            durable.forget(root, NOTES / name)
