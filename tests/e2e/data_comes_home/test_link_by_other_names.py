"""`link` for a script whose live release has another name than `current`: what lies in it is the application's."""

from __future__ import annotations

import os
import shutil

import pytest

from lib import oracle
from lib.world import LARAVEL, World

SHIPPED = {**LARAVEL, "public/uploads/.gitkeep": ""}


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, SHIPPED, env=None, kind="directory")
    made.commit()
    return made


def unpack(world, name):
    return shutil.copytree(world.repository, world.site / "releases" / name)


def link(world, name):
    return world.perform("link", release=str(world.site / "releases" / name), path=str(world.site / "shared"))


def switch(world, name, *, html="html", inside=""):
    """The script's own switch; `current`, by which the oracle looks, is no link of the script's."""
    where = world.site / html
    where.unlink(missing_ok=True)
    where.symlink_to(f"releases/{name}{inside}")


def served(world, name):
    """All that users wrote is to be seen in the release NAME."""
    return oracle.served(world.site / "releases" / name, world.precious.digests)


@pytest.mark.parametrize(("html", "inside"), [("html", ""), ("htdocs", "/public"), ("live", "/")])
def test_what_users_wrote_is_moved_and_keeps_everything_that_it_had(world, html, inside):
    """G3, I100: the same inodes with mode and open writers, whatever the link is called and where in it it leads."""
    top = unpack(world, "1")
    switch(world, "1", html=html, inside=inside)
    for path in ("public/uploads/a.png", "storage/app/secret.key", "public/certs/c.pdf"):
        world.precious.write(path, into=top)
    (top / "storage/app/secret.key").chmod(0o640)
    before = {path: (top / path).stat() for path in world.precious.written}
    with (top / "public/uploads/big.bin").open("ab", 0) as upload:
        upload.write(b"one\n")
        link(world, "1")
        upload.write(b"two\n")
    assert (top / "public/uploads/big.bin").read_bytes() == b"one\ntwo\n"
    assert served(world, "1") == []
    after = {path: (top / path).stat() for path in world.precious.written}
    assert {path: (one.st_ino, one.st_mode) for path, one in after.items()} == {
        path: (one.st_ino, one.st_mode) for path, one in before.items()
    }


def test_undeclared_data_made_between_any_two_steps_is_in_the_release_that_is_live_in_the_end(world):
    """I59: before the link of the next one, between that and the switch, and after it."""
    top = unpack(world, "1")
    switch(world, "1")
    link(world, "1")
    for number in (2, 3, 4):
        world.precious.write(f"public/orders-{number}/before.pdf", into=top)
        new = unpack(world, str(number))
        link(world, str(number))
        world.precious.write(f"public/late-{number}/between.pdf", into=top)
        switch(world, str(number))
        assert (new / f"public/orders-{number}/before.pdf").exists()
        top = new
    link(world, "4")
    assert served(world, "4") == []
    world.precious.assert_none_lost()


def test_a_link_that_only_prepares_a_new_release_makes_it_none_of_the_applications(world):
    """G2: `next` leads to it before it is live; a seed of it does not replace what users have."""
    unpack(world, "1")
    switch(world, "1")
    link(world, "1")
    world.precious.write(".env", text="APP_KEY=base64:users\n", into=world.site / "shared")
    world.precious.write("storage/app/public/logo.svg", text="ours\n", into=world.site / "releases/1")
    world.commit({"storage/app/public/logo.svg": "shipped\n"})
    unpack(world, "2")
    switch(world, "2", html="next")
    link(world, "2")
    assert (world.site / "releases/2/storage/app/public/logo.svg").read_text() == "ours\n"
    world.precious.assert_none_lost()


def test_a_release_that_a_process_writes_data_in_is_live_where_no_link_says_anything(world):
    """G3: a document root that is a link outside the site, or named in the web server's configuration."""
    top = unpack(world, "1")
    world.precious.write("public/uploads/a.png", into=top)
    inode = (top / "public/uploads/a.png").stat().st_ino
    with (top / "public/uploads/big.bin").open("ab", 0) as upload:
        upload.write(b"one\n")
        link(world, "1")
        upload.write(b"two\n")
    assert (top / "public/uploads/big.bin").read_bytes() == b"one\ntwo\n"
    assert os.stat(world.site / "shared/public/uploads/a.png").st_ino == inode


def test_several_links_that_name_releases_are_all_looked_at(world):
    """G2: nobody says which of them is live; of two versions what was saved last is served."""
    for name, html, seconds in (("1", "html", 100.0), ("2", "preview", 50.0)):
        top = unpack(world, name)
        switch(world, name, html=html)
        world.precious.write(f"public/certs/{name}.pdf", into=top)
        world.precious.write("public/certs/both.pdf", into=top)
        world.precious.written[f"both in {name}"] = world.precious.written["public/certs/both.pdf"]
        os.utime(top / "public/certs/both.pdf", (seconds, seconds))
    world.precious.written["public/certs/both.pdf"] = world.precious.written.pop("both in 1")
    elder = world.precious.written.pop("both in 2")
    unpack(world, "3")
    link(world, "3")
    assert served(world, "3") == []
    world.precious.written["elder"] = elder
    world.precious.assert_none_lost()
