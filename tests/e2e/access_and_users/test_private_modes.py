"""What only some may read in a source is as private in the release, in `shared/` and as a seed."""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile

import pytest

from holdfast_engine.model.readers import EVERYBODY, Readers
from holdfast_engine.model.request import Source
from lib.world import LARAVEL, World

KEYS = {
    "config/oauth-private.key": 0o600,
    "config/db.pem": 0o640,
    "bin/rotate-keys": 0o700,
    "storage/oauth-private.key": 0o600,
    "storage/app/vapid.json": 0o640,
}


@pytest.fixture
def world(tmp_path) -> World:
    return World(tmp_path, {**LARAVEL, **{path: f"key {path}\n" for path in KEYS}}, kind="directory")


def packed(world, kind):
    """The source as KIND: what stands there now, or an archive of it."""
    if kind == "directory":
        return world.source
    where = world.top / f"v{world.version}.{kind}"
    if kind == "tar":
        with tarfile.open(where, "w") as archive:
            archive.add(world.repository, arcname="app")
    else:
        with zipfile.ZipFile(where, "w") as archive:
            for path in world.files:
                archive.write(world.repository / path, path)
    return Source("archive", str(where))


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def modes(world, paths):
    return {path: mode(world.live / path) for path in paths}


@pytest.mark.parametrize("kind", ["directory", "tar", "zip"])
def test_a_private_key_stays_private_wherever_it_ends(world, kind):
    """DESIGN 5, sealing: 0600 becomes 0400, never 0444; a seed is 0600, and so after its next version."""
    for version in ("one", "two"):
        world.commit({"storage/oauth-private.key": f"key of version {version}\n"})
        for path, wanted in KEYS.items():
            (world.repository / path).chmod(wanted)
        plan = world.perform("plan", source=packed(world, kind))
        assert "config/oauth-private.key" in " ".join(plan["notes"])
        world.deploy(source=packed(world, kind))
        assert modes(world, KEYS) == {
            "config/oauth-private.key": 0o400,
            "config/db.pem": 0o440,
            "bin/rotate-keys": 0o500,
            "storage/oauth-private.key": 0o600,
            "storage/app/vapid.json": 0o640,
        }
        assert mode(world.live / "config/filesystems.php") == 0o444
        assert version in (world.live / "storage/oauth-private.key").read_text()


def test_a_build_sees_private_files_and_they_are_sealed_private(world):
    """DESIGN 5: with a build the release is sealed by a second pass, which keeps the rest of the mode."""
    world.settings = world.settings.__class__(build=("test $(stat -c %a config/oauth-private.key) = 600",))
    world.commit()
    for path, wanted in KEYS.items():
        (world.repository / path).chmod(wanted)
    world.deploy()
    assert mode(world.live / "config/oauth-private.key") == 0o400
    assert mode(world.live / "public/index.php") == 0o444


@pytest.mark.parametrize(("mask", "key"), [(0o077, 0o600), (0o027, 0o640)])
@pytest.mark.parametrize("kind", ["directory", "tar"])
def test_a_source_that_is_narrow_as_a_whole_is_readable_for_the_web_server(world, mask, key, kind):
    """A deployer's umask of 077 or 027 is no secret: what is as narrow as the rest is for everybody."""
    world.commit()
    for path in world.files:
        (world.repository / path).chmod(0o666 & ~mask)
    world.deploy(source=packed(world, kind))
    assert modes(world, ["public/index.php", "config/db.pem"]) == {"public/index.php": 0o444, "config/db.pem": 0o444}
    assert mode(world.live / "storage/app/vapid.json") == 0o644

    (world.repository / "config/oauth-private.key").chmod(0o600)
    assert mode(world.repository / "config/db.pem") == key
    world.deploy(source=packed(world, kind), force=True)
    wanted = 0o444 if mask == 0o077 else 0o400  # narrower than the rest
    assert mode(world.live / "config/oauth-private.key") == wanted


def test_a_key_that_is_made_private_is_a_new_version(world):
    """The same bytes that fewer may read: deployed, and not `unchanged`."""
    assert world.ship()["outcome"] == "deployed"
    assert world.deploy()["outcome"] == "unchanged"
    (world.repository / "config/oauth-private.key").chmod(0o600)
    assert world.deploy()["outcome"] == "deployed"
    assert mode(world.live / "config/oauth-private.key") == 0o400


def test_a_right_is_usual_where_one_file_in_ten_has_it():
    """One open file among a thousand makes no others private; one private file among ten opens no other."""
    tree = Readers()
    for number in range(1000):
        tree.count(f"{number}", 0o600)
    tree.count("README", 0o644)
    assert {tree.of(0o600), tree.of(0o644)} == {EVERYBODY}
    assert tree.private == ()
    tree = Readers()
    for number in range(9):
        tree.count(f"{number}", 0o600)
    tree.count("README", 0o644)
    assert (tree.of(0o600), tree.of(0o640), tree.of(0o644)) == (0, 0o040, EVERYBODY)
    assert len(tree.private) == 9
