"""Where sites are prepared, copied and destroyed, and how one stop is judged."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from crash import judge, victim
from crash.hands import write_sources
from crash.judge import Account
from crash.passage import Passage
from crash.scenarios import ACT_AT, NEXT_AT, SCENARIOS, Scenario
from crash.syscalls import calls_of, compiled_engine
from holdfast_engine.commands import COMMANDS
from holdfast_engine.model.request import Request
from lib import patience, tally
from lib.database_writer import ABSENT
from lib.once import made_once
from lib.oracle import litter

for _name in COMMANDS:
    import_module(f"holdfast_engine.commands.{_name}")  # once, and not again in every child

T = TypeVar("T")
ACCEPTED = (("adopt", "already-managed"), ("leave", "not-a-site"))
"""What the next command may answer: what was finished on the way needs not be done again."""


@dataclass
class Arena:
    """One scenario's prepared site, its account of before, and copies of it to be destroyed.

    What is asked of the site as it was prepared is found out once below TOP, for all processes of a run: never by one
    in which a defect was planted.
    """

    scenario: Scenario
    top: Path
    remembers: bool = False
    _serial: int = field(default=0)
    _stopped: str = ""
    _passages: dict[str, tuple[str, Passage]] = field(default_factory=dict)

    @cached_property
    def sources(self) -> Path:
        return self.once("sources", self._write_sources)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What MAKE gives, for whoever asks first; the others find it below `made/` under NAME."""
        return made_once(self.top / "made" / name, make)

    def _write_sources(self) -> Path:
        write_sources(self.top / "sources")
        return self.top / "sources"

    @cached_property
    def engine(self) -> Path:
        at = self.top.parent / "engine"
        return made_once(self.top.parent / "engine.made", lambda: compiled_engine(at))

    @cached_property
    def base(self) -> Path:
        """The site before the command; never changed once it is made."""
        return self.once("base", self._prepare)

    def _prepare(self) -> Path:
        base = self.top / "base"
        base.mkdir(parents=True)
        self.scenario.prepare(base, self.sources)
        return base

    @cached_property
    def account(self) -> Account:
        return self.once("account", self._take_down)

    def _take_down(self) -> Account:
        after, later = self.copy(), self.copy()
        victim.run(self.act(after))
        victim.run(self.act(later))
        assert self.go_on(later) == []
        account = judge.take_down(self.scenario, self.base, after, later, self.sources)
        for one in (after, later):
            assert account.lost(one) == []
            assert self.litter(one) == []
            remove(one)
        return account

    def litter(self, site: Path) -> list[str]:
        """What is left over in SITE; releases of the site as it was at first may be anybody's."""
        before = self.base / "releases"
        return litter(site, known=os.listdir(before) if before.is_dir() else ())

    @cached_property
    def points(self) -> list[tuple[str, int]]:
        return self.once("points", self._points)

    def _points(self) -> list[tuple[str, int]]:
        site = self.copy()
        found = victim.points_of(self.act(site))
        remove(site)
        return found

    @cached_property
    def system_calls(self) -> list[str]:
        """What the real process of the command calls, as strace sees it."""
        return self.once("system-calls", self._system_calls)

    def _system_calls(self) -> list[str]:
        site = self.copy()
        found = calls_of(self.act(site), self.engine)
        remove(site)
        return found

    def copy(self, of: Path | None = None) -> Path:
        """A fresh copy, modes and times and links kept."""
        target = self.fresh()
        subprocess.run(["cp", "-a", str(of or self.base), str(target)], check=True)
        return target

    def fresh(self) -> Path:
        """Where nothing stands yet."""
        self._serial += 1
        return self.top / f"run-{os.getpid()}-{self._serial}"

    def act(self, site: Path) -> Request:
        return self.scenario.act(site, self.sources)

    def next(self, site: Path) -> list[Request]:
        return self.scenario.next(site, self.sources)

    def go_on(self, site: Path) -> list[str]:
        """The next ordinary commands ran; what went wrong with them."""
        wrong = []
        for request in self.next(site):
            ended = victim.perform(request)
            if ended.how != "done" and not (ended.how == "problem" and (request.command, ended.what[0]) in ACCEPTED):
                wrong.append(f"stuck: {request.command} {ended.how} {ended.what}")
        return wrong

    def recovered(self, site: Path, *, again: str = "") -> list[str]:
        """`recover` ran; where no site is yet, it may say so."""
        ended = victim.perform(recovering(site))
        stuck = ended.how != "done" and not (ended.how == "problem" and ended.what[0] == "not-a-site")
        return [f"stuck: recover{again} {ended.how} {ended.what}"] if stuck else []

    def after_recovery(self, site: Path) -> list[str]:
        """`recover` changes nothing more, what is served is whole, and the next command goes on."""
        if self.scenario.left and not (site / ".holdfast/site.json").exists():
            return self.account.broken(site) + self.next_goes_on(site)
        once = judge.snapshot(site)
        wrong = self.recovered(site, again=" again")
        changed = [f"recover is not done after once: {path}" for path in _different(once, judge.snapshot(site))]
        return wrong + changed + self.account.broken(site) + self.next_goes_on(site)

    def next_goes_on(self, site: Path) -> list[str]:
        """After the next ordinary commands nothing is lost, everything is served, nothing lies about."""
        wrong = self.go_on(site)
        wrong += self.account.torn(site)
        return wrong + self.account.lost(site) + self.account.unserved(site) + self.litter(site)

    def at_the_crash(self, site: Path) -> list[str]:
        """Where one call cannot do it there is a gap, of which the plan has told: a path may be missing in it."""
        lost, torn = self.account.lost(site), self.account.torn(site)
        if self.scenario.gap:
            return lost + [line for line in torn if ABSENT not in line]
        return lost + torn + self.account.broken(site)

    def verdict(self, site: Path, *, recover_first: bool) -> list[str]:
        """What is wrong with SITE at the instant of a crash and after the next command; SITE is used up.

        Many faults leave the same site behind. A sweep judges it once: what the engine reads decides
        what it does, and the one clock that it reads is the request's.
        """
        seen = judge.fingerprint(site) if self.remembers else ""
        wrong = self._once(f"{seen}-{recover_first}", lambda: self._judged(site, recover_first=recover_first))
        remove(site)
        return wrong

    def verdict_on(self, passage: Passage, number: int, *, recover_first: bool) -> list[str]:
        """As `verdict`, of the site that was left after NUMBER calls of PASSAGE."""

        def judged() -> list[str]:
            site = self.copy(passage.site(number))
            wrong = self._judged(site, recover_first=recover_first)
            remove(site)
            return wrong

        return self._once(f"{passage.prints[number]}-{recover_first}", judged)

    def _judged(self, site: Path, *, recover_first: bool) -> list[str]:
        return self.at_the_crash(site) + self.afterwards(site, recover_first=recover_first)

    def _once(self, name: str, judged: Callable[[], list[str]]) -> list[str]:
        """What JUDGED says; in a sweep it is asked once under one NAME, by whichever process."""
        if not self.remembers:
            return judged()
        known = self.top / "verdicts" / name
        if not known.exists():
            _keep(known, judged())
        return list(json.loads(known.read_text()))

    def passage(self, how: str, site: Callable[[], Path], request: Callable[[Path], Request]) -> Passage:
        """What REQUEST leaves on its way from SITE; the last one whose name begins like HOW is kept."""
        kind = how.partition("/")[0]
        if self._passages.get(kind, ("",))[0] != how:
            start = site()
            found = Passage(self.top / f"passage-{kind}-{os.getpid()}", start, request(start))
            self._passages[kind] = (how, found)
            remove(start)
        return self._passages[kind][1]

    def stopped(self, how: str, stop: Callable[[Path], object]) -> Path:
        """A copy of the site as STOP left it, which HOW names; the one that was asked for last is kept."""
        kept = self.top / f"stopped-{os.getpid()}"
        if self._stopped != how:
            if kept.exists():
                remove(kept)
            self.copy().rename(kept)
            stop(kept)
            self._stopped = how
        return self.copy(kept)

    def afterwards(self, site: Path, *, recover_first: bool) -> list[str]:
        """The site is well again, by the next ordinary command alone or after `recover`."""
        if not recover_first:
            return self.next_goes_on(site)
        wrong = self.recovered(site)
        seen = judge.fingerprint(site) if self.remembers else ""
        return wrong + self._once(f"{seen}-recovered", lambda: self.after_recovery(site))


