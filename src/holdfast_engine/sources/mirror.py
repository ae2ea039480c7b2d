"""A bare copy of an origin in the cache: may be deleted at any time, and mends itself."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote
from typing import Optional

from holdfast_engine.fs import durable
from holdfast_engine.fs.file_lock import turn
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.redaction import redacted
from holdfast_engine.sources.cat_file import Object, Objects
from holdfast_engine.sources.git_process import Answer, git, raise_for
from holdfast_engine.sources.origin import Origin, Wanted

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
    replaced by one with the next number, never repaired; `superseded` names the old ones. Who
    reads one goes on reading it; whoever fetches or replaces waits for those who do.

    LENT is another cache, which is read and never written: what its mirror holds is not fetched.
    """

    def __init__(self, origin: Origin, cache_dir: str, *, lent: str = "") -> None:
        self._origin = origin
        self._cache_dir = cache_dir
        self._name = f"git-{hashlib.sha256(os.fsencode(origin.location)).hexdigest()[:16]}"
        self._lender = Mirror(origin, lent) if lent else None
        self._path = ""
        self._objects: Optional[Objects] = None

    @property
    def path(self) -> str:
        """The mirror in use: the one that had the highest number when it was first asked for; it need not exist yet."""
        self._path = self._path or self._newest()
        return self._path

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
        """The commit, if it was once fetched whole, here or where mirrors are lent from."""
        found = self._kept(commit)
        if found is None and self._lender is not None and self._lender.kept(commit):
            self._use(self._lender.path)
            found = self._kept(commit)
        return found

    def _kept(self, commit: str) -> Optional[Object]:
        if not os.path.isfile(os.path.join(self.path, "HEAD")):
            return None
        try:
            found = self.objects.read(_KEPT + commit)
        except Problem:
            return None
        return found if found and found.kind == "commit" and found.id == commit else None

    def fetch(self, wanted: Wanted, *, anew: bool = False) -> Object:
        """Bring branches, tags and WANTED up to date; the commit it leads to, whole and kept.

        Who waited for another that fetched it does not fetch again, unless it has to be ANEW.
        """
        with self._turn():
            return (self.kept(wanted.id) if wanted.id and not anew else None) or self._fetch(wanted)

    def _fetch(self, wanted: Wanted) -> Object:
        old = bool(self._numbers())
        answer = self._fetch_all(wanted)
        if answer.status != 0 and old and self._origin.answers():
            # The origin is well, so the mirror is not: begin another.
            self._begin(max(self._numbers()) + 1, wide=wanted.wide)
            answer = self._fetch_all(wanted)
        self._require(answer)
        commit = self._commit(wanted)
        raise_for(self._git("update-ref", _KEPT + commit, commit), "fetch-failed", "git cannot note the fetched commit")
        found = self._kept(commit)
        if found is None:
            raise Problem(
                "fetch-incomplete",
                f"the git mirror does not have {commit}",
                context=(f"mirror: {self.path}",),
                hint="deploy again: a damaged mirror is fetched again",
            )
        return found

    def _require(self, answer: Answer) -> None:
        """Nothing when git fetched. A partial clone is told as one: git hands on nothing that is elsewhere."""
        where, remote = redacted(self._origin.location), self._origin.promised_by() if answer.status else ""
        message, hint = f"git cannot fetch from `{where}`", ""
        if remote:
            message = f"`{where}` is a partial clone, and lacks files of the commit"
            fill = f"git -C {quote(where)} fetch --refetch --no-filter {quote(remote)}"
            hint = f"`{fill}` completes it; or deploy from its origin, with `--source URL`"
        raise_for(answer, "fetch-failed", message, hint=hint)

    def take_from(self, other: Mirror, *, wide: bool) -> None:
        """What OTHER fetched of the same origin is kept here too, as far as git can; the origin is not asked."""
        with self._turn():
            if not self._numbers():
                self._begin(0, wide=wide)
            self._git(*_FETCH, "--", other.path, "+refs/*:refs/*")

    def supersede(self, *, wide: bool) -> None:
        """Begin a new, empty mirror that is used from now on; what is there stays for the caller to discard.

        Where another process did so meanwhile, that one is used. What is lent is its owner's to replace.
        """
        damaged = self.path
        with self._turn():
            if self._newest() == damaged or self._is_lent(damaged):
                self._begin(max(self._numbers(), default=0) + 1, wide=wide)

    def close(self) -> None:
        """End what reads the mirror."""
        objects, self._objects = self._objects, None
        if objects is not None:
            objects.close()
        if self._lender is not None:
            self._lender.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Nobody else writes this mirror; what was written while we waited is seen."""
        with turn(self._cache_dir, f"{self._name}.lock"):
            self._use("")
            yield

    def _use(self, path: str) -> None:
        self.close()
        self._path = path

    def _is_lent(self, path: str) -> bool:
        return not path.startswith(self._at(0))

    def _newest(self) -> str:
        return self._at(max(self._numbers(), default=0))

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
        self._use(self._at(number))

    def _borrow(self) -> None:
        """Objects of the lender's mirror count as ours (gitrepository-layout(5)); a shallow one would need its list of
        cuts as well, and lends nothing.
        """
        if self._lender is None or not os.path.isfile(os.path.join(self._lender.path, "HEAD")):
            return
        if not os.path.exists(os.path.join(self._lender.path, "shallow")):
            objects = os.path.join(os.path.realpath(self._lender.path), "objects")
            durable.write_temporary(self.path, "objects/info/alternates", os.fsencode(objects) + b"\n")

    def _git(self, *words: str) -> Answer:
        return git(*words, git_dir=self.path, login=self._origin.login)

    def _fetch_all(self, wanted: Wanted) -> Answer:
        if not self._numbers():
            self._begin(0, wide=wanted.wide)
            self._borrow()
        answer = self._git(*_FETCH, "--prune", "--", self._origin.location, *_BRANCHES_AND_TAGS)
        if answer.status != 0 and wanted.id and self._origin.promised_by():
            return self._git(*_FETCH, "--depth=1", "--", self._origin.location, f"+{wanted.id}:{_WANTED}")
        if answer.status != 0 or not wanted.id or self._resolved(wanted.id):
            return answer
        # A detached HEAD, or a commit that no branch or tag leads to: by its own name.
        alone = self._git(*_FETCH, "--", self._origin.location, f"+{wanted.name}:{_WANTED}")
        return alone if alone.status == 0 or wanted.name != wanted.id else answer

    def _commit(self, wanted: Wanted) -> str:
        found = self._resolved(wanted.id or wanted.name)
        if not found and wanted.id and wanted.id != wanted.name:
            raise Problem("fetch-failed", f"`{wanted.name}` changed while it was fetched", hint="deploy again")
        if not found:
            raise self._origin.ref_missing(wanted.name)
        return found

    def _resolved(self, name: str) -> str:
        return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").text
