"""What can be said of the application's access: `allow`, `deny`, `user`, `measure`; each from words to a change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from shlex import quote

from holdfast_engine.fs.access import access_at
from holdfast_engine.fs.accounts import groups_of, may_write
from holdfast_engine.fs.acl import may_by_acl
from holdfast_engine.model.access import SAID, Access, Kept
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.persistence.measuring import foreseen, is_sealed, measured, opened_to
from holdfast_engine.persistence.shipped import rules_now
from holdfast_engine.persistence.web_user import found_user, uid_of
from holdfast_engine.site.handle import Site
from holdfast_engine.site.kept import kept_at
from holdfast_engine.steps.change_access import Change

Say = Callable[[Site, tuple[str, ...]], Change]


def change_of(site: Site, verb: str, words: tuple[str, ...]) -> Change:
    """What VERB with WORDS changes; raises `usage`, `path-missing`, `user-missing`, and changes nothing."""
    if verb not in _VERBS:
        raise _usage(f"`there is no `access {verb}")
    if bool(words) != (verb != "measure"):
        raise _usage(f"`access {verb}` needs {'no word' if words else 'a word'} after it")
    return _VERBS[verb](site, words)


def _allow(site: Site, words: tuple[str, ...]) -> Change:
    paths, kept = tuple(map(_path, words)), _known(site)
    user = _required(site, kept)
    data = tuple(path for path in paths if _is_shared(site, path))
    for path in paths:
        if path not in data:
            kept = _said(kept, path, opened_to(user, _as_it_is(site, kept, path)))
    return _change(site, kept, data=_shut_data(site, data, user))


def _deny(site: Site, words: tuple[str, ...]) -> Change:
    kept = _known(site)
    user = os.geteuid() if kept.user is None else kept.user
    for path in map(_path, words):
        if _is_shared(site, path):
            raise _usage(f"`{path}` is data, and the application may always write data")
        kept = _said(kept, path, _shut(user, _as_it_is(site, kept, path)))
    return _change(site, kept)


def _known(site: Site) -> Kept:
    """What is kept, with the web user where anything tells it."""
    kept, found = kept_at(site), found_user(site, rules_now(site))
    return kept if found is None else replace(kept, user=found.uid, how=found.how)


def _required(site: Site, kept: Kept) -> int:
    """Whom PATHS are opened to: who is not root runs the application too where nobody else is known."""
    if kept.user is not None or os.geteuid() != 0:
        return os.geteuid() if kept.user is None else kept.user
    raise Problem(
        "user-missing",
        "it is unknown which user the application runs as",
        state="nothing was changed",
        hint=f"name it first: `holdfast access user NAME --site {quote(site.root.path)}`",
    )


def _shut(user: int, one: Access) -> Access:
    """ONE, where USER may make no names: its own write bit goes too where nobody else deploys."""
    uid = os.geteuid() if one.uid == user else one.uid
    return Access(uid, one.gid, one.mode & (0o7555 if uid == user else 0o7755))


def _user(site: Site, words: tuple[str, ...]) -> Change:
    [name, *more], named = words, site.request.settings.web_user
    uid = uid_of(name)
    if more:
        raise _usage("an application runs as one user")
    if uid is None:
        raise Problem(
            "user-missing",
            f"this host has no account `{name}`",
            state="nothing was changed",
            hint="`getent passwd` lists the accounts of this host",
        )
    if named and uid_of(named) != uid:
        raise _usage(f"holdfast.toml sets `[site] web_user` to `{named}`, which has precedence: change it there")
    kept, rules = kept_at(site), rules_now(site)
    if kept.user == uid:
        return Change(replace(kept, how=SAID))
    moved = {path: replace(one, uid=uid) if one.uid == kept.user else one for path, one in kept.directories.items()}
    kept = replace(kept, user=uid, how=SAID, directories=moved)
    for path in rules.classifier.writable():
        if not _is_shared(site, path) and _stands(site, path):
            kept = replace(kept, directories={**kept.directories, path: opened_to(uid, _as_it_is(site, kept, path))})
    data = [one.path for one in rules.shared if one.kind == DIR and _is_shared(site, one.path)]
    return _change(site, kept, data=_shut_data(site, data, uid))


def _stands(site: Site, path: str) -> bool:
    live = site.survey.current
    return live is not None and site.root.kind(live / path) == DIR


def _measure(site: Site, _words: tuple[str, ...]) -> Change:
    """What a person said stays. A release of ours tells by what was made in it alone, for its rights are what we gave
    it (G10).
    """
    live, before = site.survey.current, kept_at(site)
    if live is None:
        raise Problem("path-missing", "there is no live release to measure", state="nothing was changed", hint="deploy")
    if is_sealed(site.survey.active):
        found = foreseen(site, rules_now(site), live)
        found = replace(found, directories={**before.directories, **_opened(found)}) if found.to_json() else before
    else:
        found = measured(site, live)
    said = {path: before.directories[path] for path in before.said if path in before.directories}
    whose = before if before.how == SAID or found.user is None else found
    found = replace(found, directories={**found.directories, **said}, said=before.said)
    return _change(site, replace(found, user=whose.user, how=whose.how))


def _opened(found: Kept) -> dict[str, Access]:
    """What the user was seen to write in; how the rest of a tree stands that we have sealed says nothing."""
    groups = groups_of(found.user or 0)
    return {path: one for path, one in found.directories.items() if one.lets_in(found.user or 0, groups)}


_VERBS: dict[str, Say] = {"allow": _allow, "deny": _deny, "user": _user, "measure": _measure}


def _change(site: Site, kept: Kept, data: tuple[str, ...] = ()) -> Change:
    before = kept_at(site).directories
    paths = {*before, *kept.directories}
    return Change(kept, tuple(sorted(path for path in paths if before.get(path) != kept.directories.get(path))), data)


def _said(kept: Kept, path: str, access: Access) -> Kept:
    """KEPT with what is said of PATH and all below it."""
    rest = {one: given for one, given in kept.directories.items() if not RelPath(one).is_within(path)}
    said = frozenset(one for one in kept.said if not RelPath(one).is_within(path))
    return replace(kept, directories={**rest, path: access}, said=said | {path})


def _as_it_is(site: Site, kept: Kept, path: str) -> Access:
    """The access of PATH as it is kept, else as it stands; `path-missing` where it neither is."""
    live, known = site.survey.current, kept.of(path)
    kind = None if live is None else site.root.kind(live / path)
    if kind == DIR and live is not None:
        return known or access_at(site.root, live / path)
    if kind == FILE or path in kept.directories:
        return replace(known or Access(os.geteuid(), os.getegid(), 0o755), acl="", default="")
    raise Problem(
        "path-missing",
        f"there is no file or directory `{path}` in the live release",
        state="nothing was changed",
        hint=f"`holdfast access --site {quote(site.root.path)}` shows what is kept",
    )


def _is_shared(site: Site, path: str) -> bool:
    live = site.survey.current
    return live is not None and site.links.is_served(live, path)


def _shut_data(site: Site, paths: Iterable[str], user: int) -> tuple[str, ...]:
    """Those of PATHS in `shared/` that USER may not write in."""
    return tuple(path for path in paths if not _may_write(site, site.links.layout.in_shared(path), user))


def _may_write(site: Site, there: RelPath, user: int) -> bool:
    status = site.root.lstat(there)
    by_name = bool((may_by_acl(site.root, there, user) or 0) & 2)
    return status is None or by_name or may_write(status, user, groups_of(user))


def _path(text: str) -> RelPath:
    return RelPath("") if text in (".", "./") else RelPath.parse(text)


def _usage(message: str) -> Problem:
    return Problem(
        "usage", message, state="nothing was changed", hint="`holdfast access --help` shows what can be typed"
    )
