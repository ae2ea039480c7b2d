"""Putting names where they belong: each function is one atomic step that overwrites nothing."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Callable, Mapping
from typing import Optional
from zlib import crc32

from holdfast_engine.fs import durable
from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.root import Root
from holdfast_engine.model.paths import RelPath

_libc = ctypes.CDLL(None, use_errno=True)
_NOREPLACE, _EXCHANGE = 1, 2
_NR_RENAMEAT2 = {
    "x86_64": 316,
    "aarch64": 276,
    "i686": 353,
    "armv7l": 382,
    "riscv64": 276,
    "ppc64le": 357,
    "s390x": 347,
}
UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def _renameat2(source_fd: int, source: str, target_fd: int, target: str, flags: int) -> None:
    """renameat2(2), by glibc (2.28 and newer) or by number."""
    words = (source_fd, os.fsencode(source), target_fd, os.fsencode(target), flags)
    if hasattr(_libc, "renameat2"):
        result = _libc.renameat2(*words)
    else:
        result = _libc.syscall(_NR_RENAMEAT2.get(os.uname().machine, -1), *words)
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), source, None, target)


def _rename(root: Root, source: str, target: str, flags: int) -> None:
    """Rename with FLAGS, then both directories on disk: the target's first, so that a name is never in neither."""
    one, two = RelPath(source), RelPath(target)
    with root.directory(one.parent) as source_fd, root.directory(two.parent) as target_fd:
        _renameat2(source_fd, one.name, target_fd, two.name, flags)
        durable.sync(target_fd)
        if one.parent != two.parent:
            durable.sync(source_fd)


def move(root: Root, source: str, target: str) -> None:
    """What stood at SOURCE stands at TARGET, where nothing stood; FileExistsError otherwise. On disk
    when it returns.
    """
    reach("place.move")
    try:
        _rename(root, source, target, _NOREPLACE)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        _move_plainly(root, RelPath(source), RelPath(target))
    reach("place.moved")


