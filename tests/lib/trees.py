"""Small trees that stand for frameworks, read from TOML."""

from __future__ import annotations

import sqlite3
import tomllib
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.request import Settings
from lib.oracle import digest, fresh, litter
from lib.precious import let_write
from lib.world import World

NEW = "{new}"


@dataclass(frozen=True)
class Tree:
    """One application: what it ships, and what is written to it while it runs.

    Every path is relative to the top of the source. SHIPS: path -> content, in which `{version}` is replaced. FRESH:
    shipped paths that are the version's own after every deploy. DATA: paths to which people or the application write
    and that some rule must know as data. DATABASES: the same, real SQLite files. FILES: lie in `shared/` from the
    start, as `.env` does. INSTALLED: what comes to directories of code at run time (plugins, themes); adoption carries
    it forward. CACHES: what may vanish. BUILDS: what the build makes -> the shipped file that it is a copy of; it may
    be FRESH. `{new}` in a path of DATA or INSTALLED makes another path of it each time it is written. FRAMEWORK is
    what detection says (the name of the tree's file unless given), with WEB_ROOT and APP_ROOT; ADDS what it finds on
    top.
    """

    ships: dict[str, str]
    fresh: tuple[str, ...]
    framework: str
    web_root: str
    app_root: str = "."
    data: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()
    builds: dict[str, str] = field(default_factory=dict)
    adds: tuple[str, ...] = ()

    def text(self, path: str, version: int) -> bytes:
        return self.ships[self.builds.get(path, path)].replace("{version}", str(version)).encode()

    def listing(self) -> Listing:
        """The first version, as detection reads it."""
        texts = {path: self.text(path, 1) for path in self.ships}
        return Listing.of_files({path: len(text) for path, text in texts.items()}, texts.get)


def read_tree(file: Path) -> Tree:
    """The tree of one TOML file; a key that nothing reads raises TypeError."""
    raw = tomllib.loads(file.read_text("utf-8"))
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return Tree(**{"framework": file.stem, **values})


class TreeSite:
    """A site of TREE below TOP, whose users write between deploys."""

    def __init__(self, top: Path, tree: Tree) -> None:
        self.tree = tree
        self.world = World(top, tree.ships, env=None, kind="directory")
        made = (f"mkdir -p $(dirname {to}) && cp {of} {to}" for to, of in tree.builds.items())
        self.world.settings = Settings(build=(" && ".join(made),) if tree.builds else ())
        self.rows: dict[str, list[int]] = {}
        self._times = 0
        for path in tree.files:
            self._write_file(path, self.world.site / "shared")

    @classmethod
    def adopted(cls, top: Path, tree: Tree) -> TreeSite:
        """A plain directory with TREE in it, where people have written for long, and taken on as it is."""
        site = cls(top, replace(tree, files=()))
        plain, site.tree = site.world.site, tree
        for path in (*tree.ships, *tree.builds):
            plain.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
            plain.joinpath(path).write_bytes(tree.text(path, 0))
        for path in (*tree.data, *tree.installed):
            site.world.precious.write(path.replace(NEW, "made-before"), into=plain)
        for path in tree.files:
            site._write_file(path, plain)
        site.world.perform("adopt", source=site.world.source)
        return site

    def write(self) -> None:
        """People and the application write once more: a new file, a new version, another row; caches but once."""
        self._times += 1
        for path in (*self.tree.data, *self.tree.installed):
            self.world.precious.write(path.replace(NEW, f"made-{self._times}"))
        for path in self.tree.files:
            self._write_file(path, self.world.live)
        for path in self.tree.databases:
            self._insert(path)
        for path in self.tree.caches if self._times == 1 else ():
            where = self.world.live / path
            let_write(where)
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text("made again when it is deleted\n")

    def _write_file(self, path: str, into: Path) -> None:
        """PATH has a value for every key of the example that is shipped beside it, and content of its own."""
        keys = [line for line in self.tree.ships.get(f"{path}.example", "").splitlines() if line.endswith("=")]
        values = "".join(f"{key}value-{number}\n" for number, key in enumerate(keys))
        self.world.precious.write(path, text=f"{values}# {path}, written {self._times} times\n", into=into)

    def _insert(self, path: str) -> None:
        where = self.world.live / path
        let_write(where)
        where.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(where, isolation_level=None)) as database:
            database.execute("create table if not exists visits (number integer)")
            database.execute("insert into visits values (?)", (self._times,))
        self.rows.setdefault(path, []).append(self._times)

    def assert_well(self, version: int) -> None:
        """Nothing is lost or left over, everything written is served at its path, and the code is that of VERSION."""
        self.world.precious.assert_none_lost()
        self.world.precious.assert_served()
        for path, rows in self.rows.items():
            with closing(sqlite3.connect(self.world.live / path)) as database:
                assert [row for (row,) in database.execute("select number from visits")] == rows, path
        builds = range(1, self.world.version + 1)
        versions = {path: [digest(self.tree.text(path, one)) for one in builds] for path in self.tree.fresh}
        assert fresh(self.world.live, {path: found[:version] for path, found in versions.items()}) == []
        assert litter(self.world.site) == []
