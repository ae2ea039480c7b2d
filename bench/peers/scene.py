"""One scenario's place: an application, a site with its `.env`, and the tool that deploys the one to the other."""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from peers.application import Application
from peers.site import KEPT, LOST, Site
from peers.tool import Ran, Tool, kill

ENV = b"APP_KEY=base64:k\nAPP_NAME=Club\n"


class Scene:
    """`ship` commits and deploys; `write` is the application's or a person's hand; `site` is asked for verdicts."""

    rounds: ClassVar[int] = 5

    def __init__(self, top: str, make: Callable[..., Tool], *, env: bytes | None = ENV) -> None:
        self.top = top
        self.application = Application(os.path.join(top, "repository"))
        self.site = Site(os.path.join(top, "site"))
        self.tool = make(control=os.path.join(top, "control"), repository=self.application.top, site=self.site.top)
        self.seconds: list[float] = []
        self._numbers = itertools.count(1)
        os.makedirs(self.site.at("shared", "storage"))
        if env is not None:
            self.write("shared/.env", env)
        self.tool.set_up()

    def write(self, path: str, content: bytes = b"") -> bytes:
        """PATH, below the site, has CONTENT, or content that no other file has."""
        content = content or f"{path}, number {next(self._numbers)}, written by a user\n".encode()
        where = self.site.at(path)
        let_write(where)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "wb") as file:
            file.write(content)
        return content

    def ship(self, changes: dict[str, str | None] | None = None, more: Mapping[str, str] | None = None) -> Ran:
        self.application.commit(changes)
        return self.deploy(more)

    def deploy(self, more: Mapping[str, str] | None = None) -> Ran:
        """The tool deploys what is committed."""
        self.wait()
        begun = time.monotonic()
        ran = self.tool.run("deploy", more)
        if ran.code == 0:
            self.seconds.append(time.monotonic() - begun)
        return ran

    def start(self) -> subprocess.Popen[str]:
        self.wait()
        return self.tool.start("deploy")

    def wait(self) -> None:
        """A second of its own begins, where the tool names releases by the second."""
        if self.tool.names_by_second:
            next_second()

    def rollback(self) -> Ran:
        return self.tool.run("rollback")

    def kill_during(self, moment: Callable[[], bool]) -> bool:
        """A deploy is killed with all it started once MOMENT comes; false where it ended before."""
        started = self.start()
        while started.poll() is None and not moment():
            time.sleep(0.0005)
        ended = started.poll() is not None
        kill(started)
        return not ended

    def repaired(self, ran: Ran) -> Ran:
        """RAN, or what comes of a second try after the tool's own command against a lock that was left."""
        if ran.code == 0 or not self.tool.can_unlock:
            return ran
        self.tool.run("unlock")
        return self.deploy()

    def through(self, path: str, content: bytes, *, past: Ran | None = None) -> str:
        """What becomes of CONTENT, written to PATH of the live site, over ROUNDS deploys, and whether the tool spoke.

        PAST is a deploy that was during the writing: the first of them.
        """
        told, seen, silent = [], KEPT, True
        for number in range(1, self.rounds + 1):
            ran = past if past and number == 1 else self.ship()
            now = self.site.fate(path, content)
            if now != seen:
                told.append(f"{now} after {number}")
                silent = silent and ran.code == 0 and not ran.told(os.path.basename(os.path.dirname(path)) or path)
            if ran.code != 0:
                return "; ".join([f"refused, exit {ran.code}", *(told or [now])])
            seen = now
            if now == LOST:
                break
        return f"{', '.join(told)}; {'exit 0' if silent else 'said so'}" if told else seen

    def share(self, path: str) -> None:
        """PATH is declared a shared folder; where the tool leaves it to people, one makes it in `shared/`."""
        chosen = self.tool.settings
        self.tool.settings = replace(chosen, directories=(*chosen.directories, path))
        if not self.tool.makes_directories:
            os.makedirs(self.site.at("shared", path), exist_ok=True)


def next_second() -> None:
    now = time.time()
    time.sleep(int(now) + 1.01 - now)


def let_write(where: str) -> None:
    """The directory of WHERE takes a file, as an application that owns it could see to."""
    place = os.path.dirname(where)
    while not os.path.exists(place):
        place = os.path.dirname(place)
    if not os.stat(place).st_mode & 0o200:
        os.chmod(place, os.stat(place).st_mode | 0o200)