def _move_plainly(root: Root, source: RelPath, target: RelPath) -> None:
    """The same where no flag is known (NFS): link(2) and rename(2) of a directory overwrite nothing by themselves.

    A crash between the two names of a file leaves it at both. An empty directory may give way to one.
    """
    if root.has(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    with root.directory(source.parent) as here, root.directory(target.parent) as there:
        if root.kind(source) == "dir":
            os.rename(source.name, target.name, src_dir_fd=here, dst_dir_fd=there)
        else:
            os.link(source.name, target.name, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)
            durable.sync(there)
            reach("place.two_names")
            os.unlink(source.name, dir_fd=here)
        durable.sync(there)
        durable.sync(here)


def _end_move(root: Root, source: RelPath, target: str) -> None:
    """A plain move from SOURCE to TARGET that a crash ended between its two names of one file is complete."""
    drop_second_name(root, source, target)


def is_same(root: Root, one: str, two: str) -> bool:
    """True when ONE and TWO are two names of one file, or of one link."""
    first, second = root.lstat(one), root.lstat(two)
    return bool(first and second and not stat.S_ISDIR(first.st_mode) and os.path.samestat(first, second))


def give_second_name(root: Root, path: str, name: str) -> None:
    """The regular file at PATH stands at NAME as well, where nothing stood: one file under two names (link(2)). On
    disk when it returns. OSError where the file system has none, or the file is another user's (protected_hardlinks).
    """
    reach("place.second_name")
    with root.directory(RelPath(path).parent) as here, root.directory(RelPath(name).parent) as there:
        os.link(RelPath(path).name, RelPath(name).name, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)
        durable.sync(there)
    reach("place.second_named")


def drop_second_name(root: Root, path: str, other: str) -> bool:
    """PATH is no name any more of the file that stands at OTHER; False, and nothing done, where they are two files."""
    if not is_same(root, path, other):
        return False
    durable.sync_directory(root, RelPath(other).parent)  # the name that stays, before the other one goes (G1)
    reach("place.drop_second_name")
    with root.directory(RelPath(path).parent) as here:
        os.unlink(RelPath(path).name, dir_fd=here)
        durable.sync(here)
    return True


def exchange(root: Root, one: str, two: str) -> None:
    """What stood at ONE and at TWO changed places in one step: no moment without either. On disk when it returns."""
    reach("place.exchange")
    _rename(root, one, two, _EXCHANGE)
    reach("place.exchanged")


def _spare(waiting: str) -> RelPath:
    """A name of our own beside WAITING, no longer than a name may be."""
    return RelPath(waiting).parent / f".holdfast-{crc32(os.fsencode(RelPath(waiting).name)):08x}"


def change_places(root: Root, waiting: str, there: str) -> None:
    """What stood at WAITING and THERE changed places: one exchange, or three renames where the file system has none,
    the old content hidden beside WAITING meanwhile.

    That is a gap that the plan has told of. A crash in it leaves THERE without content until `settle_places`.
    """
    try:
        exchange(root, waiting, there)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        move(root, there, _spare(waiting))
        move(root, waiting, there)
        move(root, _spare(waiting), waiting)


def settle_places(root: Root, waiting: str, there: str) -> Optional[RelPath]:
    """No change of places is half done; returns where the old content lies when somebody saved anew at THERE
    meanwhile, so that it could not end. Idempotent.
    """
    spare = _spare(waiting)
    for source, target in ((there, spare), (waiting, there), (spare, waiting)):
        _end_move(root, RelPath(source), target)
    if not root.has(spare):
        return None
    if not root.has(there) and root.has(waiting):
        move(root, waiting, there)
    if root.has(waiting):
        return spare
    move(root, spare, waiting)
    return None


def step_aside(root: Root, path: str, spot: str, *, before_the_gap: Callable[[], object] = bool) -> bool:
    """What stood at PATH stands at SPOT, and the link that waited at SPOT stands at PATH: one exchange.

    True where the file system has none: two renames, with a gap that the plan has told of and BEFORE_THE_GAP writes
    down; whoever has a file of it open goes on writing to it at SPOT. A crash in it leaves nothing at PATH and what
    stood there at SPOT, until `close_gap`. OSError (EXDEV) for a directory of an image: overlayfs moves only what was
    made on top.
    """
    try:
        exchange(root, path, spot)
    except OSError as error:
        if error.errno == errno.EXDEV:
            why = "in a lower layer (overlayfs): only a copy in its place can be moved"
            raise OSError(errno.EXDEV, why, path) from error
        if error.errno not in UNSUPPORTED:
            raise
        text = root.link(spot) or ""
        before_the_gap()
        drop_own_link(root, spot)
        move(root, path, spot)
        make_link(root, path, text)
        return True
    return False


def close_gap(root: Root, path: str, spot: str, text: str) -> None:
    """The link with TEXT stands at PATH where a crash came between the two renames of `step_aside`. Idempotent; where
    somebody made PATH anew meanwhile, or nothing was moved, all stays as it is.
    """
    _end_move(root, RelPath(path), spot)
    moved = root.kind(spot) not in (None, "link") or root.link(spot) not in (None, text)
    if moved and not root.has(path) and root.kind(RelPath(path).parent) == "dir":
        make_link(root, path, text)


def name_hidden(parent: int, hidden: str, name: str) -> None:
    """The file HIDDEN in the open directory PARENT is called NAME, where nothing stood; FileExistsError otherwise.

    By a second name; where the file system gives none, by a rename that overwrites nothing.
    """
    try:
        os.link(hidden, name, src_dir_fd=parent, dst_dir_fd=parent, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (*UNSUPPORTED, errno.EPERM, errno.EACCES):
            raise
        _renameat2(parent, hidden, parent, name, _NOREPLACE)
        return
    os.unlink(hidden, dir_fd=parent)


def make_link(root: Root, path: str, text: str) -> None:
    """A symlink with TEXT stands at PATH, where nothing stood; FileExistsError otherwise. On disk when it returns."""
    reach("place.make_link")
    with root.directory(RelPath(path).parent) as parent:
        os.symlink(text, RelPath(path).name, dir_fd=parent)
        durable.sync(parent)
    reach("place.made_link")


def make_links(root: Root, directory: str, texts: Mapping[str, str]) -> list[str]:
    """Each name of TEXTS in DIRECTORY is a symlink with its text; returns the names at which something stood already,
    untouched. All are on disk when it returns; a crash leaves some of them.
    """
    taken = []
    with root.directory(directory) as parent:
        for name, text in texts.items():
            reach("place.make_link")
            try:
                os.symlink(text, name, dir_fd=parent)
            except FileExistsError:
                taken.append(name)
            reach("place.made_link")
        durable.sync(parent)
    return taken


def respell(root: Root, link: str, text: str, *, waiting: str) -> None:
    """As `switch`, for a link of a person's own: it belongs to whom it belonged to, where we may give it away."""
    switch(root, link, text, waiting=waiting, owner=root.lstat(link))


def switch(root: Root, link: str, text: str, *, waiting: str, owner: Optional[os.stat_result] = None) -> None:
    """The symlink LINK has TEXT: before the rename the old one, after it the new one, never none (G3; rename(2)).

    WAITING is the temporary name, ours alone, on the same file system; OWNER is whose it is to be. Read back before it
    returns; whatever stands at LINK and is no symlink raises FileExistsError and is left alone (G1, I21).
    """
    reach("place.switch")
    if root.kind(link) not in (None, "link"):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), link)
    if root.link(waiting) is not None:
        drop_own_link(root, waiting)
    make_link(root, waiting, text)
    with root.directory(RelPath(waiting).parent) as source, root.directory(RelPath(link).parent) as target:
        if owner is not None and os.geteuid() == 0:
            os.chown(RelPath(waiting).name, owner.st_uid, owner.st_gid, dir_fd=source, follow_symlinks=False)
        os.rename(RelPath(waiting).name, RelPath(link).name, src_dir_fd=source, dst_dir_fd=target)
        reach("place.switched")
        durable.sync(target)
        if os.readlink(RelPath(link).name, dir_fd=target) != text:
            raise OSError(errno.EIO, "the link does not read back", link)


