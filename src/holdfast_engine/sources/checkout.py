"""The checkout of a repository, looked at as a clone of it: what git holds, without what lies there beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import Optional

from holdfast_engine.fs.root import Root, kind_of
from holdfast_engine.model.listing import DIR, FILE, LINK, Listed
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.directory import DirectorySource
from holdfast_engine.sources.git_process import git

_LOG = ("-c", "log.showSignature=false", "log", "--no-ext-diff", "--no-textconv")
"""Nothing of the repository's own is run: it may be another user's."""
_FROM_ELSEWHERE = ("clone", "pull", "push", "fetch", "initial pull")


class Checkout(DirectorySource):
    """The names that git's index holds at PATH: what users and the application wrote beside them was not shipped (G2).

    Contents are those of the work tree; a file that was removed there is still the clone's. Only for looking: a deploy
    takes a commit. Empty where git holds nothing, cannot be asked, or is not on this host.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._place = path

    @cached_property
    def _listed(self) -> dict[str, Listed]:
        found: dict[str, Listed] = {}
        with self._top() as top, top.looking():
            for path in self._tracked():
                for step in RelPath(path).ancestors():
                    found[step] = Listed(DIR)
                found.setdefault(path, _standing(top, path))
        return dict(sorted(found.items()))

    def _tracked(self) -> Iterator[str]:
        held = self._git("ls-files", "-z", "--recurse-submodules") or self._git("ls-files", "-z") or b""
        yield from (os.fsdecode(name) for name in held.split(b"\0") if name)

    def last_from_elsewhere(self) -> Optional[str]:
        """The newest commit below HEAD that came from another repository: HEAD itself, or what a job on the host has
        committed on top of. None where nothing says that any of it came from elsewhere.
        """
        if not self._lines("for-each-ref", "--count=1", "refs/remotes"):
            moves = (line.partition(" ") for line in self._lines(*_LOG, "--walk-reflogs", "--format=%H %gs", "HEAD"))
            return next((commit for commit, _, how in moves if how.startswith(_FROM_ELSEWHERE)), None)
        above = self._lines("rev-list", "--boundary", "HEAD", "--not", "--remotes")
        return next((line[1:] for line in above if line.startswith("-")), None) if above else "HEAD"

    def _lines(self, *words: str) -> list[str]:
        return os.fsdecode(self._git(*words) or b"").splitlines()

    def _git(self, *words: str) -> Optional[bytes]:
        """What git says, or None where it cannot be asked or says no."""
        # A site's checkout is often another user's than who looks. Names and contents of the index run nothing of the
        # repository's, so that nobody has to trust it for that.
        trusted = f"safe.directory={os.path.realpath(self._place)}"
        try:
            answer = git("-c", trusted, *words, cwd=self._place)
        except Problem:
            return None
        return answer.out if answer.status == 0 else None

    def _read(self, path: str) -> Optional[bytes]:
        """The content of the file PATH of the clone; nothing of what lies beside it."""
        if self._listed.get(path, Listed(DIR)).kind != FILE:
            return None
        here: Optional[bytes] = None
        with suppress(Problem):  # what may not be read here can be read in a clone
            here = super()._read(path)
        return self._git("cat-file", "blob", f":{path}") if here is None else here


def looked_at(path: str) -> DirectorySource:
    """The tree at PATH, ready to be read: of a checkout what its clone would hold, else all that stands there. Raises
    what `DirectorySource.prepare` raises.
    """
    directory = DirectorySource(path)
    directory.prepare()
    if os.path.lexists(os.path.join(path, ".git")):
        checkout = Checkout(path)
        if checkout.listing().entries:
            return checkout
    return directory


def _standing(top: Root, path: str) -> Listed:
    """What stands at PATH in the work tree, a submodule being a directory; what is not to be seen there is a file."""
    with suppress(PermissionError):
        status = top.lstat(path)
        if status is not None and kind_of(status) in (LINK, DIR):
            return Listed(kind_of(status))
        return Listed(FILE, status.st_size if status is not None else 0)
    return Listed(FILE)
