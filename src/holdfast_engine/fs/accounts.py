"""Users, their groups and what they may do by a mode."""

from __future__ import annotations

import os
import pwd


def groups_of(user: int) -> frozenset[int]:
    """The groups that USER is in; none where no account has this number."""
    try:
        account = pwd.getpwuid(user)
    except KeyError:
        return frozenset()
    return frozenset(os.getgrouplist(account.pw_name, account.pw_gid))


def name_of(user: int) -> str:
    """The name of USER, or its number where no account has it."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def may_write(status: os.stat_result, user: int, groups: frozenset[int]) -> bool:
    """True when mode and owner let USER with GROUPS make names in a directory (or write a file) of
    STATUS; ACLs aside.
    """
    if user == 0:
        return True
    if status.st_uid == user:
        return bool(status.st_mode & 0o200)
    if status.st_gid in groups:
        return bool(status.st_mode & 0o020)
    return bool(status.st_mode & 0o002)


def may_read(status: os.stat_result, user: int, groups: frozenset[int]) -> bool:
    """True when mode and owner let USER with GROUPS read a file of STATUS; ACLs aside."""
    if user == 0:
        return True
    if status.st_uid == user:
        return bool(status.st_mode & 0o400)
    if status.st_gid in groups:
        return bool(status.st_mode & 0o040)
    return bool(status.st_mode & 0o004)
