"""What is measured, against what, and how near it has to come."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import door
import trees
from holdfast_engine.commands import perform
from holdfast_engine.fs.census import full as full_census
from holdfast_engine.fs.root import Root
from holdfast_engine.model.request import Request, Settings, Source
from holdfast_engine.persistence import census
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.handle import Site

SRC = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src")
ENVIRONMENT = {**os.environ, "PYTHONPATH": SRC}
_NOW = itertools.count(1_700_000_000, 60)


@dataclass(frozen=True)
class Result:
    """Medians, in seconds unless UNIT says what they count. The goal is OURS <= RIVAL * FACTOR + GRACE."""

    name: str
    ours: float
    rival: float
    factor: float
    grace: float = 0.0
    all_ours: tuple[float, ...] = ()
    all_rivals: tuple[float, ...] = ()
    unit: str = ""

    def shown(self, value: float) -> str:
        return f"{value:,.1f} {self.unit}" if self.unit else f"{value * 1000:,.1f} ms"

    @property
    def ratio(self) -> float:
        return self.ours / self.rival

    @property
    def met(self) -> bool:
        return self.ours <= self.rival * self.factor + self.grace

    @property
    def goal(self) -> str:
        return f"{self.factor:g}x" + (f" + {self.grace:g} s" if self.grace else "")

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "ratio": round(self.ratio, 3), "goal": self.goal, "met": self.met}


def compare(
    name: str,
    ours: Callable[[], object],
    rival: Callable[[], object],
    *,
    rounds: int,
    factor: float,
    grace: float = 0.0,
) -> Result:
    """OURS and RIVAL in turns, ROUNDS times each, after one round that is not counted."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for times, act in zip(taken, (ours, rival), strict=True):
            began = time.perf_counter()
            act()
            times.extend([time.perf_counter() - began] if turn else [])
    return Result(name, *map(statistics.median, taken), factor, grace, *map(tuple, taken))


LATER = ("remember", "after", "late-sweep", "prune")
"""Steps that come when the new release is live already."""


def deploy(top: str) -> list[Result]:
    """A later deploy of 8,000 files that keeps two retired releases, against the plain way made durable.

    Each is timed twice: until the new release is live, and with taking the oldest away.
    """
    source, site = trees.repository(os.path.join(top, "application")), os.path.join(top, "site")
    os.makedirs(os.path.join(site, "shared"))
    with open(os.path.join(site, "shared/.env"), "w", encoding="utf-8") as file:
        file.write("APP_KEY=bench\nAPP_NAME=bench\n")
    inside, process, plain = _Inside(source, site), _Process(source, site), _Plain(source, os.path.join(top, "plain"))
    versions = itertools.count(2)
    results = []
    for name, ours in (("as a process", process), ("in process", inside)):
        pairs = [_pair(source, versions, ours, plain) for _ in range(8)][3:]  # both delete from the fourth on
        for what, at in (("until live / archive, tar, sync", 0), ("with pruning / the same, rm -rf", 1)):
            mine, rivals = ([one[at] for one in side] for side in zip(*pairs, strict=True))
            results.append(_result(f"deploy 8,000 files {name}, {what}", mine, rivals))
    return results


def rollback(top: str) -> list[Result]:
    """The way back beside the way forward: a release of 8,000 files until it is live, by a rollback, by a deploy."""
    source, site = trees.repository(os.path.join(top, "application")), os.path.join(top, "site")
    os.makedirs(os.path.join(site, "shared"))
    with open(os.path.join(site, "shared/.env"), "w", encoding="utf-8") as file:
        file.write("APP_KEY=bench\nAPP_NAME=bench\n")
    versions, results = itertools.count(2), []
    _Inside(source, site)()  # there has to be one to go back to
    for name, forth, back in (
        ("in process", _Inside(source, site), _Back(site)),
        ("as a process", _Process(source, site), _BackProcess(site)),
    ):
        pairs = [_there_and_back(source, versions, forth, back) for _ in range(11)][2:]
        rivals, mine = ([one[at] for one in pairs] for at in (0, 1))
        medians = statistics.median(mine), statistics.median(rivals)
        what = f"rollback {name} / deploy, 8,000 files, until live"
        results.append(Result(what, *medians, 0.35, 0.0, tuple(mine), tuple(rivals)))
    return results


def _there_and_back(
    source: str, versions: itertools.count[int], forth: Callable[[], Timed], back: Callable[[], Timed]
) -> tuple[float, float]:
    trees.next_version(source, next(versions))
    os.sync()
    deployed = forth()[0]
    os.sync()
    return deployed, back()[0]


@dataclass(frozen=True)
class _Back:
    site: str

    def __call__(self) -> Timed:
        request = Request("rollback", self.site, float(next(_NOW)), yes=True, settings=Settings(keep=2), said=())
        return _timed(lambda: perform(request, tell=lambda _event: None, ask=lambda _plan: True))


@dataclass(frozen=True)
class _BackProcess:
    site: str

    def __call__(self) -> Timed:
        return _timed(lambda: json.loads(_output(sys.executable, *door.words("rollback", self.site))))


