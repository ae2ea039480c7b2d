"""The page on disk: for its owner alone, whole or not at all, and never in the place of anything else."""

from __future__ import annotations

import os
import secrets
import stat

from holdfast.report.markup import MARK
from holdfast_engine.model.problem import UNCHANGED, Problem

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def require_writable(target: str) -> None:
    """Raises `path-missing` or `no-permission` where TARGET cannot be written, and `report-exists` where something
    stands there that is no report: what a person has is never overwritten.
    """
    folder, elsewhere = os.path.dirname(target), "name another place with `-o`"
    if not os.path.isdir(folder):
        raise Problem("path-missing", f"no directory `{folder}`", state=UNCHANGED, hint=f"make it, or {elsewhere}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Problem("no-permission", f"you may not write in `{folder}`", state=UNCHANGED, hint=elsewhere)
    if os.path.lexists(target) and not _is_report(target):
        hint = "another name with `-o`, or move away what is there"
        raise Problem("report-exists", f"`{target}` is there, and is not a report", state=UNCHANGED, hint=hint)


def _is_report(path: str) -> bool:
    """True for a file of ours by its first line; a pipe or a link is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and os.read(descriptor, len(MARK)) == MARK.encode()
    finally:
        os.close(descriptor)


def write_page(target: str, page: str) -> int:
    """PAGE is at TARGET with mode 0600, in the place of an earlier one; returns its bytes. Written under another name
    first, so that nobody ever reads half of it.
    """
    content = page.encode("utf-8", "replace")
    folder = os.open(os.path.dirname(target), _DIRECTORY)
    waiting = f".{os.path.basename(target)[:64]}-{secrets.token_hex(8)}"
    try:
        _write(folder, waiting, content)
        require_writable(target)  # somebody may have put something there meanwhile
        os.rename(waiting, os.path.basename(target), src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except BaseException:
        _forget(folder, waiting)
        raise
    finally:
        os.close(folder)
    return len(content)


def _write(folder: int, name: str, content: bytes) -> None:
    with open(os.open(name, _NEW, 0o600, dir_fd=folder), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _forget(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
