"""Check `shared-identity`: each shared path is the directory, or the mount, that it was at the last deploy."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast_engine.checks.subject import Subject, accepting
from holdfast_engine.fs.probe import mounts_below
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import size_of, walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import DIR, LINK
from holdfast_engine.model.memory import DATA_MEMORY, SHARED_IDENTITY
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.words import count


def shared_identity(subject: Subject) -> Check:
    """A lost mount is refused, for beneath it another directory comes to light (I29, I77). Another directory without
    anything in it, where nothing was counted, is told of: `data-memory` speaks where files are missing (I76).
    """
    identity = subject.site.identity
    lost = unmounted(subject.root, subject.layout, identity)
    if lost:
        names = "; ".join(f"{_name(path)} was a mount with {count(files, 'file')}" for path, files in lost.items())
        mend = f"mount it again; `recover` looks for copies; {accepting(SHARED_IDENTITY)}"
        covered = DATA_MEMORY in subject.accept and {one.path for one in subject.missing} >= lost.keys()
        return Check(SHARED_IDENTITY, WARN if covered else REFUSE, f"data that was there is not: {names}", mend)
    told = {one.path for one in subject.missing}
    others = [path for path, row in identity.items() if path not in told and _is_another(subject, path, row[0])]
    if others:
        why = f"gone, or another directory with nothing in it, since the last deploy: {', '.join(map(_name, others))}"
        return Check(SHARED_IDENTITY, WARN, why, "put back what was there if it was not meant to go")
    return Check(SHARED_IDENTITY, PASS, "shared data is where it was")


def unmounted(root: Root, layout: Layout, identity: Mapping[str, list[int]]) -> dict[str, int]:
    """What of IDENTITY was a mount, is none now and holds less than then, with the number of files it held."""
    marked = {path: row[1] for path, row in identity.items() if row[2:]}
    mounts = mounts_below(root, layout.shared) if marked else []
    places = {path: (layout.in_shared(path) if path else layout.shared) for path in marked}
    return {
        path: files
        for path, files in marked.items()
        if places[path] not in mounts and _holds_less(root, places[path], files)
    }


def _holds_less(root: Root, where: RelPath, files: int) -> bool:
    """True when what lies beneath a lost mount is less than was mounted; a site that was moved holds it all."""
    found, _ = size_of(root, where)
    return found == 0 or found < files


def _name(path: str) -> str:
    return f"shared/{path}".rstrip("/")


def _is_another(subject: Subject, path: str, inode: int) -> bool:
    """True when nothing stands at PATH in `shared/`, or a link to nothing, or another directory with nothing in it."""
    root, where = subject.root, subject.layout.in_shared(path) if path else subject.layout.shared
    status, kind = root.lstat(where), root.kind(where)
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
