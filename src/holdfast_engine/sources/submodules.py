"""Submodules: which repository each comes from, and what of `.gitmodules` is believed.

Whoever writes to the repository writes that file, so nothing in it becomes a command, an option,
a file of this host or a path outside: its addresses are https, ssh or git, or lie beside the
repository itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple, Optional

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.redaction import redacted
from holdfast_engine.sources.commit_tree import Commit, CommitTree, Row
from holdfast_engine.sources.git_process import git
from holdfast_engine.sources.mirror import Mirror
from holdfast_engine.sources.origin import Local, Origin, Remote, Wanted
from holdfast_engine.sources.submodule_urls import beside

_FILE = ".gitmodules"
_LONGEST = 1 << 20
_DEEPEST, _MOST = 5, 100
_URL = expression(r"(?:https|ssh|git)://(?:[^-/@\s][^/@\s]*@)?[^-/@:\s][^/@:\s]*(?::\d+)?/[^-\s][^\s]*\Z")
_SCP = expression(r"(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9][\w.-]*:(?!//)[^-\s:\\][^\s:\\]*\Z")
_ALLOWED = "https:ssh:git"


class Part(NamedTuple):
    """One tree of a source: PATH below the release, with a slash at its end, or nothing for the repository itself."""

    path: str
    tree: CommitTree


class _Said(NamedTuple):
    name: str
    url: str


class Caches(NamedTuple):
    """Where mirrors lie: OWN is written, LENT is read."""

    own: str
    lent: str


def below(part: Part, caches: Caches, depth: int = 1) -> Iterator[Part]:
    """Every submodule of PART, at its recorded commit and fetched whole, those in others after these.

    Raises `submodule-unusable` where `.gitmodules` says nothing usable or the commit is not there,
    and what fetching raises, naming the submodule.
    """
    rows = part.tree.submodules
    said = _said(part.tree) if rows else {}
    if depth > _DEEPEST or len(rows) > _MOST:
        raise _unusable(f"{part.path}{rows[0].path}", f"is one of more than {_MOST}, or is too deep inside others")
    for row in rows:
        path = f"{part.path}{row.path}"
        if row.path not in said:
            raise _unusable(path, f"is in no `{_FILE}`, so its origin is unknown")
        found = Part(f"{path}/", _fetched(part.tree, row, said[row.path], caches, path))
        yield found
        yield from below(found, caches, depth + 1)


def _said(tree: CommitTree) -> dict[str, _Said]:
    """What `.gitmodules` says, by path; read by git, which includes no other file for it."""
    row = next((row for row in tree.rows if row.path == _FILE), None)
    if row is None or row.kind != "file" or row.size > _LONGEST:
        return {}
    answer = git("config", "--null", "--list", "--no-includes", "--blob", row.id, git_dir=tree.mirror.path)
    if answer.status != 0:
        raise _unusable(_FILE, "cannot be read by git", context=answer.complaint)
    values: dict[str, dict[str, str]] = {}
    for line in os.fsdecode(answer.out).split("\0"):
        key, _, value = line.partition("\n")
        section, _, rest = key.partition(".")
        name, _, word = rest.rpartition(".")
        if section == "submodule" and word in ("path", "url"):
            if word in values.setdefault(name, {}):
                raise _unusable(name, f"has two of `{word}` in `{_FILE}`")
            values[name][word] = value
    return _by_path(values)


def _by_path(values: dict[str, dict[str, str]]) -> dict[str, _Said]:
    found: dict[str, _Said] = {}
    for name, words in values.items():
        path = words.get("path", "")
        if path in found:
            raise _unusable(path, f"has two entries in `{_FILE}`")
        found[path] = _Said(name, words.get("url", ""))
    return found


def _fetched(tree: CommitTree, row: Row, said: _Said, caches: Caches, path: str) -> CommitTree:
    """The commit of ROW, from git's own copy beside a repository on this host where it is there, else from its URL."""
    if not said.name or said.name[0] == "-" or not {"", ".", ".."}.isdisjoint(said.name.split("/")):
        raise _unusable(path, f"has a name in `{_FILE}` that no submodule may have: {said.name!r}")
    origin = _kept_here(tree.origin, said.name, row.id) or _origin(tree.origin, said.url, path)
    mirror = Mirror(origin, caches.own, lent=caches.lent)
    try:
        found = mirror.kept(row.id) or mirror.fetch(Wanted(row.id, row.id, len(row.id) > 40))
    except Problem as problem:
        mirror.close()
        if problem.code == "ref-missing":
            hint = "push it there, then deploy again"
            where = redacted(origin.location)
            raise _unusable(path, f"is at commit {row.id[:12]}, which `{where}` does not have", hint=hint) from None
        problem.context = (f"for the submodule `{path}`", *problem.context)
        raise
    return CommitTree(origin, mirror, Commit.of(found))


def _kept_here(main: Origin, name: str, commit: str) -> Optional[Origin]:
    """`.git/modules/NAME` of a repository on this host, where it holds COMMIT: what somebody has checked out already
    needs no network and no key.
    """
    place = os.path.join(main.common_dir, "modules", name) if main.common_dir else ""
    if not place or not os.path.isdir(place):
        return None
    # found by git itself, and not named to it: so it sees to it that the place is this user's own (`safe.directory`)
    holds = git("cat-file", "-e", f"{commit}^{{commit}}", cwd=place).status == 0
    return Local(place) if holds else None


def _origin(main: Origin, url: str, path: str) -> Origin:
    """The repository at URL. Its login is its own or that of the main one, which git sends to that one's host alone."""
    relative = url.startswith(("./", "../"))
    if any(ord(letter) < 33 or ord(letter) == 127 for letter in url) or not (
        relative or _URL.match(url) or _SCP.match(url)
    ):
        hint = "https, ssh and git URLs, and those relative to the repository, can be fetched: fix `.gitmodules`"
        raise _unusable(path, f"comes from `{redacted(url)[:200]}`, which is not fetched", hint=hint)
    address = beside(main.remote, url) if relative else url
    if not address:
        raise _unusable(path, f"comes from `{url[:200]}`, which leads away from `{redacted(main.remote)}`")
    if address.startswith("/"):
        if not os.path.isdir(address):
            raise _unusable(path, f"comes from `{address}`, and there is no such repository on this host")
        return Local(address)
    origin = Remote(address)
    scheme = address.partition("://")[0] if relative and "://" in address else "ssh"
    origin.login = {**main.login, **origin.login, "GIT_ALLOW_PROTOCOL": f"{_ALLOWED}:{scheme}"}
    return origin


def _unusable(path: str, reason: str, *, hint: str = "", context: tuple[str, ...] = ()) -> Problem:
    return Problem(
        "submodule-unusable",
        f"the submodule `{path}` {reason}",
        context=context,
        hint=hint or "fix it in the repository, or deploy a directory that holds its content",
    )