def _keep(known: Path, wrong: list[str]) -> None:
    """Whoever reads KNOWN meanwhile reads nothing or all of it."""
    known.parent.mkdir(exist_ok=True)
    fresh = known.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(wrong))
    fresh.rename(known)


Trial = Callable[[Arena, str], list[str]]


def recovering(site: Path) -> Request:
    return Request("recover", str(site), now=(ACT_AT + NEXT_AT) / 2, yes=True)


def _different(one: dict[str, tuple[int, str]], two: dict[str, tuple[int, str]]) -> list[str]:
    return sorted(path for path in one.keys() | two.keys() if one.get(path) != two.get(path))


def remove(site: Path) -> None:
    if os.geteuid() != 0:
        subprocess.run(["chmod", "-R", "u+rwX", str(site)], check=True)
    shutil.rmtree(site)


def arena(name: str, top: Path) -> Arena:
    return Arena(SCENARIOS[name], top / name)


def sweep(arena: Arena, cases: Sequence[str], act: Trial) -> list[str]:
    """What ACT says against each of CASES, each told with the line that replays it; processes share the work.

    Where the time is limited (`lib.patience`) as many of them as fit.
    """
    assert arena.account is not None
    gc.freeze()
    chosen = patience.ordered(cases, together="/then/")
    workers = 1 if "PYTEST_XDIST_WORKER" in os.environ else min(os.cpu_count() or 1, len(cases))
    outs = [arena.top / f"told-{os.getpid()}-{number}" for number in range(workers)]
    children = [_worker(arena, chosen[number::workers], act, out) for number, out in enumerate(outs)]
    gc.unfreeze()
    told: dict[str, list[str]] = {}
    for child, out in zip(children, outs, strict=True):
        _, status = os.waitpid(child, 0)
        assert status == 0, "a worker of the sweep itself failed"
        told |= json.loads(out.read_text())
    for case in cases:
        tally.add(arena.scenario.name, tally.fault_of(case), case in told, told.get(case, ()), of=1)
    return [replay_line(arena, case, line) for case, lines in told.items() for line in lines]


def replay_line(arena: Arena, case: str, what: str) -> str:
    return f"python -m tests.crash.replay {arena.scenario.name} {case}  # {what}"


def _worker(arena: Arena, cases: Sequence[str], act: Trial, out: Path) -> int:
    parent, child = os.getpid(), os.fork()
    if child:
        return child
    code, told, arena.remembers = 1, {}, True
    try:
        for case in patience.while_it_lasts(cases):
            told[case] = act(arena, case)
            if os.getppid() != parent:  # whoever asked has gone, and so has the need to know
                break
        out.write_text(json.dumps(told))
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)
