"""The one place that deletes: from the trash alone, or what was proven to exist elsewhere (G1, G6)."""

from __future__ import annotations

import errno
import os
import stat
from typing import Optional

from holdfast_engine.fs import durable
from holdfast_engine.fs.copy import copy_tree, same_file
from holdfast_engine.fs.dir_cursor import Descent
from holdfast_engine.fs.durable import make_directories
from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.landlock import change_only_below
from holdfast_engine.fs.place import drop_own_link, move
from holdfast_engine.fs.root import OPEN_DIR, Root, kind_of
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass

_NOT_EMPTIED = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EBUSY)
"""No empty directory is there: something is in it, or no directory is at its name or above it."""


@dataclass(frozen=True)
class Proof:
    """Why a tree may go: WHAT it is and BECAUSE of which finding. Only code that has looked makes one."""

    what: str
    because: str


def to_trash(root: Root, path: str, name: str, proof: Proof, *, inner: str = "") -> RelPath:
    """What stood at PATH lies in the trash as NAME, or at INNER below it; nothing is deleted yet. PROOF says why it
    may go.
    """
    if not proof.because:
        raise ValueError(f"no proof for {path}")
    spot = free_in_trash(root, name) / inner
    if inner:
        make_directories(root, spot.parent, mode=0o700)
    _let_move(root, path)
    transfer(root, path, spot) if root.kind(path) == "file" else move(root, path, spot)
    return spot


def named_for(root: Root, name: str, path: str) -> str:
    """NAME, which says as well where something stood that goes to the trash; alone where a name may not be so long."""
    told = f"{name}@{path.replace('%', '%25').replace('/', '%2F').replace('~', '%7E')}"
    return told if len(os.fsencode(told)) + _NUMBER <= os.fpathconf(root.fd, "PC_NAME_MAX") else name


def stood_at(name: str) -> RelPath:
    """The path that `named_for` put into a name; empty when there is none."""
    return RelPath(name.partition("@")[2].replace("%2F", "/").replace("%7E", "~").replace("%25", "%"))


_NUMBER = len("~9999")


def free_in_trash(root: Root, name: str) -> RelPath:
    """Where in the trash something called NAME would go now."""
    spot, count = Layout.trash / name, 1
    while root.has(spot):
        count += 1
        spot = Layout.trash / f"{name}~{count}"
    return spot


def _let_move(root: Root, path: str) -> None:
    """Moving a directory elsewhere rewrites its `..`, which needs write permission on it (rename(2))."""
    status = root.lstat(path)
    if status and kind_of(status) == "dir" and not status.st_mode & stat.S_IWUSR and status.st_uid == os.geteuid():
        with root.directory(path) as here:
            os.fchmod(here, stat.S_IMODE(status.st_mode) | stat.S_IRWXU)


def empty_trash(root: Root, name: str) -> bool:
    """The trash holds no NAME any more; False when something in it could not be deleted.

    A tree is walked in a child that the kernel confines to the trash where it can (Landlock): even a
    mistake in there cannot reach `shared/`. Follows no link, enters no other file system. A file is
    one call, by its name in the trash, which reaches nothing else.
    """
    reach("discard.empty_trash")
    if root.kind(Layout.trash / name) != "dir":
        return _is_unlinked(root, name)
    child = os.fork()
    if child == 0:
        try:
            os._exit(_empty_confined(root, name))
        finally:
            os._exit(1)  # whatever is raised in here ends here: a second copy of the caller must never go on
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _is_unlinked(root: Root, name: str) -> bool:
    try:
        with root.directory(Layout.trash) as trash:
            os.unlink(name, dir_fd=trash)
    except OSError:
        return False
    return True


def _empty_confined(root: Root, name: str) -> int:
    try:
        with root.directory(Layout.trash) as trash:
            change_only_below(trash)
            return 0 if _remove(root, name) else 1
    except OSError:
        return 1


def _remove(root: Root, name: str) -> bool:
    """Remove NAME in the trash and what is below it, however deep; True when nothing is left.

    What cannot be removed (immutable, another user's, a mount point) stays, with the directories above it.
    """
    left = False
    with Descent(root, Layout.trash) as way:
        levels = [[name]]
        while levels:
            try:
                if levels[-1]:
                    below = _remove_or_enter(way, levels[-1].pop())
                    levels += [below] if below is not None else []
                else:
                    levels.pop()
                    _leave(way, at_top=not levels)
            except OSError:
                left = True
    return not left


