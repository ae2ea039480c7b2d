"""Processes that go on writing while a command runs, without processes: they write between its calls."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crash.shim import Shim
from lib.precious import let_write

_EVERY = 23


class Busy(Shim):
    """A shim that lets two writers write between the command's calls, and acknowledges what they wrote beside the site.

    One was started in the release that was live, and stays there, in directories that it makes
    again when they are gone; one looks through `current` each time.
    """

    def arm(self) -> Shim:
        self._stays, self._turn, self._real = os.path.realpath(f"{self.site}/current"), 0, (os.mkdir, os.chmod)
        return super().arm()

    def meet(self, name: str, where: str, act: Callable[[], Any], source: str = "", text: Any = b"") -> Any:
        if os.getpid() == self._process and os.path.isdir(self._stays):
            self._turn += 1
            if self._turn % _EVERY == 0:
                self._write()
        return super().meet(name, where, act, source, text)

    def _write(self) -> None:
        wrapped = os.mkdir, os.chmod
        os.mkdir, os.chmod = self._real  # what others do is no call of the command
        try:
            for top, path in (
                (self._stays, f"late/{self._turn}/upload.jpg"),
                (f"{self.site}/current", f"uploads/{self._turn}.jpg"),
            ):
                self._save(Path(top), path)
        finally:
            os.mkdir, os.chmod = wrapped

    def _save(self, top: Path, path: str) -> None:
        try:
            let_write(top / path)
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(f"{path}, written during the command\n")
        except OSError:
            return  # refused, and so not acknowledged
        with open(f"{self.site}.acknowledged", "a", encoding="utf-8") as ledger:
            ledger.write(json.dumps(path) + "\n")


def acknowledged(site: Path) -> dict[str, bytes]:
    """What the writers of SITE were told that is written."""
    ledger = Path(f"{site}.acknowledged")
    paths = [json.loads(line) for line in ledger.read_text().splitlines()] if ledger.exists() else []
    return {path: f"{path}, written during the command\n".encode() for path in paths}
