"""The private `.env` that a build sees: the one that will be served, and gone however the build ends."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys

import pytest

import holdfast
from holdfast_engine.model.request import Settings
from lib.oracle import attic_texts
from lib.processes import is_running, wait_until
from lib.world import World

SRC = os.path.dirname(os.path.dirname(holdfast.__file__))
NEW = "APP_KEY=base64:k\nAPP_NAME=Edited\n"


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, kind="git")
    made.ship()
    made.commit()
    return made


def detach(world, text=NEW):
    """As `sed -i` does in the live release: a new file in the place of the link."""
    live = world.live.resolve()
    (live / ".env.new").write_text(text)
    (live / ".env.new").rename(live / ".env")


def test_a_build_sees_the_environment_that_will_be_served(world, tmp_path):
    """I05: a key edited by `sed -i current/.env` was served, and the old one baked into what was built."""
    detach(world)
    world.settings = Settings(build=(f"cp .env {tmp_path}/seen; stat -c '%a %F' .env > {tmp_path}/mode",))

    world.deploy()

    assert (tmp_path / "seen").read_text() == (world.live / ".env").read_text() == NEW
    assert (tmp_path / "mode").read_text() == "600 regular file\n"
    assert os.readlink(world.live / ".env") == "../../shared/.env"
    assert (world.site / "shared/.env").read_text() == NEW


def test_a_changed_copy_of_a_detached_environment_goes_to_the_attic(world):
    """G7: the build's own version is kept apart; what was edited on the server is served."""
    detach(world)
    world.settings = Settings(build=("echo APP_KEY=another > .env",))

    world.deploy()

    assert (world.live / ".env").read_text() == NEW
    assert "APP_KEY=another\n" in attic_texts(world.site, ".env")


def test_a_build_that_fails_leaves_a_detached_environment_where_it_was(world):
    """Exit 50: nothing was brought home yet, and no copy is left."""
    detach(world)
    world.settings = Settings(build=("exit 1",))

    with pytest.raises(Exception, match="exit code 1"):
        world.deploy()

    assert not (world.live / ".env").is_symlink()
    assert (world.live / ".env").read_text() == NEW
    assert [path for path in (world.site / ".holdfast").rglob(".env") if path.is_file()] == []


def killed_in_the_build(world, command):
    """A deploy of the command line, killed while its build command runs; the pid of that command's shell."""
    said = world.top / "said"
    (world.repository / "holdfast.toml").write_text(f"[build]\ncommands = ['{command}; echo $$ > {said}; sleep 100']\n")
    world.git("add", "--all")
    world.git("commit", "--quiet", "--message=build")
    words = [sys.executable, "-m", "holdfast", "deploy", "--site", world.site, "--source", world.repository, "--yes"]
    runner = subprocess.Popen(
        words, cwd=world.top, env={**os.environ, "PYTHONPATH": SRC}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert wait_until(lambda: said.exists() and said.read_text().strip() != "", 60)
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    return int(said.read_text())


def copies(world):
    """Files called `.env` besides the live and the shared one; `.env.example` is the source's."""
    files = [path for path in world.site.rglob(".env*") if path.is_file() and not path.is_symlink()]
    known = (world.site / "shared/.env", world.live.resolve() / ".env")
    return [path for path in files if path not in known and path.name != ".env.example"]


@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize("then", ["recover", "deploy"])
def test_a_build_that_was_killed_leaves_no_copy_of_the_environment(world, detached, then):
    """G4: it ended in the trash with the release that was undone, a secret in what is thrown away."""
    if detached:
        detach(world)
    shell = killed_in_the_build(world, "true")
    assert len(copies(world)) == 1

    world.perform(then, **({"source": world.source} if then == "deploy" else {}))

    kept = [path for path in copies(world) if ".holdfast/attic" not in str(path)]
    assert kept == []
    assert (world.live / ".env").read_text() == (NEW if detached else world.precious.written[".env"].decode())
    assert wait_until(lambda: not is_running(shell), 60)


def test_a_copy_that_a_killed_build_had_changed_is_kept_for_the_owner_alone(world):
    """G7: what the build wrote may be a key that exists nowhere else."""
    killed_in_the_build(world, "echo APP_KEY=another > .env")

    world.perform("recover")

    [kept] = copies(world)
    assert ".holdfast/attic" in str(kept)
    assert kept.read_text() == "APP_KEY=another\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
