"""What was shipped to an application that is taken out of its document root: named versions, and a checkout."""

from __future__ import annotations

import os
import shutil
import zipfile

import pytest

from holdfast_engine.model.request import Source
from lib.killing import killed_at_point
from lib.refusals import assert_refused
from lib.world import World

V1 = {
    "index.php": "<?php // version 1\n",
    "admin/reset.php": "<?php // of version 1 alone\n",
    "lib/tool.php": "<?php // tool\n",
    "skins/plain.css": "p {}\n",
    "welcome.txt": "welcome to the shop\n",
    "uploads/.htaccess": "php_flag engine off\n",
    ".user.ini": "of the vendor\n",
}
V2 = {**V1, "index.php": "<?php // version 2\n", "lib/new.php": "<?php // new\n"}
V2.pop("admin/reset.php")
MADE = {
    "uploads/a.png": "an upload\n",
    "config.php": "<?php // the installer wrote this\n",
    "google123.html": "a proof\n",
    "welcome.txt": "welcome to the club\n",
    ".user.ini": "of the host\n",
    "cgi-bin/stats.pl": "#!\n",
}


def packed(top, name, files):
    with zipfile.ZipFile(top / name, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return Source("archive", str(top / name))


def laid(top):
    world = World(top, {}, env=None)
    world.root, world.site = top / "home/public_html", top / "home/club"
    world.precious.site = world.site
    for path, text in {**V1, **MADE}.items():
        where = world.root / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text)
    return world, packed(top, "v1.zip", V1)


def adopt(world, *was, **more):
    return world.perform("adopt", path=str(world.root), was=was, **more)


def assert_told(world, first):
    """What the next version drops is gone, edits and data stay, and the first release can be proven."""
    world.perform("deploy", source=packed(world.top, "v2.zip", V2))
    assert (world.root / "index.php").read_text() == V2["index.php"]
    assert not (world.live / "admin/reset.php").exists()
    assert not os.path.lexists(world.root / "admin")
    for path, text in MADE.items():
        assert (world.root / path).read_text() == text
    assert first["was"]["edited"] == ["welcome.txt"]
    assert (first["was"]["equal"], first["was"]["differ"]) == (5, 1)


def test_a_version_that_is_named_says_what_of_it_is_code(tmp_path):
    """DESIGN 4, what was shipped: as for a site in place; what the host keeps there is judged by nobody."""
    world, first = laid(tmp_path)
    plan = adopt(world, first, only_plan=True)
    assert [step["name"] for step in plan["steps"]] == ["note", "take-in", "share"]
    assert not world.site.exists()
    assert_told(world, adopt(world, first))
    releases = {one["id"]: one for one in world.perform("releases")["releases"]}
    assert len(releases) == 2
    world.rollback()
    assert (world.root / "admin/reset.php").read_text() == V1["admin/reset.php"]


def test_another_application_is_refused(tmp_path):
    """Exit 30: nothing is made, and what to type is named."""
    world, _ = laid(tmp_path)
    other = packed(tmp_path, "other.zip", {f"wp-{n}.php": f"<?php // {n}\n" for n in range(30)})
    problem = assert_refused(tmp_path, lambda: adopt(world, other), exits=30, code="was-unlike")
    assert "--accept was" in problem.hint
    own = Source("directory", str(world.root))
    assert_refused(tmp_path, lambda: adopt(world, own), exits=30, code="source-overlaps-site")


def test_a_checkout_says_it_by_itself(tmp_path):
    """I44: its history knows what was code; the repository goes along, and is to be had at no address."""
    world, _ = laid(tmp_path)
    shutil.rmtree(world.root)
    repository = World(tmp_path / "source", V1, env=None, kind="git")
    repository.commit()
    repository.git("clone", "--quiet", str(repository.repository), str(world.root), at=tmp_path)
    for path, text in MADE.items():
        (world.root / path).parent.mkdir(exist_ok=True)
        (world.root / path).write_text(text)
    first = adopt(world)
    assert first["was"]["edited"] == ["welcome.txt"]
    assert not os.path.lexists(world.root / ".git")
    repository.commit({"index.php": V2["index.php"], "lib/new.php": V2["lib/new.php"], "admin/reset.php": None})
    world.perform("deploy", source=repository.source)
    assert not os.path.lexists(world.root / "admin")
    assert {path: (world.root / path).read_text() for path in MADE} == MADE


@pytest.mark.parametrize("command", ["adopt", "deploy"])
def test_g4_killed_at_any_point_the_next_command_goes_on(tmp_path, command):
    """G4: what was named is known in the end, where it is named again; else everything is somebody's, and stays."""
    number, killed = 1, True
    while killed:
        world, first = laid(tmp_path / str(number))
        killed = killed_at_point(number, lambda: adopt(world, first))  # noqa: B023 - called at once
        if killed and command == "adopt":
            adopt(world, first)
        world.perform("deploy", source=packed(world.top, "v2.zip", V2), accept=("public-html",))
        assert {path: (world.root / path).read_text() for path in MADE} == MADE
        if command == "adopt":
            assert not (world.live / "admin/reset.php").exists()
        shutil.rmtree(world.top)
        number += 23