def _remove_or_enter(way: Descent, name: str) -> Optional[list[str]]:
    """NAME is gone, or, being a directory, entered: then the names in it."""
    status = os.stat(name, dir_fd=way.here, follow_symlinks=False)
    if not stat.S_ISDIR(status.st_mode):
        os.unlink(name, dir_fd=way.here)
        return None
    if status.st_dev != way.device:
        raise OSError(errno.EXDEV, "another file system is mounted here", name)
    return os.listdir(way.enter(name, _opened_for_removal(way.here, name)))


def _leave(way: Descent, *, at_top: bool) -> None:
    if not at_top:
        name = way.leave()
        os.rmdir(name, dir_fd=way.here)


def _opened_for_removal(parent: int, name: str) -> int:
    try:
        here = os.open(name, OPEN_DIR, dir_fd=parent)
    except PermissionError:
        _let_ourselves_in(parent, name)
        here = os.open(name, OPEN_DIR, dir_fd=parent)
    if os.fstat(here).st_uid == os.geteuid():
        os.fchmod(here, stat.S_IRWXU)
    return here


def _let_ourselves_in(parent: int, name: str) -> None:
    """The directory NAME, which we may not read, has mode 0700.

    chmod(2) follows a link that somebody who still stands in the tree puts there at that moment (G9);
    a descriptor of the directory itself (O_PATH) cannot be exchanged for another, and /proc changes what it is open on.
    """
    itself = os.open(name, OPEN_DIR | os.O_PATH, dir_fd=parent)
    try:
        os.chmod(f"/proc/self/fd/{itself}", stat.S_IRWXU)
    finally:
        os.close(itself)


def drop_copied(root: Root, source: str, copy: str) -> bool:
    """SOURCE is gone, every file of it having an equal one in COPY; what has none stays. True when all went."""
    found = [(RelPath(path), kind) for path, kind, _ in walk(root, source)] or [(RelPath(""), root.kind(source) or "")]
    left = [
        path
        for path, kind in reversed(found)
        if not _drop_one(root, RelPath(source) / path, RelPath(copy) / path, kind)
    ]
    if root.kind(source) == "dir":
        _drop_one(root, RelPath(source), RelPath(copy), "dir")
    return not left


def _drop_one(root: Root, source: RelPath, copy: RelPath, kind: str) -> bool:
    reach("discard.drop_copied")
    if kind == "link" and root.link(copy) == root.link(source):
        drop_own_link(root, source)
        return True
    with root.directory(source.parent) as parent:
        if kind == "file" and same_file(root, source, copy):
            os.unlink(source.name, dir_fd=parent)
            return True
        if kind == "dir" and not root.names(source):
            os.rmdir(source.name, dir_fd=parent)
            return True
    return False


def transfer(root: Root, source: str, target: str) -> None:
    """What stood at SOURCE stands at TARGET, where nothing stood: one rename.

    Where TARGET lies on another file system: a copy that is verified and on disk, after which the original goes name
    by name, each only while its copy is equal. A crash leaves both, or what is left of the original.
    OSError (EBUSY), nothing copied, for a pipe, a socket or a device: those cannot be moved there.
    """
    try:
        move(root, source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _refuse_odd(root, source)
        copy_tree(root, source, target)
        drop_copied(root, source, target)


def _refuse_odd(root: Root, source: str) -> None:
    kinds = ((RelPath(source) / path, kind) for path, kind, _ in walk(root, source))
    for path, kind in ((RelPath(source), root.kind(source)), *kinds):
        if kind == "other":
            why = "a pipe, a socket or a device, which cannot be moved to another file system"
            raise OSError(errno.EBUSY, why, path)


def drop_scratch(root: Root, name: str) -> None:
    """Holdfast's own scratch file NAME is gone; a file of the user's never lies there under such a name."""
    reach("discard.drop_scratch")
    with root.directory(Layout.scratch) as here:
        try:
            os.unlink(name, dir_fd=here)
        except FileNotFoundError:
            pass


def drop_private_copy(root: Root, path: str, copied_from: str) -> bool:
    """The private copy PATH is gone if it still equals COPIED_FROM; False when it differs and therefore stays."""
    if not same_file(root, path, copied_from):
        return False
    with root.directory(RelPath(path).parent) as parent:
        os.unlink(RelPath(path).name, dir_fd=parent)
        durable.sync(parent)
    return True


def drop_empty(root: Root, path: str) -> bool:
    """No empty directory stands at PATH; False where none does, and where it stays because something is in it. Again
    after a crash it is gone already, and so may be what it stood in.
    """
    reach("discard.drop_empty")
    try:
        with root.directory(RelPath(path).parent) as parent:
            os.rmdir(RelPath(path).name, dir_fd=parent)
            durable.sync(parent)
    except OSError as error:
        if not isinstance(error, durable.SyncFailed) and error.errno in _NOT_EMPTIED:
            return False
        raise
    return True
