"""Sites as people and other tools made them, before Holdfast came: each is given back as it was."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

WEB, FTP = 33, 1044
"""Whom an application, and whom a person with an FTP client, may run as."""

CODE = {
    "composer.json": '{"require": {"laravel/framework": "^11.0"}}\n',
    "artisan": "#!/usr/bin/env php\n",
    "bootstrap/app.php": "<?php\n",
    "public/index.php": "<?php // live\n",
}
DATA = {
    ".env": "APP_KEY=live\n",
    "storage/app/invoice.pdf": "an invoice\n",
    "storage/logs/laravel.log": "a log\n",
    "public/uploads/a.jpg": "a picture\n",
}


def write(top: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        where = top / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)


def plain(top: Path) -> None:
    """One directory, copied there by hand, with links in and out of it, and a database at its top."""
    write(top, {**CODE, **DATA})
    (top / "public/storage").symlink_to("../storage/app")
    (top / "public/fonts").symlink_to("../../fonts")
    (top / "storage/app/newest").symlink_to("../../public/uploads/a.jpg")
    (top / ".env").chmod(0o600)
    (top / "storage").chmod(0o2775)
    (top / "artisan").chmod(0o755)
    with closing(sqlite3.connect(top / "club.sqlite")) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table rows (n)")
        database.execute("insert into rows values (1)")
        database.commit()


def capistrano(top: Path, *, absolute: bool = True) -> None:
    """Two releases, linked files and directories, and a log of its own; `current` by its absolute name."""
    for number in ("20250101120000", "20250201120000"):
        release = top / "releases" / number
        write(release, {**CODE, "REVISION": f"{number}\n", "public/uploads/a.jpg": f"a picture of {number}\n"})
        shared = str(top / "shared") if absolute else "../../shared"
        (release / ".env").symlink_to(f"{shared}/.env")
        (release / "storage").symlink_to(f"{shared}/storage")
    write(top, {"revisions.log": "Branch main deployed\n", "repo/HEAD": "ref: refs/heads/main\n"})
    write(top / "shared", {".env": "APP_KEY=shared\n", "storage/app/invoice.pdf": "an invoice\n"})
    live = top / "releases/20250201120000"
    (top / "current").symlink_to(live if absolute else live.relative_to(top))


def deployer(top: Path) -> None:
    """The same by relative links, with releases that are numbered, `.dep`, and files beside what is linked."""
    for number in ("9", "10"):
        release = top / "releases" / number
        write(release, {**CODE, **DATA})
        (release / "public/storage").symlink_to("../storage/app")
    write(top / ".dep", {"latest_release": "10\n", "releases_log": "{}\n"})
    write(top / "shared", {".env": "APP_KEY=shared\n", "storage/app/older.pdf": "an older invoice\n"})
    (top / "current").symlink_to("releases/10")


def pm2(top: Path) -> None:
    """One working copy that is pulled in place, with `current` as its other name, logs and pids."""
    write(top / "source", {"package.json": '{"dependencies": {"express": "4"}}\n', "app.js": 'require("express")\n'})
    write(top / "source", {".env": "KEY=live\n", "public/uploads/a.jpg": "a picture\n"})
    for name in ("logs", "pids"):
        (top / "shared" / name).mkdir(parents=True)
    write(top / "shared", {"logs/app.log": "a log\n"})
    (top / "current").symlink_to(top / "source")


def as_it_is(top: Path) -> dict[str, tuple[object, ...]]:
    """Each path below TOP with its kind, owner, group, mode, extended attributes, content, and of files their time."""
    found = {}
    for here, directories, names in os.walk(top):
        for path in (os.path.join(here, name) for name in (*directories, *names)):
            found[os.path.relpath(path, top)] = _entry(path)
    return found


def _entry(path: str) -> tuple[object, ...]:
    status = os.lstat(path)
    who = (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))
    if stat.S_ISLNK(status.st_mode):
        return ("link", status.st_uid, status.st_gid, os.readlink(path))
    if not stat.S_ISREG(status.st_mode):
        return ("dir", *who, _attributes(path))
    return ("file", *who, _attributes(path), status.st_mtime_ns, status.st_nlink, Path(path).read_bytes())


def _attributes(path: str) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, os.getxattr(path, name)) for name in sorted(os.listxattr(path)))


def differences(one: Mapping[str, object], two: Mapping[str, object]) -> list[str]:
    return sorted(path for path in one.keys() | two.keys() if one.get(path) != two.get(path))
