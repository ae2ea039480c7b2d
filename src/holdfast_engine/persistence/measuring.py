"""What the application may do, measured: on a tree that nobody has sealed, else by what it left (G10)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Optional

from holdfast_engine.fs.access import access_at, access_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.access import CONFIGURED, OWNER, Access, Kept, WebUser
from holdfast_engine.model.layout import OURS
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.shared_paths import Rules
from holdfast_engine.persistence.web_user import found_user, is_guessed, most, serving, uid_of
from holdfast_engine.site import document_root
from holdfast_engine.site.handle import Site
from holdfast_engine.site.kept import keep
from holdfast_engine.site.records import ReleaseRecord

_ADOPTED, _LINKED = "adopted;", "linked into "
"""How the pin begins of a release that we took over as it was: nobody took a write bit from it."""


def measure(site: Site, live: RelPath) -> None:
    """The site file keeps who could make names in each directory at and below LIVE, the deploy root itself or a
    release. What was measured before stays: a tree that we have sealed since says nothing.
    """
    if not site.survey.site.access:
        keep(site, measured(site, live))


def is_sealed(record: Optional[ReleaseRecord]) -> bool:
    """True for a release of ours, whose rights we have set ourselves."""
    if record is not None and record.told:
        return bool(record.source.get("sealed"))
    return record is None or not record.pinned.startswith((_ADOPTED, _LINKED))


def is_of_a_script(record: ReleaseRecord) -> bool:
    """True for a release that somebody's own script made, and removes."""
    return record.pinned.startswith(_LINKED)


def measured(site: Site, live: RelPath) -> Kept:
    """Who may make names in each directory of LIVE, as it stands."""
    found = dict(_directories(site, live))
    user = _configured(site) or _owner(site, live, found.values())
    return Kept(None if user is None else user.uid, _told_apart(found), "" if user is None else user.how)


def foreseen(site: Site, rules: Rules, live: Optional[RelPath]) -> Kept:
    """What is to be kept for a site where nothing was measured: by whom its data belongs to, and where that user has
    made names in what is LIVE; a release that nobody has sealed is measured as a whole. Nothing where one user is both,
    or nobody is known for sure: the next deploy looks again.
    """
    outgoing = next((one for one in site.survey.releases if one.path == live), None)
    if live is not None and not is_sealed(outgoing):
        return _with_its_old_top(site, measured(site, live))
    user = found_user(site, rules)
    if user is None or user.uid == os.geteuid() or is_guessed(site, rules, user):
        return Kept()
    known = {path: _of_its_own(user.uid) for path in rules.classifier.writable()}
    if live is None or site.root.kind(live) != DIR:
        return Kept(user.uid, known, user.how)
    return Kept(user.uid, {**in_use(site, live, user.uid), **known}, user.how)


def _with_its_old_top(site: Site, found: Kept) -> Kept:
    """Where a plain directory was adopted, it tells still who could make names in it: the release is of our making."""
    if document_root.OPTION not in site.survey.site.options:
        return found
    return replace(found, directories={**found.directories, "": access_at(site.root, "")})


def in_use(site: Site, live: RelPath, user: int) -> dict[str, Access]:
    """The directories of LIVE as they stand, and those as open to USER that are USER's, or hold what is: whoever has
    made a name there could make one, whatever was done to the directory since.
    """
    found, used = dict(_directories(site, live)), set[str]()
    for path, kind, status in walk(site.root, live, unreadable=[]):
        if status.st_uid == user:
            used.add(path if kind == DIR else RelPath(path).parent)
    opened = {path: opened_to(user, one) if path in used else one for path, one in found.items()}
    return _told_apart(opened)


def opened_to(user: int, one: Access) -> Access:
    """ONE, for USER to make names there."""
    return Access(user, one.gid, one.mode | 0o700, one.acl, one.default)


def _of_its_own(user: int) -> Access:
    return Access(user, os.getegid(), 0o755)


def _directories(site: Site, live: RelPath) -> Iterator[tuple[str, Access]]:
    if site.root.lstat(live or ".") is not None:
        yield "", access_at(site.root, live)
    for path, kind, status in walk(site.root, live, unreadable=[], descend=lambda path: live != "" or path not in OURS):
        if kind == DIR and not (live == "" and RelPath(path).parts[0] in OURS):
            yield path, _access(site, live / path, status)


def _access(site: Site, path: RelPath, status: os.stat_result) -> Access:
    try:
        return access_at(site.root, path)
    except OSError:  # nobody but its owner may enter it, or it is gone
        return access_of(status)


def _told_apart(found: dict[str, Access]) -> dict[str, Access]:
    """Without those that are as the nearest above them."""
    apart: dict[str, Access] = {}
    for path, one in found.items():
        if Kept(None, apart).of(path) != one or path == "":
            apart[path] = one
    return apart


def _configured(site: Site) -> Optional[WebUser]:
    named = site.request.settings.web_user
    uid = uid_of(named) if named else None
    return None if uid is None else WebUser(uid, CONFIGURED)


def _owner(site: Site, live: RelPath, directories: Iterable[Access]) -> Optional[WebUser]:
    """Whom the application runs as, by who owns directories: somebody else than root and us; else by files. Of several
    the one whose processes serve the site, else who owns most.
    """
    owners = [one.uid for one in directories]
    if most(owners) is None:
        owners = [status.st_uid for _, kind, status in walk(site.root, live, unreadable=[]) if kind == FILE]
    found = most(owners)
    if found is None:
        return None
    several = set(owners) - {0, os.geteuid(), found}
    served = serving(site, is_php=True) if several else None
    return served if served is not None and served.uid in several else WebUser(found, OWNER)
