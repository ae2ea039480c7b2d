"""What a user's command makes or writes anew as another user stays the application's, where it could write (G10, I102).

Root runs a hook, and a log, a compiled cache or a settings file that a tool saved anew is root's: the application fails
on it later. Owner, group and write bits are given as the directory, or the file that stood there, had them. What a
command gives away by itself (`chown`) is left as it is: it is the same file, and meant so (I101).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import NamedTuple, Optional

from holdfast_engine.fs.access import access_of, give, give_file
from holdfast_engine.fs.accounts import groups_of, may_write
from holdfast_engine.fs.acl import let_in, may_by_acl
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.access import Access
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.web_user import web_user
from holdfast_engine.rules.programs import is_code
from holdfast_engine.site.handle import Site

_PRIVATE = stat.S_IRWXG | stat.S_IRWXO


class Owned(NamedTuple):
    """One name: the inode behind it, and whose it is."""

    inode: int
    access: Access


class Belongings(NamedTuple):
    """Whose each name is, by its path relative to the deploy root, in the PLACES that a command can reach; USER is the
    application's.
    """

    user: int
    places: tuple[RelPath, ...]
    names: dict[str, Owned]


def belongings(site: Site, rules: Rules, release: RelPath) -> Optional[Belongings]:
    """As it is now in `shared/` and RELEASE; None where the application is not known, or runs as we do."""
    user = web_user(site, rules)
    if user is None or user == os.geteuid():
        return None
    places = (site.links.layout.shared, release)
    return Belongings(user, places, {path: owned for place in places for path, _, owned in _names(site, place)})


def _names(site: Site, place: RelPath) -> Iterable[tuple[RelPath, str, Owned]]:
    for path, kind, status in walk(site.root, place, unreadable=[]):
        if kind in (DIR, FILE):
            yield place / path, kind, Owned(status.st_ino, access_of(status))


def give_back(site: Site, rules: Rules, before: Optional[Belongings]) -> tuple[list[RelPath], list[RelPath]]:
    """What a command made or wrote anew since BEFORE is as what stood there, or as the directory it is in: the paths
    that were given, and those in a directory that is shut as yet, of a release that is still to be sealed.
    """
    if before is None:
        return [], []
    given: list[RelPath] = []
    waiting: list[RelPath] = []
    for path, kind, now in [one for place in before.places for one in _names(site, place)]:
        then = before.names.get(path)
        if now.access.uid != os.geteuid() or (then is not None and then.inode == now.inode):
            continue
        if then is not None:
            given += (
                [path]
                if then.access.uid != now.access.uid and _given(site, path, kind, then.access, before.user)
                else []
            )
        elif hand_over(site, rules, path, user=before.user):
            given.append(path)
        elif not path.is_within(before.places[0]):
            waiting.append(path)
    return given, waiting


def hand_over(site: Site, rules: Rules, path: RelPath, *, user: int) -> bool:
    """PATH, which we made, lets USER write if the directory that it is in does; a program of a release stays read-only.
    True where something was given.
    """
    root, status, above = site.root, site.root.lstat(path), site.root.lstat(path.parent)
    if status is None or above is None or may_write(status, user, groups_of(user)):
        return False
    if path.is_within(site.links.layout.releases) and _is_program(rules, path):
        return False
    wanted, by_acl = access_of(above), bool((may_by_acl(root, path.parent, user) or 0) & 2)
    if not (wanted.lets_in(user, groups_of(user)) or by_acl):
        return False
    return _given(site, path, DIR if stat.S_ISDIR(status.st_mode) else FILE, wanted, user, by_acl=by_acl)


def _is_program(rules: Rules, path: RelPath) -> bool:
    inside = RelPath("/".join(path.parts[2:]))
    return is_code(inside) and not (rules.writable(inside) or rules.classifier.is_cache(inside))


def _given(site: Site, path: RelPath, kind: str, wanted: Access, user: int, *, by_acl: bool = False) -> bool:
    root, status = site.root, site.root.lstat(path)
    if status is None or not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        return False
    if kind == DIR:
        given = give(root, path, wanted, user=user)
    elif os.geteuid() != 0 and not status.st_mode & _PRIVATE:
        return False  # a key: who made it for themselves alone is not root, and nobody is let in behind their back
    else:
        give_file(root, path, wanted, user=user)
        given = True
    if by_acl and not _may(site, path, user):
        given = let_in(root, path, web_user=user)
    return given and _may(site, path, user)


def _may(site: Site, path: RelPath, user: int) -> bool:
    status = site.root.lstat(path)
    by_mode = status is not None and may_write(status, user, groups_of(user))
    return by_mode or bool((may_by_acl(site.root, path, user) or 0) & 2)
