"""The one command that brings a copy back, as the user who may: a line to type, never run from here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from shlex import quote
from typing import Optional

from holdfast_engine.fs.accounts import groups_of, may_read, name_of
from holdfast_engine.fs.root import Root
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.memory import Missing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.copies import AS_MANY, ATTIC, BESIDE, RENAMED, Copy
from holdfast_engine.site.handle import Site
from holdfast_engine.site.whose import may_change, sudo_for

_MOVED = (RENAMED, BESIDE, AS_MANY)
"""What is at another place and not a second copy: it goes back by its name, and no byte is copied."""


def of_copy(site: Site, copy: Copy) -> str:
    """What brings COPY back to its place; nothing that stands there is overwritten."""
    if copy.how == ATTIC:
        return as_owner(site, f"restore {quote(copy.path)} --operation {quote(copy.operation)}")
    return by_hand(site, copy.place, site.links.layout.in_shared(copy.path), moved=copy.how in _MOVED)


def of_backup(site: Site, one: Missing) -> str:
    """What puts the files of ONE back from a backup, whose place a person knows."""
    there = site.links.layout.in_shared(one.path) if one.path else site.links.layout.shared
    known = {each.path: each.kind for each in site.survey.site.shared}
    alone = known[one.path] == FILE if one.path in known else one.files_then == 1 and site.root.kind(there) != DIR
    file = site.root.kind(there) == FILE or alone
    ends = "" if file else "/"
    line = f"rsync -a --ignore-existing BACKUP/{quote(one.path)}{ends} {quote(site.root.absolute(there))}{ends}"
    return as_who_may(site, line, [], there)


def by_hand(site: Site, source: RelPath, target: RelPath, *, moved: bool) -> str:
    """A line of plain programs: what is MOVED gets its name back where nothing stands there, or an empty directory;
    else what is not there yet is copied, with owners and times.
    """
    root, one, two = site.root, quote(site.root.absolute(source)), quote(site.root.absolute(target))
    kind = root.kind(target)
    first = "" if root.kind(target.parent) == DIR else f"mkdir -p {quote(root.absolute(target.parent))} && "
    if kind is None:
        verb = "mv -nT" if moved else "cp -anT"
        line = f"{first}{verb} {one} {two}"
    elif kind == DIR and not root.names(target) and moved:
        line = f"rmdir {two} && mv -nT {one} {two}"
    elif kind == DIR:
        line = f"cp -an {one}/. {two}/"
    else:
        line = f"ls -l {one} {two}"
    return as_who_may(site, line, [source.parent if moved else source], target)


def as_owner(site: Site, words: str) -> str:
    """A command of ours on the site, as the user to whom it belongs."""
    return f"{sudo_for(site.root.path)}holdfast {words} --site {quote(site.root.path)}"


def as_who_may(site: Site, line: str, read: Iterable[RelPath], write: Optional[RelPath] = None) -> str:
    """LINE as it is where this user may READ and WRITE there; else with `sudo -u` for the owner of the place where that
    is enough, or for root.
    """
    needed = [_nearest(site.root, path) for path in read]
    place = _nearest(site.root, write) if write is not None else None
    users = [os.geteuid(), *([place.st_uid] if place is not None else [])]
    for user in users:
        if all(_may_look(status, user) for status in needed) and (place is None or may_change(place, user)):
            return line if user == os.geteuid() else _with_sudo(line, f"-u {quote(name_of(user))} ")
    return _with_sudo(line, "")


def _with_sudo(line: str, user: str) -> str:
    return f"sudo {user}sh -c {quote(line)}" if "&&" in line else f"sudo {user}{line}"


def _nearest(root: Root, path: RelPath) -> os.stat_result:
    """The status of PATH, or of the nearest directory above it that is there."""
    here = path
    while (status := root.lstat(here)) is None and here:
        here = here.parent
    return status or os.stat(root.path)


def _may_look(status: os.stat_result, user: int) -> bool:
    return may_read(status, user, groups_of(user))
