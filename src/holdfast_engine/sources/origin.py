"""Where a git source comes from, and what a ref means there."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from shlex import quote
from typing import NamedTuple, Protocol

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.redaction import redacted
from holdfast_engine.sources.credentials import parted
from holdfast_engine.sources.git_process import Answer, git, raise_for

_FULL_ID = expression(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_NEEDS_HISTORY = expression(r"[0-9a-f]{4,64}\Z|.*[~^]")
"""Short ids and `main~2`: only a repository that holds the history can say what they are."""
_UNUSABLE = expression(r"\A[-+^]|[\x00-\x20\x7f:]|\.\.")


class Wanted(NamedTuple):
    """What to deploy: the commit's ID where it is known before a fetch, and the NAME to fetch it by."""

    id: str
    name: str
    wide: bool = False
    """The repository names its objects by SHA-256."""


class Origin(Protocol):
    """One repository that is fetched from and never changed. LOCATION holds no login; git is given LOGIN with it."""

    location: str
    login: Mapping[str, str]

    @property
    def remote(self) -> str:
        """What addresses in the repository are relative to: where it was cloned from, or where it is."""
        ...

    @property
    def common_dir(self) -> str:
        """The directory in which a repository on this host keeps what git and git-lfs fetched; else nothing."""
        ...

    def resolve(self, ref: str) -> Wanted:
        """What REF means here now; raises `ref-missing`, `source-missing`, `source-unusable`, `fetch-failed`."""
        ...

    def ref_missing(self, ref: str) -> Problem:
        """The problem to raise for REF, naming the nearest refs."""
        ...

    def answers(self) -> bool:
        """True when the repository can be read now, so that a failed fetch has another cause."""
        ...

    def promised_by(self) -> str:
        """The remote that a partial clone leaves content with (`git clone --filter`); empty for a whole repository."""
        ...

    def uncommitted(self) -> tuple[str, ...]:
        """Paths of the work tree that differ from its HEAD, untracked ones included; empty without a work tree."""
        ...


def origin_of(location: str) -> Origin:
    """The origin at LOCATION, an absolute path or a URL. Raises `source-missing`, `source-unusable`."""
    if location.startswith("-") or "\0" in location or not location:
        hint = "name a directory or a repository with `--source`"
        raise Problem("source-unusable", f"`{redacted(location)}` is not the address of a repository", hint=hint)
    return Local(location) if location.startswith("/") else Remote(location)


class Local:
    """A repository on this host, with or without a work tree."""

    def __init__(self, location: str) -> None:
        if not os.path.lexists(location):
            hint = "check the path given with `--source`"
            raise Problem("source-missing", f"`{location}` does not exist", hint=hint)
        if not os.path.isdir(location):
            hint = "name a directory or a repository with `--source`"
            raise Problem("source-unusable", f"`{location}` is not a directory", hint=hint)
        self.location = location
        self.login: Mapping[str, str] = {}

    @cached_property
    def remote(self) -> str:
        """Its `origin`, as git takes it for submodules; a path there is relative to the repository."""
        url = git("config", "--get", "remote.origin.url", cwd=self.location).text
        is_path = url and "://" not in url and ":" not in url.partition("/")[0]
        return os.path.normpath(os.path.join(self.location, url)) if is_path else url or self.location

    @cached_property
    def common_dir(self) -> str:
        """Where `modules/` and `lfs/` lie, for a linked work tree as well."""
        answer = git("rev-parse", "--git-common-dir", cwd=self.location)
        return os.path.join(self.location, answer.text) if answer.status == 0 else ""

    def resolve(self, ref: str) -> Wanted:
        _check(ref)
        name = f"{ref or 'HEAD'}^{{commit}}"
        answer = git("rev-parse", "--verify", "--quiet", "--end-of-options", name, cwd=self.location)
        if answer.status == 1:
            raise self.ref_missing(ref)
        hint = f"`git -C {quote(self.location)} status` as this user shows the cause"
        raise_for(answer, "source-unusable", f"git cannot read `{self.location}`", hint=hint)
        return Wanted(answer.text, answer.text, len(answer.text) > 40)

    def ref_missing(self, ref: str) -> Problem:
        names = git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags", "refs/remotes", cwd=self.location)
        return _ref_missing(ref, self.location, names.text.splitlines())

    def answers(self) -> bool:
        return git("rev-parse", "--git-dir", cwd=self.location).status == 0

    def promised_by(self) -> str:
        rows = git("config", "--get-regexp", r"^remote\..*\.promisor$", cwd=self.location).text.splitlines()
        names = (row.rpartition(".promisor ")[0].partition(".")[2] for row in rows if row.endswith(" true"))
        return next(names, "")

    def uncommitted(self) -> tuple[str, ...]:
        if not os.path.lexists(os.path.join(self.location, ".git")):
            return ()
        answer = git("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal", cwd=self.location)
        return tuple(os.fsdecode(row[3:]) for row in answer.out.split(b"\0") if row) if answer.status == 0 else ()


