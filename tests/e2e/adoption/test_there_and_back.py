"""Adopted, deployed to, and left: the five stories, each equal by content, owner and mode (G1, G2, G10)."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings, Source
from lib import old_sites
from lib.killing import killed_while_it_is_left
from lib.old_sites import FTP, WEB
from lib.oracle import contents
from lib.refusals import fails
from lib.snapshot import owned
from lib.world import World

PACKAGE = {
    "index.php": "<?php // version 1\n",
    "lib/core.php": "<?php // core\n",
    "skins/plain.css": "p {}\n",
    "admin/setup.php": "<?php // setup\n",
}
EDITED = {"lib/lang.txt": "our words\n"}
NODE = {"package.json": '{"dependencies": {"express": "4"}}\n', "app.js": 'require("express")\n'}


@dataclass(frozen=True)
class Story:
    """A site as MAKE leaves it, with the CODE in it; DATA belongs to the application. WAS says that the code came as
    archives which are named at the adoption; LAID_OUT, that another tool's releases hold it. What LAY_IN_SHARED and was
    not linked is seen once Holdfast links it.
    """

    make: Callable[[Path], None]
    code: Mapping[str, str]
    data: tuple[str, ...]
    was: bool = False
    laid_out: bool = False
    written: Mapping[str, str] = field(default_factory=dict)
    lay_in_shared: frozenset[str] = frozenset()


def ftp(top: Path) -> None:
    """A vendor's package, uploaded by FTP with umask 002, installed and in use."""
    old_sites.write(top, {**PACKAGE, **EDITED, "uploads/a.jpg": "a picture\n", "config.php": "<?php 'password';\n"})
    for path in (top, *top.rglob("*")):
        path.chmod(0o2775 if path.is_dir() else 0o664)
    (top / "config.php").chmod(0o640)
    (top / "google123.html").write_text("a proof\n")


B = {"storage/app/b.pdf": "a new invoice\n"}
STORIES = {
    "plain": Story(old_sites.plain, old_sites.CODE, ("storage", "public/uploads", ".env"), written=B),
    "ftp": Story(
        ftp,
        PACKAGE,
        ("uploads", "config.php"),
        was=True,
        written={"uploads/b.jpg": "b\n", "sitemap.xml": "<x/>\n"},
    ),
    "capistrano": Story(
        old_sites.capistrano, old_sites.CODE, ("storage", "public/uploads", ".env"), laid_out=True, written=B
    ),
    "deployer": Story(
        old_sites.deployer,
        old_sites.CODE,
        ("storage", "public/uploads", ".env"),
        laid_out=True,
        written={**B, "storage/app/2025/new.pdf": "of a new directory\n"},
        lay_in_shared=frozenset(["storage/app/older.pdf"]),
    ),
    "pm2": Story(
        old_sites.pm2,
        NODE,
        ("public/uploads", ".env"),
        laid_out=True,
        written={"public/uploads/b.jpg": "b\n"},
        lay_in_shared=frozenset(["logs/app.log"]),
    ),
}


class Told:
    """One story as it is played."""

    def __init__(self, top: Path, name: str) -> None:
        self.story = STORIES[name]
        self.world = World(top, {}, env=None)
        self.site = self.world.site
        self.site.mkdir()
        self.story.make(self.site)
        self.world.settings = Settings(web_user=str(WEB) if os.geteuid() == 0 else None)
        for program in self.site.rglob("artisan"):
            program.chmod(0o755)
        self._owners()
        self.versions = 0

    def _owners(self) -> None:
        if os.geteuid() != 0:
            return
        owner = 0 if self.story.laid_out else FTP
        for path in (self.site, *self.site.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)
        for top in (one for place in self.story.data for one in self.site.rglob(place)):
            for path in (top, *top.rglob("*")) if not top.is_symlink() else ():
                os.chown(path, WEB, FTP, follow_symlinks=False)

    @property
    def top(self) -> Path:
        """Where the application is seen: by `current`, in a plain directory by itself."""
        return self.site / "current" if (self.site / "current").is_dir() else self.site

    def archive(self, files: Mapping[str, str]) -> Source:
        """The next version of the vendor's."""
        self.versions += 1
        path = self.world.top / f"v{self.versions}.zip"
        with zipfile.ZipFile(path, "w") as packed:
            for name, text in files.items():
                packed.writestr(zipfile.ZipInfo(name), text)
                packed.infolist()[-1].external_attr = (0o755 if name == "artisan" else 0o644) << 16
        return Source("archive", str(path))

    def adopt(self) -> None:
        more = {"was": (self.archive({**PACKAGE, "lib/lang.txt": "words\n"}),)} if self.story.was else {}
        self.world.perform("adopt", path=str(self.site), **more)

    def deploy(self, changes: Mapping[str, str]) -> None:
        """What CHANGES add is gone with the next version."""
        lang = {"lib/lang.txt": "words\n"} if self.story.was else {}
        self.world.perform("deploy", source=self.archive({**self.story.code, **lang, **changes}))

    def write(self) -> None:
        """What the application writes, as itself."""
        for path, text in self.story.written.items():
            (self.top / path).parent.mkdir(exist_ok=True)
            (self.top / path).write_text(text)
            if os.geteuid() == 0:
                os.chown(self.top / path, WEB, FTP)


