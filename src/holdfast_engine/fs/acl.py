"""Letting the application's user into directories that Holdfast makes, without root: POSIX ACLs (acl(5))."""

from __future__ import annotations

import errno
import os
import stat
import struct
from typing import Optional

from holdfast_engine.fs import acl_text, durable
from holdfast_engine.fs.acl_text import ACCESS, DEFAULT
from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.root import Root
from holdfast_engine.model.paths import RelPath

_USER, _MASK = 0x02, 0x10


def let_in(root: Root, path: str, *, web_user: int) -> bool:
    """USER may write the file PATH, or in the directory and in what is made below it later; False where that cannot be
    given. On disk when it returns.

    Root gives the directory away; others, who own it, add an ACL that names both users.
    Nothing below PATH is touched: data keeps its owner and mode (I101).
    """
    reach("access.let_in")
    is_directory = root.kind(path) == "dir"
    here = root.open_directory(path) if is_directory else root.open_file(path)
    try:
        given = _let_in(here, is_directory=is_directory, web_user=web_user)
        durable.sync(here)
        return given
    finally:
        os.close(here)


def _let_in(here: int, *, is_directory: bool, web_user: int) -> bool:
    mode = stat.S_IMODE(os.fstat(here).st_mode)
    if os.geteuid() == 0:
        os.fchown(here, web_user, -1)
        return True
    try:
        acl_text.admit(here, ACCESS, mode, {web_user: 7 if is_directory else 6})
        if is_directory:
            acl_text.admit(here, DEFAULT, 0o750 if not mode & 7 else 0o755, {web_user: 7, os.geteuid(): 7})
    except OSError:
        return False
    return True


def are_kept(root: Root, path: str) -> bool:
    """True where the file system of the directory PATH has POSIX ACLs."""
    with root.directory(path) as here:
        try:
            os.getxattr(here, ACCESS)
        except OSError as error:
            return error.errno == errno.ENODATA
    return True


def may_by_acl(root: Root, path: str, user: int) -> Optional[int]:
    """The permission bits (4 read, 2 write, 1 enter) that an ACL on PATH gives USER by name; None when it names
    nobody.
    """
    try:
        with root.directory(RelPath(path).parent) as parent:
            # by its name below the descriptor: a file that we may not open (`.env`, 0600) tells its rights as well
            named = f"/proc/self/fd/{parent}/{RelPath(path).name}"
            packed = os.getxattr(named, ACCESS, follow_symlinks=False)
    except OSError:
        return None
    entries = [struct.unpack_from("<HHI", packed, at) for at in range(4, len(packed) - 7, 8)]
    mask = next((bits for tag, bits, _ in entries if tag == _MASK), 7)
    return next((bits & mask for tag, bits, who in entries if tag == _USER and who == user), None)