def drop_own_link(root: Root, path: str) -> None:
    """No symlink stands at PATH, which held one of ours. A link's text is no user data; anything else
    raises OSError.
    """
    reach("place.drop_own_link")
    with root.directory(RelPath(path).parent) as parent:
        os.readlink(RelPath(path).name, dir_fd=parent)
        os.unlink(RelPath(path).name, dir_fd=parent)
        durable.sync(parent)


def replace_link(root: Root, link: str, text: str, *, waiting: str, owner: Optional[os.stat_result] = None) -> bool:
    """As `switch`, where somebody may save a file over LINK at any moment: the two names change places, so that what
    was saved in the last one is seen, and stands there again (G1). False where something else than our link does.

    Where names cannot be exchanged it is one rename, which such a save must not meet.
    """
    if root.link(link) is None:
        return False
    if root.link(waiting) is not None:
        drop_own_link(root, waiting)
    make_link(root, waiting, text)
    if owner is not None and os.geteuid() == 0:
        with root.directory(RelPath(waiting).parent) as here:
            os.chown(RelPath(waiting).name, owner.st_uid, owner.st_gid, dir_fd=here, follow_symlinks=False)
    try:
        exchange(root, waiting, link)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            drop_own_link(root, waiting)
            raise
        switch(root, link, text, waiting=waiting, owner=owner)
    _give_back(root, waiting, link)
    return root.link(link) == text


def _give_back(root: Root, waiting: str, there: str) -> None:
    """Nothing of ours waits; what was saved THERE in the last moment stands there again. Should something else have
    been saved there since, that is the newer one, and the elder stays at WAITING: nothing is lost.
    """
    for _ in range(2):
        if root.kind(waiting) in ("link", None):
            break
        try:
            exchange(root, waiting, there)
        except FileNotFoundError:
            move(root, waiting, there)
    if root.link(waiting) is not None:
        drop_own_link(root, waiting)


def take_link_away(root: Root, link: str, *, waiting: str) -> None:
    """As `drop_own_link`, where somebody may save a file over LINK at any moment: it is looked at under the name
    WAITING, which is ours, and stands at LINK again where it was saved in the last moment (G1).
    """
    if root.link(waiting) is not None:
        drop_own_link(root, waiting)
    move(root, link, waiting)
    _give_back(root, waiting, link)
