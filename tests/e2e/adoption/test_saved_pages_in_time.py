"""What is saved in a filled document root while a command is at work, or killed, is not lost (G1, G4)."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from holdfast_engine.fs import place
from lib.killing import killed_at_point
from lib.oracle import digest, lost
from lib.pages import COMMANDS, assert_home, made, save
from lib.refusals import killed_at, listening


@pytest.fixture(params=["laravel", "flat"])
def world(request, tmp_path):
    return made(tmp_path, request.param)


def saved_all(world):
    """Pages over links and beside them, a directory over one, and data over its link."""
    for path in ("index.php", "google123.html", "forum/index.php", "gallery/a.jpg", "uploads/c.jpg"):
        save(world, path)
    save(world, "flags/de.svg" if world.inner else "css/site.css")
    os.utime(world.root / "uploads/c.jpg", (4e9, 4e9))


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("command", ["sweep", "deploy"])
def test_g4_killed_at_any_point_nothing_is_lost_and_the_next_command_brings_it_home(
    tmp_path, monkeypatch, command, exchange
):
    """G1, G4: what was saved is seen at each of those points, as long as names can be exchanged."""
    if not exchange:
        monkeypatch.setattr(place, "_renameat2", _no_flags)
    world = made(tmp_path / "first", "laravel" if exchange else "flat")
    world.precious.write(f"{world.inner}uploads/a.jpg")
    world.ship()
    world.precious.written.pop(".env", None)
    saved_all(world)
    world.commit({"VERSION.txt": "{version}\n"})
    act, kept = {"sweep": lambda: world.perform("sweep"), "deploy": world.deploy}[command], tmp_path / "kept"
    copy(world, world.top, kept)
    programs = [f"{world.inner}index.php", "css/site.css"] if command == "deploy" else []
    number, step = 1, 71 if command == "sweep" else 179
    while killed_at_point(number, act):
        assert lost(world.top, world.precious.digests) == []
        for path in ("google123.html", "forum/index.php", "gallery/a.jpg") if exchange else ():
            assert (world.root / path).read_bytes() == world.precious.written[world.inner + path], number
        act()
        world.precious.assert_served(but=programs)
        world.precious.assert_none_lost()
        assert_home(world, *(one.removeprefix(world.inner) for one in world.precious.written if one not in programs))
        copy(world, kept, world.top)
        number += step
    assert number > 60


def test_g4_killed_as_the_way_is_tidied_up_the_next_command_ends_that(tmp_path):
    """G4: `.holdfast-saved/` stayed, empty, where the directory in it had gone and it had not."""
    world = made(tmp_path, "flat")
    world.ship()
    for number in range(1, 20):
        save(world, "google123.html")
        with killed_at("discard.drop_empty", count=number):
            world.perform("sweep")
        world.perform("sweep")
        assert not (world.site / ".holdfast-saved").exists(), number


def copy(world, source, target):
    """The site and what its document root holds, which stays the directory that it is."""
    shutil.rmtree(target / "site", ignore_errors=True)
    shutil.copytree(source / "site", target / "site", symlinks=True)
    (target / "public_html").mkdir(parents=True, exist_ok=True)
    for one in (target / "public_html").iterdir():
        shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
    shutil.copytree(source / "public_html", target / "public_html", symlinks=True, dirs_exist_ok=True)


def _no_flags(*_words):
    """As on a file system that knows no flags of rename, as NFS."""
    raise OSError(errno.EINVAL, "no flags")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("pace", [1, 2, 3])
def test_g1_what_is_saved_over_a_link_at_any_moment_is_not_lost(world, command, pace):
    """Again and again while the command works: no save is lost but under a later one, the last is served in the end."""
    names, count, kept = ("index.php", "robots.txt" if world.inner else ".htaccess", "new.html"), [0], {}

    def hook(_name):
        count[0] += 1
        if count[0] % pace == 0:
            where, text = world.root / names[count[0] // pace % len(names)], f"save number {count[0]}\n"
            if where.is_file() and not where.is_symlink():
                kept.pop(where.read_text(), None)
            save(world, where.name, text)
            kept[text] = digest(text.encode())

    save(world, "google123.html")
    with listening(hook):
        COMMANDS[command](world)
    assert count[0] > 30
    last = {name: (world.root / name).read_text() for name in names}
    world.perform("sweep")
    assert lost(world.site, kept) == []
    assert {name: (world.root / name).read_text() for name in names} == last
    assert_home(world, *names)
