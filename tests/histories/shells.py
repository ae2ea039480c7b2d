"""The person with a shell: `mv` of a directory, `chown -R`, `rsync --delete` of the source over what is live."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from histories import debts
from histories.absences import Absences
from histories.town import Town, View, digest_of
from lib.precious import digest

_SECOND = ".holdfast/carried/files"


def move_directory(town: Town, absences: Absences, unit: str, to: str) -> None:
    """`mv UNIT TO`, of a directory into which nobody ships anything: all of it is under the new name only."""
    where, there = town.live / unit, town.live / to
    if not where.is_dir() or where.is_symlink() or os.path.lexists(there) or where in there.parents:
        return
    if town.ships(unit) or town.ships(to):
        return
    held = {path: one for path, one in town.view().items() if path.startswith(f"{unit}/")}
    there.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(where, there)
    for path, content in held.items():
        absences.gone(path, content)
        absences.stands(to + path[len(unit) :], content)


def chown_all(top: Path, user: int) -> None:
    """`chown -R USER TOP`."""
    for here, directories, names in os.walk(top):
        for name in (*directories, *names):
            os.chown(os.path.join(here, name), user, user, follow_symlinks=False)


def mirror(town: Town, absences: Absences) -> None:
    """`rsync -a --delete SOURCE/ current/`: what the source does not have is gone, links of ours with it.

    All that a second name or `shared/` keeps is owed: that was an accident, and no deletion.
    """
    served, kept = town.view(), _kept(town)
    top, files = town.live.resolve(), town.shipped_now()
    had_links = any(one.is_symlink() and one.is_dir() for one in _every(top))
    for one in _every(top):
        _drop_unless(one, top, files)
    for path, text in files.items():
        if _is_put(top / path, text):
            town.ever[digest(text.encode())] = text  # whoever copies a seed into data by hand has written it there
    town.people(lambda: None)
    absences.fresh = {}
    if had_links:
        debts.owe(town, {path: one for path, one in served.items() if kept.get(path) == one and one in town.expected})


def _kept(town: Town) -> View:
    """What is served, and has a second name or lies in `shared/`."""
    return {
        path: one
        for path, one in town.view().items()
        if one == digest_of(str(town.site / _SECOND / path)) or town.shared_in({path: one})
    }


def _every(top: Path) -> list[Path]:
    """All below TOP, what is deepest first."""
    return sorted(top.rglob("*"), key=lambda one: len(one.parts), reverse=True)


def _drop_unless(one: Path, top: Path, files: dict[str, str]) -> None:
    path = os.path.relpath(one, top)
    is_above = any(name.startswith(f"{path}/") for name in files)
    if one.is_symlink() or one.is_file():
        if path not in files or (one.is_symlink() and not files[path].startswith("-> ")):
            one.unlink()
    elif one.is_dir() and not is_above:
        shutil.rmtree(one)


def _is_put(where: Path, text: str) -> bool:
    """TEXT stands at WHERE, as a file or as a link; True where a file was written."""
    where.parent.mkdir(parents=True, exist_ok=True)
    if text.startswith("-> "):
        if not where.is_symlink():
            where.symlink_to(text[3:])
        return False
    if where.is_file() and where.read_text(errors="replace") == text:
        return False
    waiting = where.with_name(f".{where.name}.Xq1")
    waiting.write_text(text)
    waiting.replace(where)
    return True
