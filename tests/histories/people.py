"""What people and their programs do to a site: each returns the content that it wrote, if any."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from histories import debts
from histories.town import Town, digest_of


def _ready(where: Path) -> bool:
    """The directory of WHERE is there; False when a file stands in its way, or WHERE leads to code."""
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return not where.is_dir() and where.resolve().name != "index.php"


def write(town: Town, place: str, *, top: Path | None = None) -> str | None:
    """In place: links are followed, what stood there is gone."""
    where = (top or town.live) / place
    if not _ready(where):
        return None
    text = town.text(place)
    try:
        where.write_text(text)
    except OSError:
        return None
    return text


def save(town: Town, place: str) -> str | None:
    """By rename, as editors do and `sed -i`: a link is replaced and not followed."""
    where = town.live / place
    if not _ready(where):
        return None
    text = town.text(place)
    waiting = where.with_name("being-saved")
    waiting.write_text(text)
    waiting.replace(where)
    return text


def append(town: Town, place: str) -> str | None:
    """At the end of what is there already."""
    where = town.live / place
    if not _ready(where) or not where.is_file():
        return None
    with where.open("a") as stream:
        stream.write(town.text(place))
    return where.read_text()


def remove(town: Town, place: str) -> None:
    where = town.live / place
    town.taken_away.add(place)
    town.destroyed = True
    debts.forgive(town, place)
    if where.is_file() or where.is_symlink():
        town.unwanted.add((place, digest_of(str(where))))
        where.unlink()


def unlink_top(town: Town, place: str) -> None:
    """`rm` of the link that leads to the data, by mistake."""
    for step in reversed([Path(place), *Path(place).parents[:-1]]):
        if (town.live / step).is_symlink():
            (town.live / step).unlink()
            return


def detach(town: Town, place: str) -> str | None:
    """A hand-written script made a real directory of a link, with a copy of what was there and more."""
    for step in reversed([Path(place), *Path(place).parents[:-1]]):
        where = town.live / step
        if where.is_symlink() and where.is_dir():
            copy = where.with_name("being-copied")
            shutil.copytree(where, copy, symlinks=True)
            where.unlink()
            copy.rename(where)
            return write(town, place)
    return None


def link_beside(town: Town, place: str) -> None:
    """A symlink to another file of the application."""
    where = town.live / place
    if _ready(where) and not os.path.lexists(where):
        where.symlink_to(os.path.relpath(town.live / "public/index.php", where.parent))


def write_shared(town: Town, place: str) -> str | None:
    """Straight into `shared/`, as a person with a shell does."""
    return write(town, place, top=town.site / "shared")


WAYS = {
    "write": write,
    "save": save,
    "append": append,
    "remove": remove,
    "unlink the top": unlink_top,
    "detach": detach,
    "link": link_beside,
    "write into shared": write_shared,
}


def write_into_retired(town: Town, place: str, which: int) -> str | None:
    """A worker that was never restarted."""
    live = os.path.realpath(town.live)
    every = [path for path in sorted((town.site / "releases").iterdir()) if str(path) != live and path.is_dir()]
    retired = [path for path in every if path.stat().st_mode & 0o777 != 0o700]  # in a half-made one nobody works
    return write(town, place, top=retired[which % len(retired)]) if retired else None


def deploy_by_script(town: Town, kill: int) -> None:
    """Somebody's own script: a new directory, `link`, and `ln -sfn`."""
    name = f"by-hand-{town.written}-{len(town.said)}"
    release = town.site / "releases" / name
    shutil.copytree(town.top / "source", release, symlinks=True)
    how = town.do("link", release=str(release), path=str(town.site / "shared"), kill=kill)
    if how == "done":
        before, shared = town.view(), town.shared_in(town.view())
        (town.site / "next").symlink_to(f"releases/{name}")
        (town.site / "next").rename(town.site / "current")
        before = {path: one for path, one in before.items() if not debts.is_for_a_person(town, path)}
        town.check(before, shared, "the script's own switch")
        assert town.stale() == [], f"after the script's switch: {town.stale()}"


def link_live(town: Town) -> None:
    release = town.site / (town.site / "current").readlink()
    town.do("link", release=str(release), path=str(town.site / "shared"))


def move(town: Town) -> None:
    """The whole site is another directory now: links are relative, so nothing else changes."""
    town.site.rename(town.top / "elsewhere")
    (town.top / "elsewhere").rename(town.site)
