"""Checks of the host: space, inodes, permissions, what the file system can do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Optional

from holdfast_engine.checks.subject import Subject, accepting
from holdfast_engine.fs import access
from holdfast_engine.fs.confine import landlock_version
from holdfast_engine.fs.probe import (
    device_of,
    file_system,
    groups_of,
    may_read,
    may_write,
    mounts_below,
    name_of,
    space,
)
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check

_RESERVE = 8 << 20
_SPARE_INODES = 64
_WITHOUT_JOURNAL = ("ext2", "vfat", "msdos", "exfat")


def host(subject: Subject) -> Iterator[Check]:
    """Space and inodes on every file system involved, and permissions for the tool's user and the web user."""
    yield _space(subject)
    yield _inodes(subject)
    yield permissions(subject)
    yield _mounts(subject)
    yield _file_system(subject)
    yield _clean_up()


def _mounts(subject: Subject) -> Check:
    """What is mounted in a release, or below `releases/`, cannot be moved and is out of sight after a switch."""
    root, live = subject.root, subject.live
    inside = mounts_below(root, live) if live else []
    if inside:
        path = inside[0].below(live or "")
        mend = f"mount it at `{root.absolute(subject.layout.in_shared(path))}` instead, and deploy again"
        return Check("mounts", REFUSE, f"something is mounted at `{inside[0]}`, in the live release", mend)
    apart = root.kind(Layout.releases) == "dir" and root.kind(Layout.state) == "dir"
    if apart and device_of(root, Layout.releases) != device_of(root, Layout.state):
        mend = f"keep both on one, as by a mount at `{root.path}` itself"
        return Check("mounts", REFUSE, "`releases/` and `.holdfast/` lie on two file systems", mend)
    return Check("mounts", PASS, "nothing is mounted in a release")


def _file_system(subject: Subject) -> Check:
    """Without a journal a power cut may keep one half of a move between two directories (tests/crash, `split`)."""
    kind = file_system(subject.root)
    if kind in _WITHOUT_JOURNAL:
        why = f"{kind} keeps no journal: a power cut in the middle of a move may cost the name of a file"
        return Check("file-system", WARN, why, "put the site on ext4, XFS or btrfs")
    return Check("file-system", PASS, kind or "not told by this system")


def _places(subject: Subject) -> list[str]:
    wanted = ["", subject.layout.releases, subject.layout.shared, subject.layout.state]
    return [path for path in wanted if subject.root.kind(path or ".") == "dir" or path == ""]


def _space(subject: Subject) -> Check:
    """A courtesy: a quota cannot be seen. Running out midway is survived anyway (statvfs(3))."""
    need = subject.incoming_bytes + subject.incoming_bytes // 10 + _RESERVE
    free = min(space(subject.root, path).bytes for path in _places(subject))
    if free < need:
        why = f"{_mb(free)} MB are free and about {_mb(need)} MB are needed"
        prune = f"`holdfast prune --keep 1 --site {subject.root.path}`"
        return Check("space", REFUSE, why, f"{prune}, or make room on the disk; {accepting('space')}")
    return Check("space", PASS, f"{_mb(free)} MB are free, about {_mb(need)} MB are needed")


def _mb(size: int) -> int:
    return size >> 20


def _inodes(subject: Subject) -> Check:
    counts = [space(subject.root, path).inodes for path in _places(subject)]
    known = [count for count in counts if count is not None]
    need = subject.incoming_files + subject.incoming_files // 10 + _SPARE_INODES
    if known and min(known) < need:
        why = f"{min(known)} inodes are free and about {need} are needed"
        prune = f"`holdfast prune --keep 1 --site {subject.root.path}`"
        return Check("inodes", REFUSE, why, f"{prune}, or remove small files elsewhere; {accepting('inodes')}")
    return Check("inodes", PASS, f"{min(known)} are free" if known else "not counted by this file system")


def _clean_up() -> Check:
    """Whether the kernel itself keeps what empties the trash from touching anything else (R18); it works without."""
    if landlock_version() >= 1:
        return Check("clean-up", PASS, "the kernel confines it to the trash (Landlock)")
    return Check(
        "clean-up", PASS, "it goes by descriptors alone: this kernel has no Landlock (5.13 or newer) to confine it"
    )


def permissions(subject: Subject) -> Check:
    """The tool must be able to move names, the web user to write where users' data goes (I100)."""
    for path in _places(subject):
        status = subject.root.lstat(path)
        if status and not _we_may_write(subject, RelPath(path)):
            return _refused(subject, path, f"this user ({name_of(os.geteuid())}) may not write in it", "u+w")
    for here in subject.moving:
        blocked = _blocks_a_move(subject, here)
        if blocked is not None:
            return _refused(
                subject,
                blocked,
                f"it holds data to bring home and this user ({name_of(os.geteuid())}) may not move it",
                "g+w",
            )
    if subject.web_user is not None:
        for one in subject.shared:
            refusal = _web_user_refused(subject, one.path, one.kind)
            if refusal is not None:
                return refusal
    return Check(
        "permissions",
        PASS,
        "this user may move data" + ("" if subject.web_user is None else f", {name_of(subject.web_user)} may write it"),
    )


def _we_may_write(subject: Subject, path: RelPath) -> bool:
    status = subject.root.lstat(path)
    if status is None or os.geteuid() == 0 or status.st_uid == os.geteuid():
        return True
    groups = frozenset((os.getegid(), *os.getgroups()))
    return may_write(status, os.geteuid(), groups) or bool(
        (access.may_by_acl(subject.root, path, os.geteuid()) or 0) & 2
    )


def _blocks_a_move(subject: Subject, here: RelPath) -> Optional[RelPath]:
    """What keeps us from moving HERE: its directory, or HERE itself when it is somebody else's
    directory (rename(2)).
    """
    if not _we_may_write(subject, here.parent):
        return here.parent
    return here if subject.root.kind(here) == "dir" and not _we_may_write(subject, here) else None


def _web_user_refused(subject: Subject, path: str, kind: str) -> Optional[Check]:
    where = subject.layout.in_shared(path)
    status = subject.root.lstat(where)
    user = subject.web_user
    if status is None or user is None:
        return None
    given = access.may_by_acl(subject.root, where, user)
    groups = groups_of(user)
    if kind == "dir":
        if may_write(status, user, groups) or (given or 0) & 2:
            return None
        return _web_mend(subject, where, f"`{name_of(user)}` may not write in it", "rwX")
    if subject.root.kind(where) != "file" or may_read(status, user, groups) or (given or 0) & 4:
        return None
    return _web_mend(subject, where, f"`{name_of(user)}` may not read it", "r")


def _web_mend(subject: Subject, where: RelPath, why: str, rights: str) -> Check:
    path, user = subject.root.absolute(where), name_of(subject.web_user or 0)
    default = f" -m d:u:{user}:rwX" if "w" in rights else ""
    return Check(
        "permissions",
        REFUSE,
        f"`{path}`: {why}",
        f"`setfacl -R -m u:{user}:{rights}{default} {path}`, or `chown -R {user} {path}`",
    )


def _refused(subject: Subject, path: str, why: str, rights: str) -> Check:
    where = subject.root.absolute(path)
    user = name_of(os.geteuid())
    mend = (
        f"as its owner or root: `chmod {rights} {where}` with a common group, or `setfacl -R -m u:{user}:rwX {where}`"
    )
    return Check("permissions", REFUSE, f"`{where}`: {why}", mend)
