"""Environment files, keys and secrets: emptied, detached or made anew (I31 to I36)."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import assert_refused, fails
from lib.world import LARAVEL, World

ENV = "APP_KEY=base64:k\nAPP_NAME=Shop\nDB_PASSWORD=correct horse\n"


def _sed(path: str) -> None:
    subprocess.run(["sed", "-i", "s/Shop/Store/", path], check=True)


def _temporary_and_rename(path: str) -> None:
    with open(path, encoding="utf-8") as old, open(f"{path}.tmp", "w", encoding="utf-8") as new:
        new.write(old.read().replace("Shop", "Store"))
    os.replace(f"{path}.tmp", path)


def _editor_with_backup(path: str) -> None:
    """As editors save: the old name becomes the backup, the text is written under a new one."""
    with open(path, encoding="utf-8") as old:
        text = old.read().replace("Shop", "Store")
    os.replace(path, f"{path}~")
    with open(path, "w", encoding="utf-8") as new:
        new.write(text)


SAVES = [_sed, _temporary_and_rename, _editor_with_backup]


@pytest.mark.parametrize("text", [None, "", " \n\t\n", "APP_NAME=Shop\n", "APP_KEY=\n", 'APP_KEY=""\n'])
def test_i31_an_environment_that_cannot_be_the_real_one_is_refused_and_never_made(tmp_path, text):
    """I31: missing, empty, blank or without its key: the first deploy stops before a release is made."""
    world = World(tmp_path, env=None)
    (world.site / "shared").mkdir(parents=True)
    if text is not None:
        (world.site / "shared/.env").write_text(text)
    world.commit()

    problem = assert_refused(tmp_path, world.deploy, exits=30, code="checklist-refused", without=("site/.holdfast",))

    assert "`shared/.env`" in " ".join(problem.context)
    assert str(world.site / "shared/.env") in problem.hint


@pytest.mark.parametrize("text", [None, "", "APP_NAME=Shop\n"])
def test_i31_an_environment_lost_between_deploys_leaves_the_live_release_alone(tmp_path, text):
    """I31, I34: the file that vanished or was emptied on the server stops the next deploy, which changes nothing."""
    world = World(tmp_path)
    world.ship()
    shared = world.site / "shared/.env"
    shared.unlink() if text is None else shared.write_text(text)
    world.commit()

    assert_refused(tmp_path, world.deploy, exits=30, code="checklist-refused")

    world.assert_code_is(1)


def test_i32_without_an_environment_no_database_step_runs(tmp_path):
    """I32: the migration of a site whose `.env` is missing would meet the framework's defaults; it is never begun."""
    world = World(tmp_path)
    world.ship()
    world.settings = Settings(before_activation=(f"touch {tmp_path}/migrated",))
    (world.site / "shared/.env").unlink()
    world.commit()

    assert_refused(tmp_path, world.deploy, exits=30, code="checklist-refused")

    assert not (tmp_path / "migrated").exists()


def test_i32_a_database_step_sees_the_environment_of_the_site(tmp_path):
    """I32: in a hook, `.env` leads to the site's own file, so that a migration meets the database it means."""
    world = World(tmp_path, env=ENV)
    world.settings = Settings(before_activation=(f"cp .env {tmp_path}/seen",))

    world.ship()

    assert (tmp_path / "seen").read_text() == ENV


@pytest.mark.parametrize("save", SAVES)
def test_i33_a_save_that_detached_the_environment_is_served_by_the_next_release(tmp_path, save):
    """I33: the live version is the newest: it is shared again; the earlier one lies in the attic, or is served under
    the name that the editor gave it (G2).
    """
    world = World(tmp_path, env=ENV)
    world.ship()
    save(str(world.live / ".env"))
    assert not (world.live / ".env").is_symlink()

    answer = world.ship()

    assert (world.live / ".env").is_symlink()
    assert (world.site / "shared/.env").read_text() == ENV.replace("Shop", "Store")
    kept = [world.site / row["place"] for row in answer["data"]["attic"] if row["path"] == ".env"]
    assert [one.read_text() for one in kept or [world.live / ".env~"]] == [ENV]


@pytest.mark.parametrize("save", SAVES)
def test_i33_a_save_that_detached_the_environment_is_served_after_a_rollback(tmp_path, save):
    """I33, G5: going back takes back code; what the application saved last is what it goes on reading."""
    world = World(tmp_path, env=ENV)
    world.ship()
    world.ship()
    save(str(world.live / ".env"))

    world.rollback()

    world.assert_code_is(1)
    assert (world.live / ".env").is_symlink()
    assert (world.live / ".env").read_text() == ENV.replace("Shop", "Store")


def test_i33_a_save_in_a_retired_release_does_not_replace_what_is_shared(tmp_path):
    """I33: only the live release's version counts; that of a retired one goes to the attic before it is pruned."""
    world = World(tmp_path, env=ENV)
    old = world.ship()["release"]
    world.ship()
    _temporary_and_rename(str(world.site / "releases" / old / ".env"))

    answer = world.perform("prune", keep=0)

    assert answer["removed"] == [old]
    assert (world.live / ".env").read_text() == ENV
    kept = [row["place"] for row in world.perform("attic")["entries"] if row["path"] == ".env"]
    assert [(world.site / place).read_text() for place in kept] == [ENV.replace("Shop", "Store")]


