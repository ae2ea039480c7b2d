"""Users at work while a site is deployed: writers whose every acknowledged write is remembered, and a looker.

Everything goes through `current` and is resolved anew by each call, as an application under a
web server does it; so a write may land in the release that was left a moment ago.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from lib.oracle import digest, served

_PACE = 0.004


class Traffic:
    """Threads that write and look until `stop`; use it as a context."""

    def __init__(self, current: Path) -> None:
        self.current = current
        self.uploads: dict[str, bytes] = {}
        self.lines: dict[str, list[str]] = {}
        self.states: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.looks = 0
        self.misses: list[str] = []
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, act: Callable[[int], None], *, pace: float = _PACE) -> None:
        def run() -> None:
            for number in itertools.count():
                if self._ended.is_set():
                    return
                try:
                    act(number)
                except (FileNotFoundError, PermissionError) as error:
                    # the release was left between two calls, or is sealed there: nothing was acknowledged
                    self.refused.append(str(error))
                time.sleep(pace)

        self._threads.append(threading.Thread(target=run))

    def uploading(self, folder: Callable[[int], str]) -> None:
        """New files, each with a name and a content of its own, in the directory that FOLDER says for its number."""
        who = len(self._threads)

        def act(number: int) -> None:
            path = f"{folder(number)}/{who}-{number}.dat"
            content = f"upload {number} of {who} to {path}\n".encode()
            os.makedirs(self.current / path.rpartition("/")[0], exist_ok=True)
            (self.current / path).write_bytes(content)
            self.uploads[path] = content

        self._repeat(act)

    def logging(self, path: str) -> None:
        """One line after the other at the end of PATH."""
        self.lines[path] = []

        def act(number: int) -> None:
            line = f"{number} something happened\n"
            with (self.current / path).open("a") as log:
                log.write(line)
            self.lines[path].append(line)

        self._repeat(act)

    def rewriting(self, path: str) -> None:
        """PATH is written anew in place; what counts is the last version that was acknowledged."""

        def act(number: int) -> None:
            self.states[path] = b"being written"
            content = f'{{"version": {number}, "by": "writing"}}\n'.encode()
            (self.current / path).write_bytes(content)
            self.states[path] = content

        self._repeat(act)

    def replacing(self, path: str) -> None:
        """PATH is replaced by rename, as editors and caches do it."""

        def act(number: int) -> None:
            content = f'{{"version": {number}, "by": "renaming"}}\n'.encode()
            waiting = self.current / f"{path}.{number}.tmp"
            waiting.write_bytes(content)
            os.replace(waiting, self.current / path)
            self.states[path] = content

        self._repeat(act)

    def looking(self, paths: Iterable[str]) -> None:
        """`current` and each of PATHS below it is resolved in a tight loop; every failure is a miss."""
        places = [str(self.current), *(str(self.current / path) for path in paths)]

        def act(_number: int) -> None:
            for place in places:
                self.looks += 1
                try:
                    os.stat(place)
                except OSError as error:
                    self.misses.append(str(error))

        self._repeat(act, pace=0)

    def acknowledged(self) -> int:
        return len(self.uploads) + sum(map(len, self.lines.values())) + len(self.states)

    def assert_all_served(self) -> None:
        """The live release shows each upload, each line in its order, and the last version of each state."""
        wrong = served(self.current, {path: digest(one) for path, one in {**self.uploads, **self.states}.items()})
        assert wrong == [], f"{len(wrong)} acknowledged writes are not served: {wrong[:5]}"
        for path, lines in self.lines.items():
            assert (self._read(path) or b"").decode().splitlines(keepends=True) == lines, path

    def _read(self, path: str) -> bytes | None:
        try:
            return (self.current / path).read_bytes()
        except OSError:
            return None
