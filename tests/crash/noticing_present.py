"""Harnesses for what is looked at anew: what is live, what is away, what runs on, what was written since (G11).

Each is as those of noticing.py: on a copy of a site it does what people, programs and hooks do, and says in lines what
it objects to.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from crash import hands, victim
from crash.arena import Arena, recovering, remove
from crash.noticing import Harness
from crash.scenarios import NEXT_AT, deploying, run
from holdfast_engine.fs import clock
from holdfast_engine.model.request import Request, Settings, Source
from lib.database_writer import Database
from lib.oracle import digest, lost, served

_LATE = "written late, by a program that stayed\n"


def switched(arena: Arena, point: str) -> list[str]:
    """A deploy is killed at POINT, `current` is pointed at its release by hand, and people work there; `recover`."""
    site, path = arena.copy(), "public/fresh/1.pdf"
    known = set(os.listdir(site / "releases"))
    victim.perform(arena.act(site), victim.fate(point))
    release = next(one for one in os.listdir(site / "releases") if one not in known)
    (site / "releases" / release).chmod(0o755)
    _point(site, release)
    hands.write(site / "current", {path: _LATE})
    victim.perform(recovering(site))
    wrong = _unserved(site, path)
    wrong += [] if os.readlink(site / "current").endswith(release) else ["what was live is not any more"]
    remove(site)
    return wrong


def _point(site: Path, release: str) -> None:
    (site / "current").unlink()
    (site / "current").symlink_to(f"releases/{release}")


def _unserved(site: Path, path: str) -> list[str]:
    return served(site / "current", {path: digest(_LATE.encode())})


def emptied(arena: Arena, command: str) -> list[str]:
    """`shared/` is not mounted, and a person types COMMAND: the checklist goes on refusing."""
    site = arena.copy()
    run(arena.act(site))
    _unmount(site)
    victim.perform(replace(recovering(site), command=command, now=NEXT_AT))
    wrong = [] if _verdict(site) == "refuse" else [f"data is away, and after {command} the checklist does not refuse"]
    remove(site)
    return wrong


def _unmount(site: Path) -> None:
    (site / "shared").rename(site.with_name(f"{site.name}-away"))
    (site / "shared").mkdir()


def _verdict(site: Path) -> str:
    return str(run(Request("checklist", str(site), now=NEXT_AT))["verdict"])


def written_on(arena: Arena, place: str) -> list[str]:
    """A program that never checkpoints writes on through a deploy to its database at PLACE, and is killed."""
    site, database = arena.copy(), Database(place, "wal")
    database.write(site / "current", 5)
    wrong = []
    for request in (arena.act(site), deploying(3, at=NEXT_AT)(site, arena.sources)):
        ended = victim.perform(request)
        wrong += [] if ended.how == "done" else [f"ended as {ended.how}: {ended.what}"]
        wrong += database.wrong(site / "current")
        database.write(site / "current", 5)
    database.stop()
    wrong += database.wrong(site / "current")
    remove(site)
    return wrong


def stayed(arena: Arena, path: str) -> list[str]:
    """A worker writes PATH in the release that a deploy has left; the next deploy serves it."""
    site = arena.copy()
    old = (site / "current").resolve()
    run(arena.act(site))
    hands.write(old, {path: _LATE})
    run(deploying(3, at=NEXT_AT)(site, arena.sources))
    wrong = _unserved(site, path)
    remove(site)
    return wrong


def old_root(arena: Arena, path: str) -> list[str]:
    """The process of before an adoption saves PATH where it stands; the next deploy serves it."""
    site = arena.copy()
    run(arena.act(site))
    hands.write(site, {path: _LATE})
    run(deploying(3, at=NEXT_AT)(site, arena.sources))
    wrong = _unserved(site, path)
    remove(site)
    return wrong


def linked(arena: Arena, path: str) -> list[str]:
    """PATH in a release that is live under another name than `current` is moved: who has it open writes to the same."""
    site = arena.copy()
    (site / "current").rename(site / "html")
    before = os.stat(site / "html" / path).st_ino
    run(arena.act(site))
    moved = (site / "shared" / path).exists() and os.stat(site / "shared" / path).st_ino == before
    wrong = [] if moved and os.stat(site / "html" / path).st_ino == before else [f"copied and not moved: {path}"]
    remove(site)
    return wrong


def undone(arena: Arena, point: str) -> list[str]:
    """A deploy killed at POINT is undone; something writes into its release in the trash, and two deploys follow."""
    site = arena.copy()
    victim.perform(arena.act(site), victim.fate(point))
    run(recovering(site))
    release = next(one for one in sorted((site / ".holdfast/trash").iterdir()) if (one / "public").is_dir())
    hands.write(release, {"public/late.txt": _LATE})
    for version, at in ((3, NEXT_AT), (2, NEXT_AT + 60)):
        run(deploying(version, at=at)(site, arena.sources))
    wrong = lost(site, {"public/late.txt": digest(_LATE.encode())})
    remove(site)
    return wrong


def hooked_after(arena: Arena, command: str) -> list[str]:
    """After the activation COMMAND runs, and then another one: the deploy is not done when one fails or does harm."""
    site = arena.copy()
    mark = site.with_name(f"{site.name}-ran")
    settings = Settings(after_activation=(command, f"touch {mark}"))
    ended = victim.perform(replace(arena.act(site), settings=settings))
    wrong = ["the deploy says that it is done"] if ended.how == "done" else []
    wrong += [] if mark.exists() else ["the second hook did not run"]
    remove(site)
    return wrong


def carried(arena: Arena, command: str) -> list[str]:
    """COMMAND, a hook, moves uploads into the release and fails; two deploys leave every upload somewhere."""
    site, settings = arena.copy(), Settings(before_activation=(command,))
    hands.write(site / "current", {"public/uploads/one.jpg": _LATE})
    victim.perform(replace(arena.act(site), settings=settings))
    for version, at in ((3, NEXT_AT), (2, NEXT_AT + 60)):
        run(deploying(version, at=at)(site, arena.sources))
    wrong = lost(site, {"public/uploads/one.jpg": digest(_LATE.encode())})
    remove(site)
    return wrong


def kept_open(arena: Arena, path: str) -> list[str]:
    """An upload to PATH goes on through one descriptor while its directory comes home: all of it is served."""
    site = arena.copy()
    hands.write(site / "current", {path: "before\n"})
    with (site / "current" / path).open("a") as upload:
        run(arena.act(site))
        upload.write("after\n")
    shown = (site / "current" / path).read_text()
    remove(site)
    return [] if shown == "before\nafter\n" else [f"served: {shown!r}"]


def private(arena: Arena, path: str) -> list[str]:
    """What the source ships at PATH for its owner alone is read by nobody else, in the release or in `shared/`."""
    site, source = arena.copy(), arena.fresh()
    hands.copy_tree(arena.sources / "v2", source)
    hands.write(source, {path: "a key\n"})
    (source / path).chmod(0o600)
    run(replace(arena.act(site), source=Source("directory", str(source))))
    mode = (site / "current" / path).stat().st_mode
    remove(site)
    remove(source)
    return [f"{path} has mode {mode & 0o777:o}"] if mode & 0o077 else []


def tick(_arena: Arena, _: str) -> list[str]:
    """A time of whole seconds proves nothing about the second that it names."""
    second = 1_700_000_000_000_000_000
    return ["an equal second is taken for proof"] if clock.settled(second, at=second + 500_000_000) else []


HARNESSES: dict[str, Harness] = {
    one.__name__: one
    for one in (
        switched, emptied, written_on, stayed, old_root, linked, undone, hooked_after, carried,
        kept_open, private, tick,
    )
}  # fmt: skip