Timed = tuple[float, float]
"""Seconds until the release was live, and until all was done."""


def _result(name: str, ours: list[float], rivals: list[float]) -> Result:
    medians = statistics.median(ours), statistics.median(rivals)
    return Result(name, *medians, 1.5, 0.3, tuple(ours), tuple(rivals))


def _pair(
    source: str, versions: itertools.count[int], ours: Callable[[], Timed], rival: Callable[[], Timed]
) -> tuple[Timed, Timed]:
    """Both on one new version; nothing of the one is still to be written when the other begins."""
    trees.next_version(source, next(versions))
    os.sync()
    first = ours()
    os.sync()
    return first, rival()


def _timed(act: Callable[[], dict[str, Any]]) -> Timed:
    began = time.perf_counter()
    answer = act()
    seconds = time.perf_counter() - began
    return seconds - sum(step["seconds"] for step in answer["steps"] if step["name"] in LATER), seconds


@dataclass(frozen=True)
class _Inside:
    source: str
    site: str

    def __call__(self) -> Timed:
        settings, source = Settings(keep=2), Source("git", self.source)
        request = Request("deploy", self.site, float(next(_NOW)), yes=True, source=source, settings=settings)
        return _timed(lambda: perform(request, tell=lambda _event: None, ask=lambda _plan: True))


@dataclass(frozen=True)
class _Process:
    source: str
    site: str

    def __call__(self) -> Timed:
        command = door.words("deploy", self.site, "git", self.source)
        return _timed(lambda: json.loads(_output(sys.executable, *command)))


def _output(*command: str) -> bytes:
    return subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True).stdout


@dataclass(frozen=True)
class _Plain:
    """What many scripts do, with the one `sync` that makes it durable; two old copies are kept as well."""

    source: str
    top: str

    def __call__(self) -> Timed:
        target = os.path.join(self.top, str(next(_NOW)))
        script = 'mkdir -p "$1" && git archive HEAD | tar -x -C "$1" && sync -f "$1" && ln -sfn "$1" "$2"'
        began = time.perf_counter()
        subprocess.run(
            ["sh", "-c", script, "sh", target, os.path.join(self.top, "current")], cwd=self.source, check=True
        )
        live = time.perf_counter() - began
        for old in sorted(name for name in os.listdir(self.top) if name.isdigit())[:-3]:
            subprocess.run(["rm", "-rf", os.path.join(self.top, old)], check=True)
        return live, time.perf_counter() - began


def link(top: str) -> list[Result]:
    """The persistence step alone, and the quick proof, with 300,000 uploads against 300 in as many directories."""
    many, few = (_linked(os.path.join(top, str(count)), files=count) for count in (300_000, 300))
    return [
        compare("link, 300,000 files / 300", lambda: _link(many), lambda: _link(few), rounds=15, factor=1.2),
        compare("quick proof, 300,000 files / 300", _counter(many), _counter(few), rounds=30, factor=1.2),
    ]


def _linked(top: str, *, files: int) -> str:
    trees.uploads(os.path.join(top, "shared/public/uploads"), files=files)
    for path in ("artisan", "public/index.php", "storage/app/.gitignore"):
        where = os.path.join(top, "releases/1", path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "w", encoding="utf-8") as file:
            file.write("<?php\n")
    with open(os.path.join(top, "shared/.env"), "w", encoding="utf-8") as file:
        file.write("APP_KEY=bench\n")
    _link(top)
    time.sleep(0.1)
    _link(top)
    return top


def _link(top: str) -> None:
    request = Request(
        "link",
        top,
        float(next(_NOW)),
        yes=True,
        release=os.path.join(top, "releases/1"),
        path=os.path.join(top, "shared"),
    )
    perform(request, tell=lambda _event: None, ask=lambda _plan: True)


def _counter(top: str) -> Callable[[], object]:
    root = Root(top)
    place = Site(root, Request("status", top, 0.0), lambda _event: None, surveys.survey(root))
    census.keep(place, census.count(place), at=time.time_ns(), lost=())
    return lambda: census.count(place)


def full(top: str) -> list[Result]:
    """Size and times of 300,000 files against `find` writing them to nowhere."""
    trees.uploads(os.path.join(top, "shared"), files=300_000)
    root = Root(top)
    find = ["find", os.path.join(top, "shared"), "-printf", "%s %T@ %C@ %p\n"]
    return [
        compare(
            "full census of 300,000 files / find -printf",
            lambda: full_census(root, "shared"),
            lambda: subprocess.run(find, stdout=subprocess.DEVNULL, check=True),
            rounds=7,
            factor=2,
        )
    ]


def start(_top: str) -> list[Result]:
    """`holdfast --version` against an interpreter that does nothing."""

    def python(*words: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *words], env=ENVIRONMENT, check=True, capture_output=True)

    ours, rival = python("-m", "holdfast", "--version"), python("-c", "pass")
    return [compare("holdfast --version / python -c pass", ours, rival, rounds=15, factor=10)]


MEASURES = {"start": start, "full": full, "link": link, "deploy": deploy, "rollback": rollback}
