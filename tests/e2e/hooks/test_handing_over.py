"""What a hook makes as another user stays the application's, where the application could write (G10, I101, I102)."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from holdfast_engine.model.request import Settings
from lib.users import APPLICATION, Hosted, as_user, why_not, write
from lib.world import LARAVEL, World

WEB = 33
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user, which root alone may")
AS_TWO = pytest.mark.skipif(bool(why_not()), reason=why_not())
FILES = {**LARAVEL, "public/uploads/.gitkeep": ""}
WHEN = ("before_activation", "after_activation")


@pytest.fixture
def world(tmp_path):
    """Root deploys for an application that runs as somebody else."""
    world = World(tmp_path, FILES)
    world.settings = Settings(web_user=str(WEB))
    world.ship()
    return world


@pytest.fixture
def top():
    """A directory that other users may enter, as `tmp_path` is not."""
    made = tempfile.mkdtemp(prefix="holdfast-users-")
    yield Path(made)
    shutil.rmtree(made)


def owner(world, path):
    return (world.live / path).stat().st_uid


def with_hook(world, when, *commands):
    world.settings = Settings(web_user=str(WEB), **{when: commands})
    return world.ship()


@AS_ROOT
@pytest.mark.parametrize("when", WHEN)
def test_a_log_and_a_directory_that_a_hook_makes_as_root_are_the_applications(world, when):
    """I102: the next line of the log, and the next export, are written without a person."""
    made = (
        "echo x > storage/logs/cron.log && mkdir -p storage/app/exports/2024 && echo x > storage/app/exports/2024/a.csv"
    )
    told = with_hook(world, when, made)["warnings"]
    for path in ("storage/logs/cron.log", "storage/app/exports", "storage/app/exports/2024/a.csv"):
        assert owner(world, path) == WEB
    assert not [line for line in told if "may not write" in line]
    assert any("storage" in event.text and "may write it now" in event.text for event in world.events)


@AS_ROOT
@pytest.mark.parametrize("when", WHEN)
def test_a_file_that_a_tool_saves_anew_as_root_keeps_its_owner_and_mode(world, when):
    """`sed -i` makes another file under the old name: whose that was, it is."""
    world.precious.write("storage/app/settings.json", text="{}")
    where = world.live / "storage/app/settings.json"
    os.chown(where, WEB, WEB)
    where.chmod(0o660)
    with_hook(world, when, "sed -i s/}/1}/ storage/app/settings.json")
    status = where.stat()
    assert where.read_text() == "{1}"
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (WEB, WEB, 0o660)


@AS_ROOT
@pytest.mark.parametrize("when", WHEN)
def test_what_a_hook_makes_in_a_writable_place_of_the_release_is_the_applications(world, when):
    """A cache that `php artisan optimize` wrote as root can be written again."""
    with_hook(world, when, "echo '<?php' > bootstrap/cache/config.php; echo x > public/notes.txt")
    assert owner(world, "bootstrap/cache") == WEB
    assert owner(world, "bootstrap/cache/config.php") == WEB
    assert (world.live / "bootstrap/cache/config.php").stat().st_mode & 0o200
    assert owner(world, "public/notes.txt") == 0


@AS_ROOT
@pytest.mark.parametrize("when", WHEN)
def test_what_a_hook_gives_away_or_makes_in_a_place_of_its_own_is_left(world, when):
    """I101: the same file with another owner is meant so, and a directory that is shut to it stays shut."""
    private = world.site / "shared/storage/app/private"
    private.mkdir()
    world.precious.write("storage/app/key.pem")
    os.chown(world.live / "storage/app/key.pem", WEB, WEB)
    told = with_hook(world, when, "chown 0 storage/app/key.pem; echo x > storage/app/private/a.txt")["warnings"]
    assert (owner(world, "storage/app/key.pem"), owner(world, "storage/app/private/a.txt")) == (0, 0)
    assert any("`shared/storage/app/private/a.txt`, which" in line for line in told)


@AS_TWO
@pytest.mark.parametrize("when", WHEN)
def test_without_root_the_application_is_let_in_by_an_acl(top, when):
    """The tool is one user and the application another: the directory lets both in, and so does what a hook makes."""
    world = Hosted(top, files=FILES)
    world.settings = Settings(web_user=str(APPLICATION))
    world.ship()
    world.settings = Settings(web_user=str(APPLICATION), **{when: ("echo x > storage/logs/cron.log",)})
    world.ship()
    log = world.live / "storage/logs/cron.log"
    as_user(APPLICATION, lambda: write(log, log.read_bytes() + b"y"))