@pytest.fixture(params=STORIES)
def told(request, tmp_path):
    return Told(tmp_path, request.param)


@pytest.mark.parametrize("undo", [True, False])
def test_adopted_and_left_it_is_what_it_was(told, undo):
    """G1, G10: by content, owner and mode, with what was written meanwhile, and nothing of ours."""
    before = owned(told.site)
    told.adopt()
    told.write()
    told.world.perform("leave", words=("undo",) if undo else ())
    now = owned(told.site)
    assert {path: now.get(path) for path in before} == before
    came = {row[-1].decode() for path, row in now.items() if path not in before and row[0] == "file"}
    assert came == set(told.story.written.values())
    assert {path: (told.top / path).read_text() for path in told.story.written} == told.story.written


def test_g4_a_kill_while_a_merged_directory_goes_back_is_gone_on_with(tmp_path):
    """G4: what came from the release, what lay in `shared/` before, and what was written since: each has its place."""
    number, killed = 3, True
    while killed:
        told = Told(tmp_path / str(number), "deployer")
        before = owned(told.site)
        told.adopt()
        told.write()
        killed = killed_while_it_is_left(told.world, number, words=("undo",))
        if killed and (told.site / ".holdfast").exists():
            fails(partial(told.world.perform, "leave"), exits=20, code="not-a-site")
        now = owned(told.site)
        assert {path: now.get(path) for path in before} == before
        assert {path: (told.top / path).read_text() for path in told.story.written} == told.story.written, number
        shutil.rmtree(told.world.top)
        number += 13


def test_after_three_versions_it_is_equal_by_content_owner_and_mode(told):
    """G2, G10: the last version is the code that lay there first. What the application sees is what it was, and what
    was written meanwhile; what is not served any more is kept.
    """
    before, kept = seen(told), set(contents(told.site))
    told.adopt()
    for number in (1, 2):
        told.deploy({"lib/of-version.php": f"<?php // version {number} alone\n", "index.php": f"<?php // {number}\n"})
        if number == 1:
            told.write()
    kept |= set(contents(told.site, without=(".holdfast",)))
    told.deploy({})
    assert told.world.perform("leave")["how"] == ("layout" if told.story.laid_out else "plain")
    now = seen(told)
    assert {path: now[path][-1].decode() for path in told.story.written} == told.story.written
    assert {path: now.get(path) for path in before} == before
    came = {path for path in now.keys() - before.keys() if now[path][0] == "file"}
    assert came - told.story.written.keys() == told.story.lay_in_shared
    assert kept <= set(contents(told.world.top))
    assert not (told.site / ".holdfast").exists()


def seen(told):
    """What the application sees, but through a framework's own link, which leads where the framework has it since, and
    a tool's note of one release.
    """
    found = owned(told.top, follow=True)
    passing = ("public/storage", "holdfast-left", "REVISION")
    return {path: row for path, row in found.items() if not path.startswith(passing)}


def test_another_tool_s_own_files_are_left_alone(told):
    """G1: its older releases, its logs and its repository are what they were, through deploys and a leaving."""
    if not told.story.laid_out:
        pytest.skip("a plain directory has none")
    live = os.path.relpath(told.top.resolve(), told.site)
    before = {path: row for path, row in owned(told.site).items() if not path.startswith((live, "current", "shared"))}
    told.adopt()
    told.deploy({"index.php": "<?php // 1\n"})
    told.deploy({})
    told.world.perform("leave")
    now = owned(told.site)
    assert {path: row for path, row in before.items() if now.get(path) != row} == {}