@pytest.mark.parametrize("shipped", ["", "APP_KEY=base64:other\n", ENV[:20]])
def test_i34_an_environment_in_the_source_never_replaces_the_server_s(tmp_path, shipped):
    """I34: the server's copy is the truth; a shipped one, empty or short, is kept in the attic and reported."""
    world = World(tmp_path, env=ENV)
    world.ship()

    answer = world.ship({".env": shipped})

    assert (world.live / ".env").read_text() == ENV
    assert (world.site / "shared/.env").read_text() == ENV
    assert [row["path"] for row in (*answer["data"]["kept"], *answer["data"]["attic"])] == [".env"]


def test_i34_what_a_restore_replaces_can_be_restored_by_one_command_in_turn(tmp_path):
    """I34, G5: each version of the file that something displaced comes back by name, and goes again."""
    world = World(tmp_path, env=ENV)
    world.ship()
    _sed(str(world.live / ".env"))
    world.ship()

    world.perform("restore", path=".env")
    assert (world.live / ".env").read_text() == ENV

    world.perform("restore", path=".env")
    assert (world.live / ".env").read_text() == ENV.replace("Shop", "Store")


def test_i34_deploys_rollbacks_and_pruning_do_not_touch_the_environment(tmp_path):
    """I34, I35: bytes, mode, owner, times and inode of the file are those that the person gave it."""
    world = World(tmp_path, env=ENV)
    env = world.site / "shared/.env"
    env.chmod(0o640)
    world.ship()
    before = env.stat()

    for act in (world.ship, world.ship, world.rollback, lambda: world.perform("prune", keep=0)):
        act()

    after = env.stat()
    assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (before.st_ino, before.st_mode, before.st_mtime_ns)
    assert env.read_text() == ENV


def test_i35_a_missing_key_is_asked_for_and_its_neighbours_values_are_not_shown(tmp_path):
    """I35: no key is ever made, and no message shows what the file holds."""
    world = World(tmp_path, env="APP_NAME=Shop\nDB_PASSWORD=correct horse\n")
    world.commit()

    problem = fails(world.deploy, exits=30, code="checklist-refused")

    told = repr((problem.to_json(), [event.to_json() for event in world.events]))
    assert "APP_KEY" in told
    assert "correct horse" not in told
    assert (world.site / "shared/.env").read_text() == "APP_NAME=Shop\nDB_PASSWORD=correct horse\n"


def test_i35_a_cached_configuration_is_not_carried_into_the_next_release(tmp_path):
    """I35: what hides a changed key is the cache; each release begins without one."""
    world = World(tmp_path, env=ENV)
    world.ship()
    (world.live / "bootstrap/cache/config.php").write_text("<?php return ['key' => 'an old one'];\n")

    world.ship()

    assert not (world.live / "bootstrap/cache/config.php").exists()
    assert not (world.site / "shared/bootstrap").exists()


def test_i36_signing_keys_are_the_same_after_every_command(tmp_path):
    """I36: keys that the application made below `storage/` keep content, mode and inode."""
    world = World(tmp_path, env=ENV)
    world.ship()
    world.precious.write("storage/oauth-private.key")
    world.precious.write("storage/oauth-public.key")
    private = world.live / "storage/oauth-private.key"
    private.chmod(0o600)
    inode = private.stat().st_ino

    for act in (world.ship, world.ship, world.rollback, world.rollback, lambda: world.perform("prune", keep=0)):
        act()
        world.precious.assert_served()
        assert private.stat().st_ino == inode
        assert stat.S_IMODE(private.stat().st_mode) == 0o600


def test_i36_keys_that_the_source_ships_do_not_replace_those_of_the_site(tmp_path):
    """I36: a key pair committed by mistake stays a seed that loses against what the application made here."""
    world = World(tmp_path, {**LARAVEL, "storage/oauth-private.key": "a developer's key\n"}, env=ENV)
    world.ship()
    world.precious.write("storage/oauth-private.key")

    world.ship({"storage/oauth-private.key": "another developer's key\n"})

    world.precious.assert_served()


def test_i36_a_hook_that_removes_the_keys_stops_the_deploy(tmp_path):
    """I36: an install command among the hooks that throws keys away is noticed before anybody is sent there."""
    world = World(tmp_path, env=ENV)
    world.ship()
    world.precious.write("storage/oauth-private.key")
    shutil.copy(world.site / "shared/storage/oauth-private.key", tmp_path / "copy")
    world.settings = Settings(before_activation=("rm storage/oauth-private.key",))
    world.commit()

    problem = fails(world.deploy, exits=50, code="data-shrank")

    assert "shared/storage/oauth-private.key" in problem.context
    world.assert_code_is(1)
