"""Every call by which one process changes a site, counted as it is made; the Nth is killed or fails.

The engine changes a disk through the `os` module and two calls of the C library alone. Both are
wrapped in the child that runs the command, so that one point costs a fork and not a tracer;
test_shim.py compares what is seen here with what strace sees.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from crash.frames import step_of
from holdfast_engine.fs import durable, place

ERRNOS = ("ENOSPC", "EDQUOT", "EIO", "EPERM", "EACCES", "EROFS", "EMFILE", "ENOMEM", "ESTALE")
SYNCS = ("fsync", "syncfs")
_OWN = {
    "write": 0, "fsync": 0, "ftruncate": 0, "fchmod": 0, "fchown": 0, "chmod": 0, "chown": 0, "utime": 0, "open": 0,
    "mkdir": 0, "unlink": 0, "rmdir": 0, "setxattr": 0, "posix_fallocate": 0, "rename": 1, "link": 1, "symlink": 1,
}  # fmt: skip
"""Which argument of each call names what is changed."""
UNNAMED = "/(unnamed)"
_MAKING = os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Made:
    """One call: its NAME, the place that it changes, and the number of the way through the engine's code to it.

    SOURCE is where a name came from; TEXT is what was written to a journal.
    """

    name: str
    place: str
    way: int
    source: str = ""
    text: str = ""


@dataclass
class Shim:
    """Hears every changing call below SITE. At the NUMBERth it strikes as KIND says (0: never).

    `kill` before the call and `killed` after it; an errno's name fails it, with `!` although it
    was done, with `+` from there on. LOOK is called before each.
    """

    site: str
    number: int = 0
    kind: str = "kill"
    reached: bool = False
    struck: str = ""
    retried: bool = False
    log: list[Made] = field(default_factory=list)
    look: Callable[[], None] | None = None

    def arm(self) -> Shim:
        """From now on the calls of this process, and not of its children, are heard."""
        self._process, self._seen, self._before = os.getpid(), 0, {}
        for name in _OWN:
            self._before[name] = getattr(os, name)
            setattr(os, name, _wrapped(self, name, self._before[name]))
        self._library = place._libc
        place._libc = durable._libc = _Library(self, self._library)  # type: ignore[assignment]
        return self

    def disarm(self) -> None:
        for name, real in self._before.items():
            setattr(os, name, real)
        place._libc = durable._libc = self._library

    def meet(self, name: str, where: str, act: Callable[[], Any], source: str = "", text: Any = b"") -> Any:
        """ACT is a call of NAME that changes WHERE; it happens, or what was chosen for it."""
        if os.getpid() != self._process or not (where + "/").startswith(self.site + "/"):
            return act()
        self._seen += 1
        if self.look:
            self.look()
            return act()
        if not self.number:
            told = bytes(text).decode(errors="replace") if "/journal/" in where else ""
            self.log.append(Made(name, where, hash(_places(sys._getframe(2))), source, told))
            return act()
        self._watch(name, where)
        lasting = self.reached and self.kind.endswith("+")
        if self._seen == self.number or lasting:
            return self._strike(name, where, act)
        return act()

    def _watch(self, name: str, where: str) -> None:
        """A sync that failed and is the next call again was retried, which says nothing of the first."""
        again = self.struck == f"{name} {where}" and self._seen == self.number + 1
        self.retried = self.retried or (again and name in SYNCS and not self.kind.endswith("+"))

    def _strike(self, name: str, where: str, act: Callable[[], Any]) -> Any:
        self.reached, self.struck = True, self.struck or f"{name} {where}"
        try:
            if self.kind == "killed" or self.kind.endswith("!"):
                act()
        finally:
            if self.kind in ("kill", "killed"):
                os.kill(os.getpid(), signal.SIGKILL)
        number = getattr(errno, self.kind.rstrip("+!"))
        raise OSError(number, os.strerror(number), where)


class _Library:
    """The C library, with the two calls that change a disk heard."""

    def __init__(self, shim: Shim, real: Any) -> None:
        self._shim, self._real = shim, real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def renameat2(self, source_fd: int, source: bytes, target_fd: int, target: bytes, flags: int) -> int:
        words = (source_fd, source, target_fd, target, flags)
        source_place = _place_of(source, source_fd)
        return self._meet("rename", _place_of(target, target_fd), lambda: self._real.renameat2(*words), source_place)

    def syncfs(self, descriptor: int) -> int:
        return self._meet("syncfs", _place_of(descriptor, None), lambda: self._real.syncfs(descriptor))

    def _meet(self, name: str, where: str, act: Callable[[], int], source: str = "") -> int:
        try:
            result: int = self._shim.meet(name, where, act, source)
        except OSError as error:
            ctypes.set_errno(error.errno or 0)
            return -1
        return result


def _wrapped(shim: Shim, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*words: Any, **named: Any) -> Any:
        if name == "open" and not _makes(words[1] if len(words) > 1 else named.get("flags", 0)):
            return real(*words, **named)
        directory = named.get("dst_dir_fd", named.get("dir_fd"))
        source = _place_of(words[0], named.get("src_dir_fd")) if name in ("rename", "link") else ""
        text, where = words[1] if name == "write" else b"", _place_of(words[_OWN[name]], directory)
        where += UNNAMED * (name == "open" and os.path.isdir(where))
        return shim.meet(name, where, lambda: real(*words, **named), source, text)

    return call


def _makes(flags: int) -> bool:
    return bool(flags & _MAKING) or flags & os.O_TMPFILE == os.O_TMPFILE


def _place_of(what: Any, directory: int | None) -> str:
    if isinstance(what, int):
        return os.readlink(f"/proc/self/fd/{what}")
    above = os.getcwd() if directory is None else os.readlink(f"/proc/self/fd/{directory}")
    return os.path.normpath(os.path.join(above, os.fsdecode(what)))


def _places(frame: FrameType | None) -> tuple[tuple[str, int, str], ...]:
    """The lines of the engine that lead to FRAME."""
    places = []
    while frame is not None:
        if "holdfast_engine" in frame.f_code.co_filename:
            places.append((frame.f_code.co_filename, frame.f_lineno, step_of(frame)))
        frame = frame.f_back
    return tuple(places)


def heard(site: str, act: Callable[[], Any]) -> list[Made]:
    """Every changing call below SITE that ACT makes in this process."""
    shim = Shim(site).arm()
    try:
        act()
    finally:
        shim.disarm()
    return shim.log