class Remote:
    """A repository behind a URL."""

    def __init__(self, location: str) -> None:
        self.location: str
        self.login: Mapping[str, str]
        self.location, self.login = parted(location)
        self.common_dir = ""

    @property
    def remote(self) -> str:
        """Where it is."""
        return self.location

    def resolve(self, ref: str) -> Wanted:
        _check(ref)
        if _FULL_ID.match(ref):
            return Wanted(ref, ref, len(ref) > 40)
        found = self._advertised()
        for name in (ref, f"refs/tags/{ref}", f"refs/heads/{ref}") if ref else ("HEAD",):
            if name in found:
                return Wanted(found.get(f"{name}^{{}}", found[name]), name, len(found[name]) > 40)
        if not _NEEDS_HISTORY.match(ref) or not found:
            raise _ref_missing(ref, self.location, found)
        return Wanted("", ref, len(next(iter(found.values()))) > 40)

    def ref_missing(self, ref: str) -> Problem:
        return _ref_missing(ref, self.location, self._advertised())

    def answers(self) -> bool:
        return self._listed().status == 0

    def promised_by(self) -> str:
        return ""

    def uncommitted(self) -> tuple[str, ...]:
        return ()

    def _advertised(self) -> Mapping[str, str]:
        """HEAD, branches and tags by full name, and what annotated tags lead to under `NAME^{}`."""
        answer = self._listed()
        raise_for(
            answer,
            "fetch-failed",
            f"git cannot read `{redacted(self.location)}`",
            hint=f"`git ls-remote {quote(redacted(self.location))}` as this user shows the cause",
        )
        rows = [os.fsdecode(row).partition("\t") for row in answer.out.splitlines()]
        deployable = ("refs/heads/", "refs/tags/")
        return {name: value for value, _, name in rows if name == "HEAD" or name.startswith(deployable)}

    def _listed(self) -> Answer:
        return git("ls-remote", "--", self.location, login=self.login)


def _check(ref: str) -> None:
    if _UNUSABLE.search(ref):
        hint = "name a branch, a tag or a commit with `--ref`"
        raise Problem("ref-missing", f"`{ref}` is not a possible name of a ref", hint=hint)


def _ref_missing(ref: str, location: str, names: Iterable[str]) -> Problem:
    short = sorted({name.split("/", 2)[-1] for name in names if name.startswith("refs/") and not name.endswith("^{}")})
    if not ref:
        hint = f"--ref {short[0]}" if short else "commit something there first"
        return Problem("ref-missing", f"`{redacted(location)}` has no commit at its HEAD", context=short[:5], hint=hint)
    near = difflib.get_close_matches(ref, short, n=3, cutoff=0.5) or short[:3]
    context = (f"nearest: {', '.join(f'`{name}`' for name in near)}",) if near else ("it has no branches or tags",)
    hint = f"--ref {near[0]}" if near else ""
    return Problem("ref-missing", f"`{redacted(location)}` has no ref `{ref}`", context=context, hint=hint)
