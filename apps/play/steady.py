"""A steady stream of requests while something is done to the site: readers, and one who writes."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kinds.application import CURRENT, Application, Content, NotWritten
from play.servers import gaps
from play.web import Browser

_PACE = 0.02
_WRITING = 0.3


@dataclass
class Stream:
    """What was asked meanwhile. FAILED: moment and words; VERSIONS: when it was asked, and what answered."""

    failed: list[tuple[float, float, str]] = field(default_factory=list)
    versions: list[tuple[float, str]] = field(default_factory=list)
    switches: list[float] = field(default_factory=list)
    written: list[Content] = field(default_factory=list)
    asked: int = 0

    def failures(self, act_began: float) -> tuple[list[str], list[str]]:
        """Those that Holdfast has to answer for, and those while a hook had the application down, with moments."""
        down = gaps()
        ours, theirs = [], []
        for began, ended, words in self.failed:
            excused = any(start - 0.05 <= ended and began <= end + 0.05 for start, end in down)
            (theirs if excused else ours).append(f"{began - act_began:+.1f} s: {words}")
        return ours, theirs

    def old_for(self, wanted: str) -> float:
        """Seconds from the switch to the last question that was answered by another version than WANTED."""
        if not self.switches:
            return 0.0
        late = [moment for moment, said in self.versions if moment > self.switches[-1] and said not in ("", wanted)]
        return max(late) - self.switches[-1] if late else 0.0


class Steady:
    """Threads that ask until the context is left."""

    def __init__(self, application: Application, name: str) -> None:
        self.application = application
        self.name = name
        self.stream = Stream()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=one) for one in (self._read, self._write, self._watch)]

    def __enter__(self) -> Stream:
        for thread in self._threads:
            thread.start()
        return self.stream

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, act: Callable[[int], None], pace: float) -> None:
        for number in itertools.count():
            if self._ended.is_set():
                return
            act(number)
            time.sleep(pace)

    def _read(self) -> None:
        browser, pages = Browser(), itertools.cycle(self.application.pages())

        def act(number: int) -> None:
            began = time.time()
            if number % 2:
                path = next(pages)
                answer = browser.get(path)
                good, words = answer.ok, f"{answer.status} {path} {' '.join(answer.text.split())[:200]}"
            else:
                said = self.application.version(browser)
                self.stream.versions.append((began, said))
                good, words = said != "", "no version"
            self._note(began, good, words)

        self._repeat(act, _PACE)

    def _write(self) -> None:
        def act(number: int) -> None:
            began = time.time()
            try:
                self.stream.written.append(self.application.stream(f"{self.name}-stream-{number}"))
                self._note(began, True, "")
            except NotWritten as why:
                self._note(began, False, str(why))

        self._repeat(act, _WRITING)

    def _watch(self) -> None:
        last = _target()

        def act(_number: int) -> None:
            nonlocal last
            now = _target()
            if now != last:
                self.stream.switches.append(time.time())
                last = now

        self._repeat(act, 0.002)

    def _note(self, began: float, good: bool, words: str) -> None:
        self.stream.asked += 1
        if not good:
            self.stream.failed.append((began, time.time(), words))


def _target() -> str:
    try:
        return os.readlink(CURRENT)
    except OSError:
        return ""
