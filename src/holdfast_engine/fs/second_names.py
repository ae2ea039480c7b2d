"""Second names: one file that stands at two places, so that it is moved by nobody and lost by nobody (link(2))."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from itertools import groupby

from holdfast_engine.fs import durable
from holdfast_engine.fs.copy import copy_file
from holdfast_engine.fs.copy import make_alike as alike
from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.place import change_places, make_link
from holdfast_engine.fs.root import OPEN_DIR, Root
from holdfast_engine.model.carried import Carried
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath

REFUSED = (errno.EPERM, errno.EACCES, errno.EMLINK, errno.EXDEV, errno.ENOTSUP, errno.ENOSYS)
"""How giving a second name ends where the file is another user's (protected_hardlinks, proc(5)), immutable, has all
the names that its file system allows, or lies on another one.
"""


def give_names(
    root: Root, source: str, target: str, paths: Iterable[str], *, instead: bool = False
) -> Iterator[tuple[RelPath, OSError]]:
    """Each of PATHS, files and links below SOURCE, stands at the same path below TARGET as well, whose directories are
    there; yields those for which that cannot be, with the reason: FileExistsError where something stands there,
    FileNotFoundError for what vanished meanwhile. INSTEAD of what stands below TARGET, which is gone first: for a
    release that nobody is shown, and what is kept elsewhere (G1).

    The names are on disk after `durable.sync_file_system`.
    """
    for parent, below in groupby(sorted(map(RelPath, paths), key=_parent), key=_parent):
        with root.directory(RelPath(source) / parent) as here, root.directory(RelPath(target) / parent) as there:
            for path in below:
                reach("second_names.give")
                try:
                    if instead:
                        os.unlink(path.name, dir_fd=there)
                        reach("second_names.give_instead")
                    os.link(path.name, path.name, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)
                except OSError as error:
                    yield path, error


def _parent(path: RelPath) -> RelPath:
    return path.parent


def make_directories(root: Root, target: str, paths: Iterable[str]) -> list[RelPath]:
    """Each of PATHS, parents first, is a directory below TARGET, which is there, open to its owner; returns those that
    were made. OSError where something else stands. On disk after `durable.sync_file_system`, as the names in them.
    """
    return [RelPath(path) for path in paths if _is_made(root, RelPath(target) / path)]


def _is_made(root: Root, path: RelPath) -> bool:
    with root.directory(path.parent) as parent:
        reach("second_names.make_directory")
        try:
            os.mkdir(path.name, 0o700, dir_fd=parent)
        except FileExistsError:
            os.close(os.open(path.name, OPEN_DIR, dir_fd=parent))
            return False
        return True


def make_alike(root: Root, source: str, target: str, paths: Iterable[str]) -> None:
    """Each of PATHS below TARGET has the owner, the mode, the ACLs and the times of the directory below SOURCE: whoever
    made names there goes on making them. One that is gone below SOURCE meanwhile is passed over.
    """
    for path in paths:
        try:
            alike(root, RelPath(source) / path, RelPath(target) / path)
        except FileNotFoundError:
            continue


def give_copy(root: Root, source: str, target: str) -> None:
    """A copy of the file or the link SOURCE stands at TARGET, where nothing stood: for what may have no second name."""
    if root.kind(source) == "link":
        make_link(root, target, root.link(source) or "")
    else:
        copy_file(root, source, target)


def stand_in(root: Root, source: str, target: str, *, waiting: str) -> None:
    """SOURCE stands at TARGET as well, and what stood at TARGET stands at WAITING: one exchange, no moment without
    either (G3). On disk when it returns.
    """
    try:
        give_name(root, RelPath(source), RelPath(waiting))
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        give_copy(root, source, waiting)
    change_places(root, waiting, target)


def give_name(root: Root, source: RelPath, target: RelPath) -> None:
    """The file or link SOURCE stands at TARGET as well, where nothing stood; OSError in REFUSED where it may not."""
    reach("second_names.give_one")
    with root.directory(source.parent) as here, root.directory(target.parent) as there:
        os.link(source.name, target.name, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)
        durable.sync(there)


def as_it_stands(kind: str, status: os.stat_result) -> Carried:
    """What is carried, as it stands in the release that it is carried from."""
    size = status.st_size if kind == FILE else 0
    return Carried.as_it_stands(kind, (size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
