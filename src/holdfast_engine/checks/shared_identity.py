"""Check `shared-identity`: each shared path is the directory, or the mount, that it was at the last deploy."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast_engine.checks.check_input import CheckInput, accepting
from holdfast_engine.fs.root import Root, kind_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, LINK
from holdfast_engine.model.memory import DATA_MEMORY, SHARED_IDENTITY
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.words import count
from holdfast_engine.site.mounts import replaced, unmounted


def shared_identity(subject: CheckInput) -> Check:
    """A lost mount is refused, for beneath it another directory comes to light (I29, I77). Another directory without
    anything in it, where nothing was counted, is told of: `data-memory` speaks where files are missing (I76).
    """
    identity = subject.site.identity
    lost = unmounted(subject.root, subject.layout, identity)
    if lost:
        covered = DATA_MEMORY in subject.accept and {one.path for one in subject.missing} >= lost.keys()
        return not_mounted(lost, WARN if covered else REFUSE, accepting(SHARED_IDENTITY))
    swapped = replaced(subject.root, subject.layout, identity)
    if swapped:
        names = "; ".join(f"{_name(path)} was a link to `{text}` and is none now" for path, text in swapped.items())
        mend = f"merge what is there with what the link led to; {accepting(SHARED_IDENTITY)}"
        return Check(SHARED_IDENTITY, REFUSE, f"data is no longer reached: {names}", mend)
    told = {one.path for one in subject.missing}
    others = [path for path, row in identity.items() if path not in told and _is_another(subject, path, row[0])]
    if others:
        why = f"missing, or replaced by an empty directory, since the last deploy: {', '.join(map(_name, others))}"
        return Check(SHARED_IDENTITY, WARN, why, "put back what was there, unless it was removed on purpose")
    return Check(SHARED_IDENTITY, PASS, "shared data is unchanged in its place")


def not_mounted(lost: Mapping[str, int], verdict: str, meant: str) -> Check:
    """What is to be said of mounts that are LOST, with the files they held; MEANT is what to type where they are not
    to come back.
    """
    names = "; ".join(f"{_name(path)} was a mount with {count(files, 'file')}" for path, files in lost.items())
    mend = "; ".join(part for part in ("mount it again", meant) if part)
    return Check(SHARED_IDENTITY, verdict, f"data is missing: {names}, and is not mounted now", mend)


def _name(path: str) -> str:
    return f"shared/{path}".rstrip("/")


def _is_another(subject: CheckInput, path: str, inode: int) -> bool:
    """True when nothing stands at PATH in `shared/`, or a link to nothing, or another directory with nothing in it."""
    root, where = subject.root, subject.layout.in_shared(path) if path else subject.layout.shared
    status = root.lstat(where)
    kind = kind_of(status) if status is not None else None
    if kind == LINK:
        return not root.leads_somewhere(where)
    return status is None or (kind == DIR and status.st_ino != inode and _holds_nothing(root, where, status.st_dev))


def _holds_nothing(root: Root, where: RelPath, device: int) -> bool:
    """True when there are directories alone; what may not be read, or is mounted below, counts as something."""
    unseen: list[str] = []
    try:
        inside = walk(root, where, unreadable=unseen)
        return all(kind == DIR and status.st_dev == device for _, kind, status in inside) and not unseen
    except PermissionError:
        return False
