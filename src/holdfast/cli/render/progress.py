"""What a person reads while a command runs: its steps in words, and the one that is running."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress

from holdfast.cli.render.words import Line, Lines
from holdfast_engine.model.event import Event

STEPS = {
    "fetch": "copy the new version",
    "adopt": "keep what appeared on the server",
    "build": "build",
    "link": "link the data",
    "carry": "take along files beside the code",
    "hooks": "hooks before activation",
    "seal": "make the release read-only",
    "verify": "check every link",
    "activate": "make it live",
    "remember": "note what is live",
    "late-sweep": "collect late uploads",
    "after": "hooks after activation",
    "prune": "clean up",
    "keep-in-step": "keep the document root in step",
    "stop": "stop the application",
    "start": "start the application",
    "sweep": "collect what appeared",
    "close-down": "end the old document root",
    "fill": "fill the document root",
    "clear": "remove old links there",
    "note": "note what was shipped",
    "move-in": "move it into a release",
    "take-in": "move it into a release",
    "register": "note the releases there are",
    "share": "move data into shared/",
    "unshare": "make code real again",
    "follow": "follow in the live release",
    "say": "note the decision",
    "set-aside": "move it into the attic",
    "restore": "bring it back",
    "put-back": "put the data back",
    "access": "change the rights",
    "open": "make files writable again",
    "bring-back": "move the data back",
    "move-out": "move the code back",
    "set-apart": "put the rest aside",
    "forget": "remove .holdfast/",
}
"""Each step in words that nobody has to learn."""
_WIDTH = max(map(len, STEPS.values()))
ERASE = "\r\x1b[2K"


def progress(event: Event, *, verbose: bool) -> Lines:
    """What a person reads of EVENT while a command runs."""
    name = STEPS.get(event.name, event.name)
    if event.kind == "finished":
        return [Line(f"{name:<{_WIDTH}} {event.seconds:6.2f} s  {event.text}".rstrip())]
    if event.kind == "noticed":
        where = [Line(f"  {name}: {value}", "dim") for name, value in event.data.items()] if verbose else []
        return [Line(f"note: {event.text or event.name}", "warn", 2), *where]
    if event.kind == "output" and verbose:
        return [Line(f"  {event.text}", "dim")]
    if event.kind == "started" and verbose:
        return [Line(f"{name:<{_WIDTH}} begins  {event.text}".rstrip(), "dim")]
    return []


class Running:
    """One line on a terminal for the step that runs: its seconds, and the last line of its program.

    A thread of its own counts the seconds, and writes past the interpreter's buffers: it holds nothing that a child of
    this process could wait for.
    """

    def __init__(self, columns: int) -> None:
        self._columns, self._step, self._last, self._since = columns, "", "", 0.0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_shown(self) -> bool:
        return bool(self._step)

    def begin(self, name: str) -> None:
        self._step, self._last, self._since = STEPS.get(name, name), "", time.monotonic()
        if self._thread is None:
            self._thread = threading.Thread(target=self._count, daemon=True)
            self._thread.start()
        self._paint()

    def say(self, text: str) -> None:
        """TEXT is the last line of the program that runs."""
        self._last = "".join(letter if letter.isprintable() else " " for letter in text).strip()
        self._paint()

    def clear(self) -> None:
        if self._step:
            self._step = ""
            _write(ERASE)

    def end(self) -> None:
        """Nothing is painted any more."""
        self.clear()
        self._ended.set()
        if self._thread is not None:
            self._thread.join(1.0)
            self._thread = None
            self._ended.clear()

    def _count(self) -> None:
        while not self._ended.wait(1.0):
            self._paint()

    def _paint(self) -> None:
        if self._step:
            text = f"{self._step} … {time.monotonic() - self._since:.0f} s  {self._last}".rstrip()
            _write(f"{ERASE}\x1b[2m{text[: self._columns - 1]}\x1b[0m")


def _write(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):
        os.write(sys.stderr.fileno(), text.encode())
