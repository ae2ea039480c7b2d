"""Giving a directory or a file the access that is kept for it (G10)."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import replace
from typing import Optional

from holdfast_engine.fs import acl, acl_text, durable
from holdfast_engine.fs.accounts import groups_of, may_write
from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.root import Root
from holdfast_engine.model.access import Access
from holdfast_engine.model.paths import RelPath

_ALL = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO | stat.S_ISGID | stat.S_ISVTX
_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def access_of(status: os.stat_result) -> Access:
    """By owner, group and mode."""
    return Access(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode) & _ALL)


def access_at(root: Root, path: str) -> Access:
    """The access of the directory PATH, with its ACLs."""
    with root.directory(path) as here:
        given, default = acl_text.texts(here)
        return replace(access_of(os.fstat(here)), acl=given, default=default)


def give(root: Root, path: str, wanted: Access, *, user: int) -> bool:
    """PATH, a directory of ours, lets in whom WANTED lets in; False where USER, the application's, is kept out still.

    Root gives it to owner and group; anybody else gives the group where that may be, and else an ACL for USER.
    """
    status = root.lstat(path)
    if status is None or access_of(status) == wanted:
        return True
    with root.directory(path) as here:
        reach("access.give")
        _own(here, status, wanted)
        mode = wanted.mode if os.geteuid() == 0 or wanted.uid == os.geteuid() else wanted.mode | 0o700
        if _is_ours(here, wanted):
            os.fchmod(here, mode)
            _give_acls(here, wanted)
    return is_let_in(root, path, wanted, user) or acl.let_in(root, path, web_user=user)


def make_like(root: Root, path: RelPath, top: RelPath, example: Optional[RelPath] = None) -> None:
    """The directory PATH below TOP exists, and each that was made on the way has owner, group, mode and ACL of the one
    that it stands for at the same place below EXAMPLE, else of the one that it lies in. What is made in it later has
    its group.
    """
    for made in durable.make_directories(root, path, mode=0o2775):
        if made != top and made.is_within(top):
            stands_for = made.parent if example is None else example / made.below(top)
            _liken(root, made, stands_for if root.kind(stands_for) == "dir" else made.parent, top)


def _liken(root: Root, made: RelPath, stands_for: RelPath, top: RelPath) -> None:
    """MADE lets in whom STANDS_FOR lets in. TOP itself is Holdfast's own, and no example."""
    if stands_for == top:
        return
    wanted = access_at(root, stands_for)
    with root.directory(made) as here:
        _own(here, os.fstat(here), wanted)
        os.fchmod(here, wanted.mode | stat.S_ISGID | stat.S_IRWXU)
        _give_acls(here, wanted)
        durable.sync(here)
        kept_out = os.fstat(here).st_uid != wanted.uid and wanted.uid != 0 and wanted.mode & stat.S_IWUSR
    if kept_out:
        acl.let_in(root, made, web_user=wanted.uid)


def _is_ours(here: int, wanted: Access) -> bool:
    """Whoever owns it may change its mode: we, or root for whom it was given to."""
    return os.fstat(here).st_uid in (os.geteuid(), wanted.uid)


def _give_acls(here: int, wanted: Access) -> None:
    with suppress(OSError):  # a file system without ACLs: who is kept out is found and told of after this
        acl_text.give(here, wanted.acl, wanted.default)


def give_file(root: Root, path: str, wanted: Access, *, user: int) -> None:
    """The file PATH, which is settings or data that a release ships, can be written by whom WANTED lets in."""
    status = root.lstat(path)
    if status is None or status.st_nlink > 1 or status.st_uid not in (os.geteuid(), wanted.uid):
        return
    opened = root.open_file(path)
    try:
        reach("access.give_file")
        _own(opened, status, wanted)
        read = stat.S_IMODE(status.st_mode) & ~_WRITE
        os.fchmod(opened, read | stat.S_IWUSR | (wanted.mode & stat.S_IWGRP))
        durable.sync(opened)
    finally:
        os.close(opened)
    if not is_let_in(root, path, wanted, user):
        acl.let_in(root, path, web_user=user)


def take(root: Root, path: str, wanted: Access, *, user: int) -> bool:
    """PATH, a directory or a shipped file, is as WANTED, and no ACL lets USER in; False where it is another user's."""
    status = root.lstat(path)
    if status is None or (status.st_nlink > 1 and stat.S_ISREG(status.st_mode)):
        return True
    if os.geteuid() not in (0, status.st_uid):
        return False
    is_directory = stat.S_ISDIR(status.st_mode)
    acl_text.shut_out(root, path, user=user)
    here = root.open_directory(path) if is_directory else root.open_file(path)
    try:
        reach("access.take")
        _own(here, status, wanted)
        os.fchmod(here, wanted.mode if is_directory else stat.S_IMODE(os.fstat(here).st_mode) & ~_WRITE)
        durable.sync(here)
    finally:
        os.close(here)
    return True


def _own(here: int, status: os.stat_result, wanted: Access) -> None:
    owner = wanted.uid if os.geteuid() == 0 and wanted.uid != status.st_uid else -1
    group = wanted.gid if wanted.gid != status.st_gid else -1
    if (owner, group) != (-1, -1):
        with suppress(PermissionError):  # a group that we are not in: an ACL does it
            os.fchown(here, owner, group)


def is_let_in(root: Root, path: str, wanted: Access, user: int, groups: Optional[frozenset[int]] = None) -> bool:
    """True where USER, who is in GROUPS, may do now what WANTED lets them, or WANTED let them do nothing."""
    status, groups = root.lstat(path), groups_of(user) if groups is None else groups
    if status is None or not wanted.lets_in(user, groups) or may_write(status, user, groups):
        return True
    return bool((acl.may_by_acl(root, path, user) or 0) & 2) and status.st_uid != user


def let_in_who_owns(root: Root, example: str, path: str) -> None:
    """The owner of the directory EXAMPLE, where that could make names in it, can do so in the directory PATH, which is
    served from now on for both (G10). Only where PATH is our own: nobody is kept out by it who was let in.
    """
    status, wanted = root.lstat(path), access_at(root, example)
    if status is not None and status.st_uid == os.geteuid() and not is_let_in(root, path, wanted, wanted.uid):
        give(root, path, wanted, user=wanted.uid)


def open_again(root: Root, path: str, status: os.stat_result, wanted: Optional[Access], *, give: bool) -> None:
    """The shipped file PATH, which a deploy sealed and STATUS tells of, can be written by its owner, and by its group
    where WANTED, the access of its directory, let the group in. GIVE: it belongs to whom the directory belongs to.
    What is another user's stays as it is, and so does what has a second name: that was never sealed.
    """
    us = os.geteuid()
    if status.st_nlink > 1 or us not in (0, status.st_uid):
        return
    group = wanted.mode & stat.S_IWGRP if wanted else 0
    mode = stat.S_IMODE(status.st_mode) | stat.S_IWUSR | group
    given = wanted is not None and give and (wanted.uid, wanted.gid) != (status.st_uid, status.st_gid)
    if mode == stat.S_IMODE(status.st_mode) and not given:
        return
    opened = root.open_file(path)
    try:
        reach("access.open_again")
        if wanted is not None and given:
            _own(opened, status, wanted)
        os.fchmod(opened, mode)
    finally:
        os.close(opened)
