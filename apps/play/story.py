"""The story of one cell: a site is taken on, deployed five times and rolled back three times, with users at work."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from kinds.application import CURRENT, SITE, SOURCE, Application, Content, NotWritten
from play import holdfast
from play.access import taken_away, writable
from play.holdfast import Told
from play.judge import Verdict, judge
from play.servers import gaps
from play.steady import Steady

TURNS = ("deploy", "deploy", "rollback", "deploy", "rollback", "deploy", "deploy", "rollback")
SETTLING = 4.0
SHORT_TURNS = ("deploy", "deploy", "rollback")
SHORT_SETTLING = 1.5


@dataclass
class Report:
    """What is told of one cell, and becomes JSON as it is."""

    versions: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    hidden_meanwhile: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    refused_writes: list[str] = field(default_factory=list)
    unwritable: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    failed_adopting: list[str] = field(default_factory=list)
    failed_in_gaps: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    old: float = 0.0
    gap: float = 0.0
    asked: int = 0
    written: int = 0
    seconds: float = 0.0


class Story:
    """One cell. `tell` plays it to its end, and whatever breaks it off is in the report."""

    def __init__(self, application: Application, say: Callable[[str], None], *, short: bool = False) -> None:
        self.application = application
        self.say = say
        self.turns, self.settling = (SHORT_TURNS, SHORT_SETTLING) if short else (TURNS, SETTLING)
        self.report = Report()
        self.contents: list[Content] = []
        self.live: dict[str, int] = {}
        self._shipped = 1
        self._count = 0

    def tell(self) -> Report:
        began = time.time()
        try:
            self._tell()
        except Exception:  # noqa: BLE001 - what broke the story off is its result
            self.report.wrong.append(traceback.format_exc()[-1500:])
        finally:
            self.report.seconds = time.time() - began
            self.report.gap = max((end - start for start, end in gaps()), default=0.0)
            self.report.notes += self.application.servers.complaints()
            self.application.servers.stop()
        return self.report

    def _tell(self) -> None:
        self.application.source(1)
        self.application.prepare()
        self.application.serve(SITE)
        self.report.versions = self.application.versions()
        self.say("the site is live")
        self._write("before")
        self._expect("before", 1)
        before = writable(self.application.people, SITE)
        self._act("adopt", lambda: holdfast.adopt(self.application.people), 1)
        self.application.serve(CURRENT)
        self.application.settle()
        self.live[os.readlink(CURRENT)] = 1
        self._after("adopt", before)
        for turn, act in enumerate(self.turns, 1):
            self._turn(turn, act, before)
        self._end()

    def _turn(self, turn: int, act: str, before: set[str]) -> None:
        """One deploy or rollback, and what is asked after it."""
        try:
            self.contents += self.application.between(turn)
        except NotWritten as why:
            self.report.refused_writes.append(f"before turn {turn}: {why}")
        name = f"{turn}-{act}"
        people = self.application.people
        if act == "deploy":
            self._shipped += 1
            self.application.source(self._shipped)
            self._act(name, lambda: holdfast.deploy(people), self._shipped)
        else:
            self._act(name, lambda: holdfast.rollback(people), 0)
        self._after(name, before)

    def _act(self, name: str, act: Callable[[], Told], version: int) -> None:
        """ACT with requests before, meanwhile and after it; VERSION 0 is what the release was deployed as."""
        with Steady(self.application, f"t{name}") as stream:
            time.sleep(1)
            told = act()
            time.sleep(self.settling)
        self._note(name, told)
        if name != "adopt":
            version = self.live.setdefault(os.readlink(CURRENT), version)
            self.report.old = max(self.report.old, stream.old_for(str(version)))
        ours, theirs = stream.failures(told.began)
        failed = self.report.failed_adopting if name == "adopt" else self.report.failed
        failed += [f"{name}: {one}" for one in ours]
        self.report.failed_in_gaps += [f"{name}: {one}" for one in theirs]
        self.report.asked += stream.asked
        self.contents += stream.written

    def _note(self, name: str, told: Told) -> None:
        slow = [f"{one['name']} {one['seconds']:.1f}" for one in told.answer.get("steps", ()) if one["seconds"] > 2]
        line = f"{name} {told.ended - told.began:.1f} s" + (f", exit {told.code}" if told.code else "")
        line += f" ({', '.join(slow)})" if slow else ""
        self.report.acts.append(line)
        self.say(line)
        if told.code:
            self.report.wrong.append(f"{name}: exit {told.code}: {told.words[-1200:]}")
        data = told.answer.get("data") or {}
        if data.get("lost"):
            self.report.wrong.append(f"{name}: Holdfast says lost {data['lost']}")

    def _after(self, name: str, before: set[str]) -> None:
        """What was written is served, more can be written, and the right version answers."""
        self._write(name)
        found = judge(self.contents)
        self.report.lost += [f"{name}: {one}" for one in found.lost]
        self.report.hidden_meanwhile += [f"{name}: {one}" for one in found.hidden]
        self.report.back += [f"{name}: {one}" for one in found.back]
        after = writable(self.application.people, CURRENT)
        gone = taken_away(before, after, CURRENT, SOURCE, self.application.outputs)
        self.report.unwritable += [f"{name}: {one}" for one in gone]
        self._tell_of(found)

    def _tell_of(self, found: Verdict) -> None:
        for word in ("lost", "hidden", "back"):
            for one in getattr(found, word)[:2]:
                self.say(f"  {word}: {one}")

    def _write(self, name: str) -> None:
        self._count += 1
        try:
            self.contents += self.application.write(f"w{self._count}-{name}")
        except NotWritten as why:
            self.report.refused_writes.append(f"after {name}: {why}")

    def _expect(self, name: str, version: int) -> None:
        said = self.application.version(self.application.browser)
        if said != str(version):
            self.report.wrong.append(f"{name}: version {said!r} answers, not {version}")

    def _end(self) -> None:
        """Every process forgets earlier releases, what is left in them comes home, and all is asked once more."""
        self.application.settle()
        told = holdfast.sweep(self.application.people)
        self._note("sweep", told)
        self._expect("the end", self.live[os.readlink(CURRENT)])
        found = judge(self.contents)
        self.report.lost += [f"the end: {one}" for one in found.lost]
        self.report.hidden += list(found.hidden)
        self.report.back += [f"the end: {one}" for one in found.back]
        self.report.written = len(self.contents)
        self._tell_of(found)
