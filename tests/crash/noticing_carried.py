"""Harnesses for what is carried: what an application deletes, renames and rewrites, and what it may go on doing.

Each is as those of noticing.py: on a copy of a site it does what an application and its people do, and says in lines
what it objects to.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crash import hands, victim
from crash.arena import Arena, recovering, remove
from crash.noticing import Harness
from crash.scenarios import NEXT_AT, deploying, run
from holdfast_engine.model.request import Request, Settings
from lib.oracle import contents, digest

_OLD, _NEW = "<?php // carried\n", "<?php // carried, and rewritten whole\n"
_NOT_KEPT = (".holdfast/cache", ".holdfast/trash")
_A_DAY = 24 * 3600


def _carried(arena: Arena, path: str) -> Path:
    """A copy of the site in which PATH was written in the live release, and went along into the next one."""
    site = arena.copy()
    hands.write(site / "current", {path: _OLD})
    run(arena.act(site))
    return site


def _goes_back(site: Path) -> None:
    run(Request("rollback", str(site), now=NEXT_AT, yes=True))


def _shown(site: Path, path: str, text: str | None) -> list[str]:
    """What is wrong where TEXT is to be served at PATH; None for nothing."""
    where = site / "current" / path
    found = where.read_text() if where.is_file() else None
    return [] if found == text else [f"at {path} is served: {found!r}"]


def deleted(arena: Arena, path: str) -> list[str]:
    """PATH is deleted in the live release: after a way back, a recovery and a deploy it is not served."""
    site = _carried(arena, path)
    hands.remove(site / "current" / path)
    _goes_back(site)
    wrong = _shown(site, path, None)
    for request in (replace(recovering(site), now=NEXT_AT + 1), deploying(3, at=NEXT_AT + 2)(site, arena.sources)):
        victim.perform(request)
        wrong += _shown(site, path, None)
    remove(site)
    return wrong


def renamed(arena: Arena, path: str) -> list[str]:
    """PATH has another name in the live release: after a way back it is served under that one only."""
    site, other = _carried(arena, path), f"{path}-renamed.php"
    (site / "current" / path).rename(site / "current" / other)
    _goes_back(site)
    wrong = _shown(site, path, None) + _shown(site, other, _OLD)
    remove(site)
    return wrong


def rewritten(arena: Arena, path: str) -> list[str]:
    """PATH is rewritten whole in the live release: after a way back that is served."""
    site = _carried(arena, path)
    hands.write(site / "current", {path: _NEW})
    _goes_back(site)
    wrong = _shown(site, path, _NEW)
    remove(site)
    return wrong


def removed_everywhere(arena: Arena, path: str) -> list[str]:
    """`find releases -name ... -delete`: what went along is kept, by its second name."""
    site = _carried(arena, path)
    for release in (site / "releases").iterdir():
        if (release / path).exists():
            hands.remove(release / path)
    run(deploying(3, at=NEXT_AT)(site, arena.sources))
    wrong = [] if digest(_OLD.encode()) in contents(site, without=_NOT_KEPT) else [f"lost: {path}"]
    remove(site)
    return wrong


def written_through(arena: Arena, path: str) -> list[str]:
    """A process has PATH open through a deploy, and may write it as before: what it appends is served."""
    site = arena.copy()
    hands.write(site / "current", {path: _OLD})
    (site / "current" / path).chmod(0o664)
    with (site / "current" / path).open("a") as log:
        run(arena.act(site))
        log.write("and on\n")
    wrong = _shown(site, path, f"{_OLD}and on\n")
    mode = (site / "current" / path).stat().st_mode & 0o777
    wrong += [] if mode == 0o664 else [f"{path} has mode {mode:o}"]
    remove(site)
    return wrong


def came_late(arena: Arena, path: str) -> list[str]:
    """PATH is made in the release that is left, right after the switch: it is served."""
    site, left = arena.copy(), [1]
    live = (site / "current").resolve()

    def hook(name: str) -> None:
        if name == "place.switched" and left[0]:
            left[0] = 0
            hands.write(live, {path: _NEW})

    victim.perform(arena.act(site), hook)
    wrong = _shown(site, path, _NEW)
    remove(site)
    return wrong


def mirrored(arena: Arena, path: str) -> list[str]:
    """`rsync --delete` takes PATH and a link to a directory of `shared/`: the next deploy serves both again."""
    site = _carried(arena, path)
    hands.remove(site / "current" / path)
    hands.remove(site / "current/storage")
    run(deploying(3, at=NEXT_AT)(site, arena.sources))
    wrong = _shown(site, path, _OLD)
    wrong += [] if (site / "current/storage/app/one.pdf").is_file() else ["not served: storage"]
    remove(site)
    return wrong


def open_to_others(arena: Arena, path: str) -> list[str]:
    """Whoever could make names in the directory PATH of a plain site can do so after it was adopted and deployed."""
    site = arena.copy()
    (site / path).chmod(0o777)
    run(arena.act(site))
    run(deploying(2, at=NEXT_AT)(site, arena.sources))
    mode = (site / "current" / path).stat().st_mode & 0o777
    remove(site)
    return [] if mode & 0o022 == 0o022 else [f"{path} has mode {mode:o}"]


def started_again(arena: Arena, path: str) -> list[str]:
    """An application that saves PATH when it is stopped runs again after the deploy, and what it saved is served."""
    site = arena.copy()
    (site.parent / "saved").write_text(_NEW)
    stop = f'cp "$HOLDFAST_SITE/../saved" "$HOLDFAST_PREVIOUS/{path}"; touch "$HOLDFAST_SITE/../down"'
    settings = Settings(stop=(stop,), start=('rm "$HOLDFAST_SITE/../down"',))
    down = site.parent / "down"
    down.unlink(missing_ok=True)
    run(replace(arena.act(site), settings=settings))
    wrong = _shown(site, path, _NEW) + (["the application is down"] if down.exists() else [])
    remove(site)
    return wrong


def kept_for_its_time(arena: Arena, path: str) -> list[str]:
    """PATH is deleted and followed; after a day, two clean-ups and a deploy it is kept still."""
    site = _carried(arena, path)
    hands.remove(site / "current" / path)
    run(deploying(3, at=NEXT_AT)(site, arena.sources))
    for day in (1, 2):
        run(Request("prune", str(site), now=NEXT_AT + day * _A_DAY, yes=True, keep=0))
    wrong = [] if digest(_OLD.encode()) in contents(site, without=_NOT_KEPT) else [f"lost: {path}"]
    remove(site)
    return wrong


HARNESSES: dict[str, Harness] = {
    one.__name__: one
    for one in (
        deleted, renamed, rewritten, removed_everywhere, written_through, came_late, mirrored, open_to_others,
        started_again, kept_for_its_time,
    )
}  # fmt: skip
