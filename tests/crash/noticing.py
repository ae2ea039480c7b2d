"""Harnesses of the fast suite, each small enough to be run once per planted defect: what they object to, in lines.

Each runs in a child of its own, in which a defect may have been planted, on a site and
an account that were made without it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from crash import hands, ledger, shimmed, victim
from crash.arena import Arena, recovering, remove
from crash.scenarios import NEXT_AT, deploying, run, then_deploy
from crash.shim import Shim, heard
from holdfast_engine.commands import perform
from holdfast_engine.fs.place import move
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings
from lib.oracle import digest, lost, served
from lib.processes import in_a_child

Harness = Callable[[Arena, str], list[str]]


def in_a_fork(act: Callable[[], list[str]]) -> list[str]:
    """What ACT says, in a child: whatever it changes in the engine is gone afterwards."""

    def told() -> list[str]:
        try:
            return act()
        except Problem as problem:
            return [f"ended as problem: {problem.code}: {problem.message}"]

    return in_a_child(told)


def syncs(arena: Arena, _: str) -> list[str]:
    """The ledger of one undisturbed run."""
    site = arena.copy()
    found = ledger.objections(str(site), heard(str(site), lambda: run(arena.act(site))))
    remove(site)
    return found


def story(arena: Arena, _: str) -> list[str]:
    """The command and the next ones, undisturbed: nothing lost, everything served, no litter."""
    site = arena.copy()
    ended = victim.perform(arena.act(site))
    wrong = [] if ended.how == "done" else [f"ended as {ended.how}: {ended.what}"]
    wrong += arena.at_the_crash(site) + arena.afterwards(site, recover_first=False)
    remove(site)
    return wrong


def kills(arena: Arena, where: str) -> list[str]:
    """SIGKILL after some of the calls that WHERE names (`NAME PATTERN-OF-A-PATH`); notes and modes are judged too."""
    found = _named(arena, where)
    return _first(_killed(arena, f"shim/{number}/killed") for number in found[:: max(len(found) // 3, 1)][:4])


def _first(objections: Iterable[list[str]]) -> list[str]:
    """The first of OBJECTIONS that says anything: a defect is noticed by one."""
    return next(filter(None, objections), [])


def _killed(arena: Arena, case: str) -> list[str]:
    site = arena.copy()
    number = int(case.split("/")[1])
    victim.perform(arena.act(site), Shim(str(site), number, "killed"))
    wrong = unnoted(site) + unrecognisable(site)
    remove(site)
    return wrong + shimmed.trial(arena, case)


def _named(arena: Arena, where: str) -> list[int]:
    name, _, pattern = where.partition(" ")
    calls = enumerate(shimmed.calls(arena), start=1)
    return [number for number, made in calls if made.name == name and re.search(pattern, made.place)]


def unnoted(site: Path) -> list[str]:
    """What lies in the attic and no note tells of (G1, G7)."""
    wrong = []
    for shelf in (site / ".holdfast/attic").glob("*"):
        notes = shelf / "notes.jsonl"
        places = [json.loads(line)["place"] for line in notes.read_text().splitlines()] if notes.exists() else []
        files = [str(path.relative_to(shelf)) for path in shelf.rglob("*") if path.is_file() and path != notes]
        wrong += [f"no note of {one}" for one in files if not any(one.startswith(place) for place in places)]
    return wrong


def unrecognisable(site: Path) -> list[str]:
    """A release that is not complete and does not look so either (DESIGN 5, place)."""
    wrong = []
    for record in (site / ".holdfast/releases").glob("*.json"):
        told = json.loads(record.read_text() or "{}")
        release = site / told.get("path", "none")
        if told.get("state") == "incoming" and release.is_dir() and release.stat().st_mode & 0o077:
            wrong.append(f"not to be known as partial: {release.name}")
    return wrong


def errors(arena: Arena, where: str) -> list[str]:
    """EIO at the first calls that WHERE names (`NAME PATTERN-OF-A-PATH`)."""
    return _first(shimmed.trial(arena, f"shim/{number}/EIO") for number in _named(arena, where)[:3])


def deletes(arena: Arena, point: str) -> list[str]:
    """Killed at POINT: what the recovery unlinks outside the trash that holds more than a name (G1, G6)."""
    site = arena.copy()
    victim.perform(arena.act(site), victim.fate(point))
    free = tuple(f"{site}/.holdfast/{one}" for one in ("trash", "scratch", "reserve", "current"))
    gone = [made.place for made in heard(str(site), lambda: run(recovering(site))) if made.name in ("unlink", "rmdir")]
    remove(site)
    return [f"deleted outside the trash: {place}" for place in gone if not place.startswith(free)]


def written_at(arena: Arena, points: str) -> list[str]:
    """A worker writes into the release that it works in at the first of POINTS; killed at the second, or not at all."""
    at, _, end = points.partition(" ")
    site, path, text, left = arena.copy(), "public/fresh/1.pdf", "written by a worker\n", [1]
    live = site / (site / "current").readlink()

    def hook(name: str) -> None:
        if name == at and left[0]:
            left[0] = 0
            hands.write(live, {path: text})
        if name == end:
            os._exit(9)

    victim.perform(arena.act(site), hook)
    wrong = served(site / "current", {path: digest(text.encode())})
    wrong += [] if live != site / (site / "current").readlink() else ["nothing else is live"]
    remove(site)
    return wrong


def at_once(arena: Arena, _: str) -> list[str]:
    """Somebody else has the lock: the command says so and does nothing."""
    site = arena.copy()
    with (site / ".holdfast/lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        ended = victim.perform(arena.act(site))
    remove(site)
    return [] if ended.how == "problem" and ended.what[0] == "locked" else [f"not kept out but {ended.how}"]


def pruning(arena: Arena, _: str) -> list[str]:
    """Pruned to nothing with one release pinned: it and the live one stand, what went lies in the trash."""
    site = arena.copy()
    live, (pinned, _other) = (
        os.readlink(site / "current"),
        sorted(one.name for one in (site / "releases").iterdir())[:2],
    )
    record = site / f".holdfast/releases/{pinned}.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "pinned": "by a person"}))
    ended = victim.perform(arena.act(site))
    trash = " ".join(os.listdir(site / ".holdfast/trash"))
    wrong = [] if ended.how == "done" else [f"ended as {ended.how}: {ended.what}"]
    wrong += [] if (site / live).is_dir() and (site / "releases" / pinned).is_dir() else ["a release went that may not"]
    wrong += [] if _other in trash else [f"{_other} is not in the trash"]
    remove(site)
    return wrong


def last_look(arena: Arena, _: str) -> list[str]:
    """A worker writes into a release in the trash, where a link leads to data; the next command empties the trash."""
    site = arena.copy()
    run(arena.act(site))
    release = next(one for one in (site / ".holdfast/trash").iterdir() if (one / "public").is_dir())
    text = "written at the last moment\n"
    hands.write(release, {"public/last.txt": text})
    hands.link(release / "public/elsewhere", str(site / "shared"))
    victim.perform(replace(then_deploy(3)(site, arena.sources)[0], keep=5))
    victim.perform(replace(arena.act(site), now=NEXT_AT + 60))
    wrong = arena.account.lost(site) + lost(site, {"public/last.txt": digest(text.encode())})
    remove(site)
    return wrong


def clocks(arena: Arena, _: str) -> list[str]:
    """Three releases under a clock that runs backwards: going back goes to the second."""
    site, names = arena.copy(), []
    for count, version in enumerate((1, 2, 3)):
        run(deploying(version, at=NEXT_AT - 1000 * count)(site, arena.sources))
        names.append(os.readlink(site / "current"))
    run(replace(deploying(3)(site, arena.sources), command="rollback", source=None))
    now = os.readlink(site / "current")
    remove(site)
    return [] if now == names[1] else [f"went back to {names.index(now) + 1} of 3"]


def moved(arena: Arena, _: str) -> list[str]:
    """The site moves after the command: everything is served as before."""
    site = arena.copy()
    run(arena.act(site))
    elsewhere = site.rename(site.with_name(f"{site.name}-moved"))
    wrong = arena.account.broken(elsewhere)
    remove(elsewhere)
    return wrong


def hooked(arena: Arena, command: str) -> list[str]:
    """A deploy with COMMAND before the activation: data that shrinks stops it, code that it makes is code."""
    site = arena.copy()
    request = replace(arena.act(site), settings=Settings(before_activation=(command,)))
    ended = victim.perform(request)
    if ended.how == "problem":
        wrong = [] if ended.what[0] == "data-shrank" and command[0] == ":" else [str(ended.what)]
    else:
        victim.perform(deploying(3, at=NEXT_AT)(site, arena.sources))
        wrong = ["data shrank"] if command.startswith(":") else []
        places = (site / "shared", site / ".holdfast/carried/files")
        wrong += [f"taken for data: {one}" for place in places for one in place.rglob("made-by-a-hook*")]
    remove(site)
    return wrong


def _unmount(site: Path) -> None:
    (site / "shared").rename(site / "away")
    (site / "shared").mkdir()


def unmounted(arena: Arena, _: str) -> list[str]:
    """`shared/` is not mounted while the command runs: the checklist refuses before and after it."""
    site = arena.copy()
    _unmount(site)
    request, checks = arena.act(site), Request("checklist", str(site), now=NEXT_AT)
    said = [run(checks)["verdict"]]
    victim.perform(request)
    said.append(run(checks)["verdict"])
    remove(site)
    return [f"the checklist said {one}" for one in said if one != "refuse"]


def asked(arena: Arena, _: str) -> list[str]:
    """`shared/` is lost between the question and the answer: the second look refuses."""
    site = arena.copy()

    def ask(_plan: dict[str, Any]) -> bool:
        if not (site / "away").exists():
            _unmount(site)
        return True

    try:
        perform(replace(arena.act(site), yes=False), tell=lambda _event: None, ask=ask)
    except Problem as problem:
        wrong = [] if problem.code == "checklist-refused" else [problem.code]
    else:
        wrong = ["the first look was acted on"]
    remove(site)
    return wrong


def contract(_arena: Arena, what: str) -> list[str]:
    """One promise of `fs/` by itself: a move replaces nothing, a walk follows no link and stays on its file system."""
    if what == "file systems":
        with Root("/") as root:
            inside = [path for path, _, _ in walk(root, "", descend=lambda path: path == "proc") if "/" in path]
        return [f"another file system was entered: {inside[0]}"] if inside else []
    with tempfile.TemporaryDirectory() as top, Root(top) as root:
        hands.write(Path(top), {"one": "1", "two": "2", "away/secret": "3", "in/plain": "4"})
        hands.link(Path(top) / "in/link", "../away")
        if what == "links":
            return [f"followed: {path}" for path, _, _ in walk(root, "in") if path.startswith("link/")]
        try:
            move(root, "one", "two")
        except FileExistsError:
            return []
        return ["a move replaced a file"]


HARNESSES: dict[str, Harness] = {
    one.__name__: one
    for one in (
        syncs, story, kills, errors, deletes, written_at, at_once, pruning, last_look, clocks, moved, hooked, unmounted,
        asked, contract,
    )
}  # fmt: skip
