"""Reading a mirror's objects: single small ones, and a long stream of them."""

from __future__ import annotations

import fcntl
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, NamedTuple, Optional, cast

from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.git_process import complaint, start

_SET_PIPE_SIZE = 1031
"""F_SETPIPE_SZ, which `fcntl` names from Python 3.10 on."""
_AT_ONCE = 1 << 20
"""Blobs up to this size are read whole; larger ones in pieces of it."""


class Object(NamedTuple):
    """One object of a repository: its id, its kind (`commit`, `blob` …) and its bytes."""

    id: str
    kind: str
    data: bytes


class Objects:
    """One `git cat-file --batch`, started at the first question and kept for all later ones."""

    def __init__(self, git_dir: str) -> None:
        self._git_dir = git_dir
        self._process: Optional[subprocess.Popen[bytes]] = None

    def read(self, name: str) -> Optional[Object]:
        """The object that NAME (an id or a full ref, from us and not from a person) leads to, or None."""
        process = self._running()
        asked, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        with suppress(BrokenPipeError):
            asked.write(name.encode() + b"\n")
            asked.flush()
        words = answers.readline().split()
        if len(words) == 2 and words[1] in (b"missing", b"ambiguous"):
            return None
        if len(words) != 3:
            raise self._broken()
        size = int(words[2])
        data = answers.read(size + 1)
        if len(data) != size + 1:
            raise self._broken()
        return Object(words[0].decode(), words[1].decode(), data[:-1])

    def close(self) -> None:
        """End the process. The next question starts another."""
        process, self._process = self._process, None
        if process is not None:
            end(process)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = start("cat-file", "--batch", git_dir=self._git_dir, stdin=subprocess.PIPE)
        return self._process

    def _broken(self) -> Problem:
        self.close()
        return incomplete(self._git_dir, "an object of the git mirror cannot be read")


class BlobStream:
    """Blobs in the order they were asked for, each checked against what the listing promised."""

    def __init__(self, answers: IO[bytes], git_dir: str) -> None:
        self._answers = answers
        self._git_dir = git_dir

    def next(self, blob: str, size: int) -> Iterable[bytes]:
        """The content of the next object, which is BLOB with SIZE bytes; read it whole before asking again."""
        header = self._answers.readline()
        if header != f"{blob} blob {size}\n".encode():
            raise incomplete(self._git_dir, f"git gave {header[:120]!r} where {blob} with {size} bytes belongs")
        if size > _AT_ONCE:
            return self._pieces(size)
        data = self._answers.read(size)
        self._ends(len(data), size)
        return (data,)

    def _pieces(self, size: int) -> Iterator[bytes]:
        done = 0
        while done < size:
            piece = self._answers.read(min(_AT_ONCE, size - done))
            if not piece:
                break
            done += len(piece)
            yield piece
        self._ends(done, size)

    def _ends(self, done: int, size: int) -> None:
        if done != size or self._answers.read(1) != b"\n":
            raise incomplete(self._git_dir, f"git ended after {done} of {size} bytes of an object")


@contextmanager
def streaming(git_dir: str, blobs: Sequence[str]) -> Iterator[BlobStream]:
    """A stream of BLOBS; leaving it well proves that git gave all of them, nothing else, and ended well."""
    process = start("cat-file", "--batch", "--buffer", git_dir=git_dir, stdin=subprocess.PIPE, buffer=_AT_ONCE)
    _widen(cast("IO[bytes]", process.stdout))
    feeder = threading.Thread(target=_feed, args=(process.stdin, blobs), daemon=True)
    feeder.start()
    try:
        answers = cast("IO[bytes]", process.stdout)
        yield BlobStream(answers, git_dir)
        rest = answers.read(1)
        said = cast("IO[bytes]", process.stderr).read()
        if rest or process.wait() != 0:
            raise incomplete(git_dir, "git failed after the last object", complaint(said))
    finally:
        process.kill()
        feeder.join()
        end(process)


def _widen(pipe: IO[bytes]) -> None:
    # Git runs ahead by as much as the pipe holds; a system that grants no more gives the usual 64 KiB.
    with suppress(OSError):
        fcntl.fcntl(pipe, _SET_PIPE_SIZE, _AT_ONCE)


def _feed(asked: IO[bytes], blobs: Sequence[str]) -> None:
    # In a thread: git answers while it is still being asked, and both pipes are finite.
    with suppress(BrokenPipeError, ValueError):
        asked.write("".join(f"{blob}\n" for blob in blobs).encode())
        asked.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """End PROCESS, whatever it is doing, and everything that was opened for it."""
    process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()


def incomplete(git_dir: str, message: str, context: Sequence[str] = ()) -> Problem:
    """The problem of a mirror that does not hold what it should; the next deploy fetches anew."""
    return Problem(
        "fetch-incomplete", message, context=(f"mirror: {git_dir}", *context), hint="`holdfast deploy` fetches it again"
    )
