"""A small application in three versions, and the hands of the people and programs that write into its site."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Mapping
from pathlib import Path

_COMMON = {
    "artisan": "#!/usr/bin/env php\n<?php require __DIR__.'/bootstrap/app.php';\n",
    "composer.json": '{"require": {"php": "^8.2", "laravel/framework": "^11.0"}}\n',
    "bootstrap/cache/.gitignore": "*\n!.gitignore\n",
    "database/migrations/0001_create_users.php": "<?php return 'users';\n",
    "storage/app/public/.gitignore": "*\n!.gitignore\n",
    "storage/logs/.gitignore": "*\n!.gitignore\n",
    ".env.example": "APP_KEY=\n",
    ".gitignore": "/public/avatars\n",
    "public/uploads/.gitignore": "*\n!.gitignore\n",
    "public/avatars/deleted.svg": "<svg>a seed that an editor deletes</svg>\n",
}
_VERSIONED = {
    "public/index.php": "<?php // version {v}\n",
    "public/robots.txt": "# robots of version {v}\n",
    "resources/views/home.blade.php": "home of version {v}\n",
    "public/avatars/updated.svg": "<svg>default of version {v}</svg>\n",
    "public/avatars/kept.svg": "<svg>logo of version {v}</svg>\n",
}


def write_sources(top: Path) -> None:
    """`v1`, `v2` and `v3` of the application stand below TOP; each adds a seed and a file of code."""
    for version in (1, 2, 3):
        files = {**_COMMON, **{path: text.replace("{v}", str(version)) for path, text in _VERSIONED.items()}}
        for number in range(1, version + 1):
            files[f"public/avatars/seed{number}.svg"] = f"<svg>seed {number}</svg>\n"
            files[f"public/page{number}.php"] = f"<?php // page {number} in version {version}\n"
        write(top / f"v{version}", files)


def write(top: Path, files: Mapping[str, str]) -> None:
    """The application or a person wrote FILES below TOP, whatever the modes of sealed directories say."""
    for path, text in files.items():
        where = top / path
        _let_write(where.parent)
        where.parent.mkdir(parents=True, exist_ok=True)
        if where.is_symlink() or where.exists():
            where.unlink()  # as `sed -i` and atomic saves do: a link is replaced, not followed
        where.write_text(text)


def rewrite(where: Path, text: str) -> None:
    """The content behind WHERE is TEXT now, in place: links are followed."""
    if os.geteuid() != 0:
        where.chmod(where.stat().st_mode | stat.S_IWUSR)
    where.write_text(text)


def detach(where: Path, files: Mapping[str, str]) -> None:
    """The link at WHERE gave way to a real directory that holds FILES."""
    _let_write(where.parent)
    where.unlink()
    write(where, files)


def write_database(where: Path, text: str) -> None:
    """A SQLite database with one row stands at WHERE."""
    _let_write(where.parent)
    connection = sqlite3.connect(where)
    with connection:
        connection.execute("create table notes (text)")
        connection.execute("insert into notes values (?)", (text,))
    connection.close()


def remove(where: Path) -> None:
    _let_write(where.parent)
    where.unlink()


def link(where: Path, text: str) -> None:
    _let_write(where.parent)
    where.symlink_to(text)


def copy_tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)


def _let_write(directory: Path) -> None:
    while not directory.exists():
        directory = directory.parent
    if os.geteuid() != 0 and not os.access(directory, os.W_OK):
        directory.chmod(directory.stat().st_mode | stat.S_IRWXU)
