"""An application that keeps a file in memory and saves it whole when it is stopped, among all that people do."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import rule

from histories.machine import Histories
from histories.town import Town
from holdfast_engine.model.request import Settings
from lib.oracle import digest

PLACES = ("kept.json", "storage/app/kept.json", "public/uploads/kept.json", "plugins/kept/kept.json")
WAYS = ("rename", "in place")
_STOP = """test -e memory || exit 0; rm -f read; here=$OLDPWD/$(cat place)
mkdir -p "$(dirname "$here")"
if [ "$(cat way)" = rename ]; then cat memory > "$here.new"; mv "$here.new" "$here"; else cat memory > "$here"; fi
: > saved"""
_START = """test -e memory || exit 0; cat "$OLDPWD/$(cat place)" > read.new; mv read.new read"""


class Memory:
    """What the application of TOWN keeps, and how hooks stop and start it: if it SAVED that, and what it then READ."""

    def __init__(self, town: Town, place: str, way: str) -> None:
        self.town, self.place = town, place
        self.memory, self.saved, self.read = (town.top / name for name in ("memory", "saved", "read"))
        (town.top / "place").write_text(place)
        (town.top / "way").write_text(way)

    def settings(self) -> Settings:
        """The same commands in every release: a rollback starts the application by those of its target."""
        there = f"cd {shlex.quote(str(self.town.top))}; "
        return Settings(stop=(there + _STOP,), start=(there + _START,))

    def ends_and_begins(self, act: Callable[[Settings], str]) -> None:
        """ACT is a command with these hooks: if it stopped the application, that runs again and knows all it knew."""
        text = self.town.text(self.place)
        self.memory.write_text(text)
        for mark in (self.saved, self.read):
            mark.unlink(missing_ok=True)
        self._overwrites()
        how = act(self.settings())
        if how == "killed":
            self.town.do("recover", replaces=self.place)
        self.memory.unlink()  # a rollback runs the hooks of its target: they do nothing then
        if not self.saved.exists():
            return
        assert self.read.exists(), f"the application was stopped, and is down: {how}"
        assert self.read.read_text() == text, f"it saved {text!r}, and read {self.read.read_text()!r} when it began"
        self.town.people(lambda: text)

    def _overwrites(self) -> None:
        """What it saved first is its own to write over."""
        before = Path(self.town.live / self.place)
        if before.is_file():
            self.town.expected.pop(digest(before.read_bytes()), None)


class Keepers(Histories):
    """As `Histories`, where commands stop and start the application."""

    @rule(
        place=st.sampled_from(PLACES),
        way=st.sampled_from(WAYS),
        command=st.sampled_from(("deploy", "deploy", "rollback")),
        kill=st.one_of(st.just(0), st.integers(1, 150)),
    )
    def the_application_is_stopped_and_started(self, place, way, command, kill):
        town = self.town

        def act(settings: Settings) -> str:
            more = {"force": True} if command == "deploy" else {}
            return town.do(command, kill=kill, replaces=place, settings=settings, **more)

        Memory(town, place, way).ends_and_begins(act)
