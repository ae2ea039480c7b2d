"""A bare copy of an origin in the cache: may be deleted at any time, and mends itself."""

from __future__ import annotations

import hashlib
import os
from typing import Optional

from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.objects import Object, Objects
from holdfast_engine.sources.origin import Origin, Wanted
from holdfast_engine.sources.program import Answer, git, raise_for, redacted

_BRANCHES_AND_TAGS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_WANTED = "refs/holdfast/wanted"
_KEPT = "refs/holdfast/commits/"
_FETCH = (
    *("fetch", "--quiet", "--force", "--no-write-fetch-head", "--no-recurse-submodules", "--no-tags"),
    "--update-shallow",
)
"""Shallow origins are served as they are: a release needs one commit, not its ancestors."""


class Mirror:
    """The branches, tags and deployed commits of one origin, below CACHE_DIR, written by git alone.

    Each commit that was fetched whole has a ref of its own below `refs/holdfast/commits/`, made
    after git had checked that everything it needs is there: that ref, not the commit's object,
    is what makes another fetch needless, and it keeps the commit from being collected.

    A mirror that a kill or a power cut damaged (a lock left behind, an object cut short) is
    replaced by one with the next number, never repaired; `superseded` names the old ones.
    """

    def __init__(self, origin: Origin, cache_dir: str) -> None:
        self._origin = origin
        self._cache_dir = cache_dir
        self._name = f"git-{hashlib.sha256(os.fsencode(origin.location)).hexdigest()[:16]}"
        self._objects: Optional[Objects] = None

    @property
    def path(self) -> str:
        """The mirror in use, the one with the highest number; it need not exist yet."""
        return self._at(max(self._numbers(), default=0))

    @property
    def superseded(self) -> tuple[str, ...]:
        """Mirrors of this origin that are not read any more."""
        return tuple(self._at(number) for number in sorted(self._numbers())[:-1])

    @property
    def objects(self) -> Objects:
        """What the mirror holds, for reading."""
        if self._objects is None:
            self._objects = Objects(self.path)
        return self._objects

    def kept(self, commit: str) -> Optional[Object]:
        """The commit, if it was once fetched whole."""
        if not os.path.isfile(os.path.join(self.path, "HEAD")):
            return None
        try:
            found = self.objects.read(_KEPT + commit)
        except Problem:
            return None
        return found if found and found.kind == "commit" and found.id == commit else None

    def fetch(self, wanted: Wanted) -> Object:
        """Bring branches, tags and WANTED up to date; the commit it leads to, whole and kept."""
        old = bool(self._numbers())
        answer = self._fetch_all(wanted)
        if answer.status != 0 and old and self._origin.answers():
            # The origin is well, so the mirror is not: begin another.
            self.supersede(wide=wanted.wide)
            answer = self._fetch_all(wanted)
        raise_for(answer, "fetch-failed", f"git cannot fetch from `{redacted(self._origin.location)}`")
        commit = self._commit(wanted)
        raise_for(self._git("update-ref", _KEPT + commit, commit), "fetch-failed", "git cannot note the fetched commit")
        found = self.kept(commit)
        if found is None:
            raise Problem(
                "fetch-incomplete",
                f"the mirror does not hold {commit}",
                context=(f"mirror: {self.path}",),
                hint="deploy again: a damaged mirror is fetched anew",
            )
        return found

    def supersede(self, *, wide: bool) -> None:
        """Begin a new, empty mirror that is used from now on; what is there stays for the caller to discard."""
        self.close()
        self._begin(max(self._numbers(), default=0) + 1, wide=wide)

    def close(self) -> None:
        """End what reads the mirror."""
        objects, self._objects = self._objects, None
        if objects is not None:
            objects.close()

    def _numbers(self) -> tuple[int, ...]:
        split = [name.partition(".") for name in os.listdir(self._cache_dir)]
        numbers = [number or "0" for name, _, number in split if name == self._name]
        return tuple(int(number) for number in numbers if number.isdecimal())

    def _at(self, number: int) -> str:
        return os.path.join(self._cache_dir, f"{self._name}.{number}" if number else self._name)

    def _begin(self, number: int, *, wide: bool) -> None:
        form = "sha256" if wide else "sha1"
        made = git("init", "--quiet", "--bare", "--template=", f"--object-format={form}", "--", self._at(number))
        raise_for(made, "fetch-failed", f"git cannot make its mirror in `{self._cache_dir}`")

    def _git(self, *words: str) -> Answer:
        return git(*words, git_dir=self.path)

    def _fetch_all(self, wanted: Wanted) -> Answer:
        if not self._numbers():
            self._begin(0, wide=wanted.wide)
        answer = self._git(*_FETCH, "--prune", "--", self._origin.location, *_BRANCHES_AND_TAGS)
        if answer.status != 0 or not wanted.id or self._resolved(wanted.id):
            return answer
        # A detached HEAD, or a commit that no branch or tag leads to: by its own name.
        alone = self._git(*_FETCH, "--", self._origin.location, f"+{wanted.name}:{_WANTED}")
        return alone if alone.status == 0 or wanted.name != wanted.id else answer

    def _commit(self, wanted: Wanted) -> str:
        found = self._resolved(wanted.id or wanted.name)
        if not found and wanted.id and wanted.id != wanted.name:
            raise Problem("fetch-failed", f"`{wanted.name}` moved while it was fetched", hint="deploy again")
        if not found:
            raise self._origin.ref_missing(wanted.name)
        return found

    def _resolved(self, name: str) -> str:
        return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").text
