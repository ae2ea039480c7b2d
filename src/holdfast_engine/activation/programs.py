"""Running the user's own commands: build commands and hooks."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache

from holdfast_engine.model.values import dataclass

_KEPT = 4000
_PATIENCE_S = 3
_SHELL = "/bin/sh"
_ONCE_GUARDED = 'read -r HOLDFAST_GUARDED || exit; exec "$0" "$@" </dev/null'
"""What runs first in a command's place: a line that comes once the guard stands, or never. It is read into a name that
no command is given by its caller (`_inherited`): one that was exported would reach the command with that line in it.
"""
_GUARD = f"""read -r line || {{ kill -s TERM -- "-$1"; sleep {_PATIENCE_S}; kill -s KILL -- "-$1"; }}"""


@dataclass(frozen=True)
class Ran:
    """How COMMAND ended: CODE as the shell gives it (128 + signal when killed), OUTPUT its last lines."""

    command: str
    code: int
    output: str

    @property
    def well(self) -> bool:
        return self.code == 0


def run(command: str, *, directory: str, environment: Mapping[str, str], hear: Callable[[str], None]) -> Ran:
    """Run COMMAND with `/bin/sh -e -c` in DIRECTORY and hear its output line by line; any non-zero end counts (I81).

    In a pipe too, where the system's shell can tell. Standard input is empty; no descriptor but
    the output is inherited, so that a child which stays behind never holds the site's lock. If
    this process dies meanwhile, COMMAND and what it started are ended: see `_guarded`.
    """
    child = subprocess.Popen(
        [_SHELL, "-c", _ONCE_GUARDED, _SHELL, "-e", *_pipefail(_SHELL), "-c", command],
        cwd=directory,
        env={**_inherited(), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        close_fds=True,
        start_new_session=True,
    )
    try:
        with _guarded(child.pid):
            _let_begin(child)
            output = _listen(child, hear)
            code = child.wait()
    except BaseException:
        _end(child)
        raise
    return Ran(command, code if code >= 0 else 128 - code, output)


@contextmanager
def _guarded(group: int) -> Iterator[None]:
    """The process group GROUP is ended if this process dies inside the block, by whatever signal.

    A second shell waits for a line that only comes at the end of the block; the end of its input
    means that we are gone, for nobody else holds the other end. GROUP begins only once the guard stands: a death
    between the two leaves nothing that runs. Out of its reach are processes that left the group by `setsid`.
    """
    guard = subprocess.Popen(
        [_SHELL, "-c", _GUARD, "holdfast-guard", str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        close_fds=True,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.communicate(b"well\n")


def _let_begin(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        with suppress(BrokenPipeError), child.stdin:  # somebody may have ended it already
            child.stdin.write(b"guarded\n")


@cache
def _pipefail(shell: str) -> tuple[str, ...]:
    """The option that makes a pipe fail with any of its commands, where SHELL knows it (POSIX has it since 2024)."""
    option = ("-o", "pipefail")
    asked = subprocess.run([shell, *option, "-c", ":"], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return option if asked.returncode == 0 else ()


def _end(child: subprocess.Popen[bytes]) -> None:
    """Nothing that was started goes on when we are told to stop: what is undone must not be written to meanwhile."""
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, wanted)
            child.wait(timeout=_PATIENCE_S)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def _listen(child: subprocess.Popen[bytes], hear: Callable[[str], None]) -> str:
    """The last part of what CHILD says; ends when the shell does, even if something it started keeps the pipe open."""
    tail = begun = b""
    if child.stdout is None:
        return ""
    os.set_blocking(child.stdout.fileno(), False)
    while True:
        ended = child.poll() is not None
        block = _read(child, wait=not ended)
        begun = _tell(begun + block, hear, whole=ended and not block)
        tail = (tail + block)[-_KEPT:]
        if ended and not block:
            child.stdout.close()
            return tail.decode("utf-8", "replace")


def _tell(text: bytes, hear: Callable[[str], None], *, whole: bool) -> bytes:
    """The lines of TEXT are heard; a last one that is not complete comes back, unless the WHOLE is to be heard."""
    *lines, begun = text.split(b"\n")
    if begun and (whole or len(begun) > _KEPT):
        lines, begun = [*lines, begun], b""
    for line in lines:
        hear(line.rstrip(b"\r").decode("utf-8", "replace"))
    return begun


def _read(child: subprocess.Popen[bytes], *, wait: bool) -> bytes:
    import select

    if child.stdout is None:
        return b""
    ready, _, _ = select.select([child.stdout], [], [], 0.05 if wait else 0)
    if not ready:
        return b""
    try:
        return os.read(child.stdout.fileno(), 65536)
    except BlockingIOError:
        return b""


def _inherited() -> dict[str, str]:
    """The caller's environment without Holdfast's own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
