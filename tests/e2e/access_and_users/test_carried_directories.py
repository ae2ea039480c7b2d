"""A directory that holds programs and came on the server lets in whom it let in before (G10)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from holdfast_engine.fs import servers
from lib.users import APPLICATION, TOOL, Hosted, give, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture
def top():
    """A directory that other users may enter, as `tmp_path` is not."""
    made = tempfile.mkdtemp(prefix="holdfast-users-")
    yield Path(made)
    shutil.rmtree(made)


def adopted(top: Path, *, owner: int, tool: int = 0, groups: tuple[int, ...] = ()) -> Hosted:
    """A site of OWNER's with a forum that no source ships, its avatars beside its programs, taken on by TOOL."""
    world = Hosted(top, tool=tool, groups=groups, files={"index.php": "<?php // version {version}\n"}, env=None)
    forum = world.site / "forum"
    (forum / "avatars").mkdir(parents=True)
    (world.site / "index.php").write_text("<?php // version 0\n")
    (forum / "index.php").write_text("<?php echo file_get_contents('posts.txt');\n")
    (forum / "avatars/ann.png").write_bytes(b"ann")
    give(world.site, owner)
    world.perform("adopt", path=str(world.site))
    return world


def test_a_carried_directory_above_a_shared_one_stays_the_application_s_own(top):
    """G10, S09: a forum whose avatars are shared: whoever could put a program beside its programs still can."""
    world = adopted(top, owner=APPLICATION)
    for act in (world.ship, world.ship, world.rollback):
        act()
        assert (world.live / "forum/avatars").is_symlink()
        assert (world.live / "forum").stat().st_uid == APPLICATION
        world.application_writes("forum/plugin.php")


def test_a_rollback_to_what_a_script_unpacked_as_root_lets_the_application_in(top):
    """G10: `holdfast link` is the persistence step alone; what a rollback makes live is as what was live."""
    world = adopted(top, owner=APPLICATION)
    world.ship()
    world.application_writes("before.txt")
    by_script = world.site / "releases/by-script"
    shutil.copytree(world.repository, by_script, ignore=shutil.ignore_patterns(".git"))
    world.perform("link", release=str(by_script), path=str(world.site / "shared"))
    world.live.unlink()
    world.live.symlink_to("releases/by-script")
    world.perform("link", release=str(by_script), path=str(world.site / "shared"))  # as its cron job does
    world.ship()
    world.application_writes("since.txt")
    world.rollback("by-script")
    world.application_writes("after.txt")
    world.precious.assert_served()


def test_a_directory_that_the_application_made_in_what_is_carried_stops_no_rollback(top):
    """G10: two users with a common group: what the application made itself in a release stays as it is."""
    world = adopted(top, owner=TOOL, tool=TOOL, groups=(APPLICATION,))
    subprocess.run(["chgrp", "-R", str(APPLICATION), str(world.live.resolve() / "forum")], check=True)
    subprocess.run(["chmod", "-R", "g+rwXs", str(world.live.resolve() / "forum")], check=True)
    for act in (world.ship, world.ship):
        act()
        world.application_writes("forum/polls/data/list.txt")
        subprocess.run(["chmod", "-R", "g+rwX", str(world.live.resolve() / "forum/polls")], check=True)
    world.rollback()
    world.precious.assert_served()


SERVER = """
import os, sys
with open("/proc/self/comm", "w") as name:
    name.write(sys.argv[2])
os.setuid(int(sys.argv[1]))
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def web_server(monkeypatch):
    """Starts a process that is taken for a web server's here, and by no test that runs beside this one."""
    name = f"httpd-{os.getpid()}"
    monkeypatch.setattr(servers, "_SERVERS", (name,))

    @contextmanager
    def started(*inside):
        command = [*inside, sys.executable, "-c", SERVER, "54321", name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            assert server.stdout.readline() == b"\n"
            yield
            server.stdin.close()

    return started


@pytest.mark.parametrize("contained", [False, True])
def test_the_web_server_of_a_container_does_not_tell_whom_this_host_s_sites_run_as(contained, web_server):
    """G10: a process in a PID namespace of its own has a user of another host, whatever its number."""
    with web_server(*(["unshare", "--pid", "--fork", "--kill-child"] if contained else [])):
        assert (54321 in servers.of_web_servers(servers.others())) is not contained


def test_who_deploys_and_runs_a_site_needs_no_word_about_another_s_web_server(top, web_server):
    """G10: one user for both; the workers of the web server could write nowhere before, and what is there is ours."""
    with web_server():
        world = adopted(top, owner=TOOL, tool=TOOL)
        for act in (world.ship, world.ship, world.rollback):
            act()
    assert (world.live / "forum/avatars").stat().st_uid == TOOL
