"""Checks of the host: space, inodes, mounts, what the file system can do."""

from __future__ import annotations

import os
from collections.abc import Iterator

from holdfast_engine.checks.check_input import CheckInput, accepting
from holdfast_engine.fs import quota
from holdfast_engine.fs.accounts import name_of
from holdfast_engine.fs.landlock import landlock_version
from holdfast_engine.fs.probe import device_of, file_system, mounts_below, space
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check

_RESERVE = 8 << 20
_SPARE_INODES = 64
_ELSEWHERE = "run Holdfast on the host whose disk it is, or put the site on ext4, XFS or btrfs"
_WITHOUT_JOURNAL = ("ext2", "vfat", "msdos", "exfat")


def host(subject: CheckInput) -> Iterator[Check]:
    """Space and inodes on every file system involved, what is mounted, and what the file system can do."""
    yield _space(subject)
    yield _inodes(subject)
    yield _mounts(subject)
    yield _file_system(subject)
    yield _clean_up()


def _mounts(subject: CheckInput) -> Check:
    """What is mounted in a release, or below `releases/`, cannot be moved and is out of sight after a switch."""
    root, live = subject.root, subject.live
    inside = mounts_below(root, live) if live else []
    if inside:
        path = inside[0].below(live or "")
        mend = f"mount it at `{root.absolute(subject.layout.in_shared(path))}` instead, and deploy again"
        return Check("mounts", REFUSE, f"something is mounted at `{inside[0]}`, in the live release", mend)
    apart = root.kind(Layout.releases) == "dir" and root.kind(Layout.state) == "dir"
    if apart and device_of(root, Layout.releases) != device_of(root, Layout.state):
        mend = f"keep both on one, for example with a mount at `{root.path}` itself"
        return Check("mounts", REFUSE, "`releases/` and `.holdfast/` are on two file systems", mend)
    return Check("mounts", PASS, "nothing is mounted in a release")


def _file_system(subject: CheckInput) -> Check:
    """Without a journal a power cut may keep one half of a move between two directories (tests/crash, `split`)."""
    kind, can = file_system(subject.root), subject.site.options.get
    if not can("symlinks", True):
        why = f"{kind} has no symlinks, and a site needs them"
        return Check("file-system", REFUSE, why, _ELSEWHERE)
    if not (can("second_names", True) or can("exchange", True)):
        why = f"{kind} can neither exchange two names nor make hard links: a move could overwrite what another program"
        return Check("file-system", REFUSE, f"{why} makes at that moment", _ELSEWHERE)
    if not can("second_names", True):
        why = f"{kind} has no hard links: what is carried along is copied at each deploy"
        return Check("file-system", WARN, why, _ELSEWHERE)
    if kind.startswith("fuse") and not can("exchange", True):
        why = f"{kind} cannot exchange two names, and when its connection breaks, every command stops"
        return Check("file-system", WARN, why, _ELSEWHERE)
    if kind in _WITHOUT_JOURNAL:
        why = f"{kind} keeps no journal: a power cut in the middle of a move may lose the name of a file"
        return Check("file-system", WARN, why, "put the site on ext4, XFS or btrfs")
    return Check("file-system", PASS, kind or "this system does not say")


def places(subject: CheckInput) -> list[str]:
    wanted = ["", subject.layout.releases, subject.layout.shared, subject.layout.state]
    return [path for path in wanted if subject.root.kind(path or ".") == "dir" or path == ""]


def _space(subject: CheckInput) -> Check:
    """A courtesy: not every quota can be seen. Running out midway is survived anyway (statvfs(3))."""
    need = subject.incoming_bytes + subject.incoming_bytes // 10 + _RESERVE
    free = min(space(subject.root, path).bytes for path in places(subject))
    allowed = [one.bytes for one in _quotas(subject) if one.bytes is not None]
    if allowed and min(allowed) < min(need, free):
        why = f"{_quota()} leaves {_mb(min(allowed))} MB and about {_mb(need)} MB are needed"
        return Check("space", REFUSE, why, _more_quota(subject, "space"))
    if free < need:
        why = f"{_mb(free)} MB are free and about {_mb(need)} MB are needed"
        prune = f"`holdfast prune --keep 1 --site {subject.root.path}`"
        return Check("space", REFUSE, why, f"{prune}, or make room on the disk; {accepting('space')}")
    return Check("space", PASS, f"{_mb(free)} MB are free, about {_mb(need)} MB are needed")


def _quotas(subject: CheckInput) -> list[quota.Left]:
    return [quota.left(subject.root, path) for path in places(subject)]


def _quota() -> str:
    return f"the quota of `{name_of(os.geteuid())}`"


def _more_quota(subject: CheckInput, name: str) -> str:
    prune = f"`holdfast prune --keep 1 --site {subject.root.path}`"
    return f"{prune}, or have the quota raised (`quota -s` shows it); {accepting(name)}"


def _mb(size: int) -> int:
    return size >> 20


def _inodes(subject: CheckInput) -> Check:
    counts = [space(subject.root, path).inodes for path in places(subject)]
    known = [count for count in counts if count is not None]
    need = subject.incoming_files + subject.incoming_files // 10 + _SPARE_INODES
    allowed = [one.inodes for one in _quotas(subject) if one.inodes is not None]
    if allowed and min(allowed) < need:
        why = f"{_quota()} leaves {min(allowed)} files and about {need} are needed"
        return Check("inodes", REFUSE, why, _more_quota(subject, "inodes"))
    if known and min(known) < need:
        why = f"{min(known)} inodes are free and about {need} are needed"
        prune = f"`holdfast prune --keep 1 --site {subject.root.path}`"
        return Check("inodes", REFUSE, why, f"{prune}, or remove small files elsewhere; {accepting('inodes')}")
    return Check("inodes", PASS, f"{min(known)} are free" if known else "this file system does not count them")


def _clean_up() -> Check:
    """Whether the kernel itself keeps what empties the trash from touching anything else (R18); it works without."""
    if landlock_version() >= 1:
        return Check("clean-up", PASS, "the kernel keeps deletions inside the trash (Landlock)")
    return Check(
        "clean-up", PASS, "deletions stay in the trash without the kernel's help: it has no Landlock (5.13 or newer)"
    )
