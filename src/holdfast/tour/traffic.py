"""What goes on while commands run: uploads, a growing log, an edited `.env`, and somebody who looks."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from types import TracebackType

_PAUSE = 0.005
_SAVE_EVERY = 40
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class _Until(threading.Thread):
    """A thread that does its turn again and again inside a `with` block."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()

    def turn(self) -> None:
        raise NotImplementedError

    def run(self) -> None:
        while not self._over.wait(_PAUSE):
            self.turn()

    def stop(self) -> None:
        self._over.set()
        self.join()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class Uploads(_Until):
    """Writes through `current`, a path resolved anew each time, as a web application does.

    A file counts as acknowledged once it is written and closed, a line of the log once `write`
    returned, a save of `.env` once its rename did. What fails counts as refused.
    """

    def __init__(self, site: str, *, directories: tuple[str, ...], log: str, environment: str, scratch: str) -> None:
        super().__init__()
        self.files: dict[str, str] = {}
        self.lines: list[str] = []
        self.saves: list[str] = []
        self.refused: list[str] = []
        self.directories, self.log, self.environment = directories, log, environment
        self._current = os.path.join(site, "current")
        self._draft = os.path.join(scratch, "env-draft")
        self._turns = 0
        # One descriptor for the whole tour, as a worker that was started before the first deploy keeps it.
        self._log = os.open(os.path.join(self._current, log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def turn(self) -> None:
        self._turns += 1
        for directory in self.directories:
            self._try(self._upload, f"{directory}/{self._turns:05}.jpg")
        self._try(self._append, f"line {self._turns}")
        if self.environment and self._turns % _SAVE_EVERY == 1:
            self._try(self._save, f"TOUR_{self._turns}=saved")

    def stop(self) -> None:
        super().stop()
        os.close(self._log)

    def everywhere(self) -> bool:
        """True when every directory has files and everything else was written once."""
        return self._turns > 3

    def _try(self, write: Callable[[str], None], what: str) -> None:
        try:
            write(what)
        except OSError as error:
            self.refused.append(f"{what}: {error.strerror}")

    def _upload(self, path: str) -> None:
        content = f"{path} {os.urandom(8).hex()}\n".encode() * 40
        where = os.path.join(self._current, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        descriptor = os.open(where, _NEW, 0o644)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)
        self.files[path] = hashlib.sha256(content).hexdigest()

    def _append(self, line: str) -> None:
        os.write(self._log, f"{line}\n".encode())
        self.lines.append(line)

    def _save(self, line: str) -> None:
        """An atomic save as editors and `sed -i` do it: what was a link into `shared/` is a file afterwards."""
        with open(os.path.join(self._current, self.environment), encoding="utf-8") as file:
            text = file.read()
        with open(self._draft, "w", encoding="utf-8") as file:
            file.write(f"{text}{line}\n")
        where = os.path.join(self._current, self.environment)
        if not os.access(os.path.dirname(where), os.W_OK):
            # The release is sealed to this user: an editor then saves where the link leads.
            where = os.path.realpath(where)
        os.replace(self._draft, where)
        self.saves.append(line)


class Looks(_Until):
    """Opens PAGE through `current`; a miss is any look that does not find the whole page."""

    def __init__(self, site: str, page: str, *, versions: int) -> None:
        super().__init__()
        self.count = 0
        self.misses: list[str] = []
        self._page = os.path.join(site, "current", page)
        self._whole = {page_text(number) for number in range(1, versions + 1)}

    def turn(self) -> None:
        self.count += 1
        try:
            with open(self._page, encoding="utf-8") as file:
                text = file.read()
        except OSError as error:
            self.misses.append(f"{error.strerror}")
            return
        if text not in self._whole:
            self.misses.append("not whole")


def page_text(version: int) -> str:
    """The page that every version ships, long enough to notice when a part is missing."""
    return f"version {version}\n" * 100
