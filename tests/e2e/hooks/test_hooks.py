"""The user's own commands: guarded hooks around the activation, and builds that cannot reach data (I73, I74, I81)."""

from __future__ import annotations

import os
import shutil
import stat
import time

import pytest

from holdfast_engine.fs.root import Root
from holdfast_engine.model.request import Settings
from holdfast_engine.site.lock import is_locked
from lib.oracle import attic
from lib.refusals import fails
from lib.snapshot import assert_unchanged, snapshot
from lib.world import LARAVEL, World

OLD = time.time() - 86_400


@pytest.fixture
def world(tmp_path):
    """A site that is live, with an upload, a session and a log."""
    world = World(tmp_path, {**LARAVEL, "public/uploads/.gitkeep": ""})
    world.ship()
    for path in ("public/uploads/a.jpg", "storage/app/b.pdf", "storage/logs/laravel.log"):
        world.precious.write(path)
    world.commit()
    return world


def _before(world: World, *commands: str) -> None:
    world.settings = Settings(before_activation=commands)


def _after(world: World, *commands: str) -> None:
    world.settings = Settings(after_activation=commands)


FAILING = {
    "exit 1": 1,
    "false; true": 1,
    "true; false": 1,
    "false\ntrue": 1,
    "true | false": 1,
    "(exit 7)": 7,
    "echo to stderr alone >&2; exit 4": 4,
    "kill -9 $$": 137,
    "kill -TERM $$": 143,
    "no-such-program": 127,
    "./composer.json": 126,
    "false & wait $!": 1,
    "timeout 0.1 sleep 9": 124,
}


@pytest.mark.parametrize("command", FAILING)
def test_i81_a_hook_that_ends_badly_stops_the_deploy(world, command):
    """I81: any way to fail that a shell tells of ends before the switch, with the code and the last words."""
    _before(world, command)

    problem = fails(world.deploy, exits=50, code="hook-failed")

    assert f"exit code {FAILING[command]}" in problem.message
    assert "previous release is live" in problem.state
    world.assert_code_is(1)
    world.precious.assert_served()


def test_i81_the_last_words_of_a_failing_hook_are_shown(world):
    """I81: output on the error channel alone is output."""
    _before(world, "echo table is missing >&2; exit 4")

    assert fails(world.deploy, exits=50, code="hook-failed").context == ("table is missing",)


@pytest.mark.parametrize("command", ["true", "false || true", "if false; then :; fi", "echo to stderr >&2", "false &"])
def test_i81_what_a_shell_calls_success_goes_on(world, command):
    """I81: a warning on the error channel, a failure that was handled, or one nobody waits for, stops nothing."""
    _before(world, command)

    world.deploy()

    world.assert_code_is(2)


def test_i81_a_pipe_is_judged_by_its_last_end(world):
    """I81: hooks run with `/bin/sh` (INTERFACE.md), which knows no more of `false | true` than its last end."""
    _before(world, "false | true")

    world.deploy()

    world.assert_code_is(2)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this host")
def test_i81_a_hook_that_asks_for_pipefail_gets_it(world):
    """I81: whoever needs every end of a pipe judged names a shell that can."""
    _before(world, "bash -e -o pipefail -c 'false | true'")

    fails(world.deploy, exits=50, code="hook-failed")

    world.assert_code_is(1)


def test_the_first_failing_hook_is_the_last_that_runs(world, tmp_path):
    """I81: what comes after a failure is not begun."""
    _before(world, f"touch {tmp_path}/one", "exit 1", f"touch {tmp_path}/two")

    fails(world.deploy, exits=50, code="hook-failed")

    assert (tmp_path / "one").exists()
    assert not (tmp_path / "two").exists()


def test_a_background_child_that_keeps_the_output_open_holds_up_nothing(world, tmp_path):
    """I81: a worker started by a hook stays; the deploy ends without it, and so does the next one's lock."""
    _before(world, f"sleep 30 & echo $! > {tmp_path}/pid; echo started")
    began = time.monotonic()
    try:
        world.deploy()
        assert time.monotonic() - began < 10
        os.kill(int((tmp_path / "pid").read_text()), 0)
        with Root(str(world.site)) as root:
            assert not is_locked(root)
    finally:
        os.kill(int((tmp_path / "pid").read_text()), 9)
    world.assert_code_is(2)


def test_a_hook_does_not_hold_the_lock(world, tmp_path):
    """INTERFACE.md: hooks run without the lock's descriptor, and with an empty input."""
    _before(world, f"for one in /proc/self/fd/*; do readlink $one; done > {tmp_path}/open || true")

    world.deploy()

    opened = (tmp_path / "open").read_text().splitlines()
    assert "/dev/null" in opened
    assert [path for path in opened if ".holdfast" in path] == []


def test_a_hook_knows_where_it_is(world, tmp_path, monkeypatch):
    """INTERFACE.md: four variables name the site's places; Holdfast's own settings are not passed on."""
    monkeypatch.setenv("HOLDFAST_YES", "1")
    first = world.live.resolve()
    world.settings = Settings(
        before_activation=(f"env > {tmp_path}/before; pwd >> {tmp_path}/before",),
        after_activation=(f"env > {tmp_path}/after",),
    )

    release = world.site / "releases" / world.deploy()["release"]

    for name in ("before", "after"):
        lines = (tmp_path / name).read_text().splitlines()
        assert sorted(line for line in lines if line.startswith("HOLDFAST_")) == [
            f"HOLDFAST_PREVIOUS={first}",
            f"HOLDFAST_RELEASE={release}",
            f"HOLDFAST_SHARED={world.site}/shared",
            f"HOLDFAST_SITE={world.site}",
        ]
    assert (tmp_path / "before").read_text().splitlines()[-1] == str(release)


SHRINKING = {
    "rm public/uploads/a.jpg": "shared/public/uploads/a.jpg",
    "rm -r storage/app/*": "shared/storage/app/b.pdf",
    ": > storage/app/b.pdf": "shared/storage/app/b.pdf",
    "truncate -s 0 public/uploads/a.jpg": "shared/public/uploads/a.jpg",
    "mv public/uploads/a.jpg /tmp/moved-$$; rm /tmp/moved-$$": "shared/public/uploads/a.jpg",
    'rm "$HOLDFAST_SHARED/.env"': "shared/.env",
    "rm storage/app/b.pdf; exit 1": "shared/storage/app/b.pdf",
}


@pytest.mark.parametrize("command", SHRINKING)
def test_a_hook_that_makes_data_shrink_stops_the_deploy_by_name(world, command):
    """DESIGN 3, guarded hook: what vanished or was emptied is named, and nobody is sent to the new release."""
    _before(world, command, "exit 9")

    problem = fails(world.deploy, exits=50, code="data-shrank")

    assert SHRINKING[command] in problem.context
    assert "previous release is live" in problem.state
    assert str(world.site / "shared") in problem.whereabouts
    assert problem.hint
    world.assert_code_is(1)


def test_what_a_hook_writes_and_grows_is_no_alarm(world):
    """DESIGN 3, guarded hook: a migration that adds files, appends and rewrites to the same length is well."""
    commands = ("echo more >> storage/logs/laravel.log", "echo new > storage/app/c.pdf", "touch public/uploads/a.jpg")
    _before(world, *commands)
    del world.precious.written["storage/logs/laravel.log"]

    world.deploy()

    world.assert_code_is(2)
    world.precious.assert_served()


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("storage/framework/sessions/abc", "rm storage/framework/sessions/abc"),
        ("storage/framework/cache/data/aa/bb", "rm -r storage/framework/cache/data"),
        ("storage/framework/views/a.php", "rm storage/framework/views/a.php"),
        ("storage/app/app.sqlite-wal", "rm storage/app/app.sqlite-wal"),
        ("storage/app/app.sqlite-shm", ": > storage/app/app.sqlite-shm"),
    ],
)
def test_what_comes_and_goes_by_itself_is_no_alarm(world, path, command):
    """DESIGN 3, guarded hook: an expired session, a cache, a compiled view, a database's companion."""
    world.precious.write(path)
    os.utime(world.live / path, (OLD, OLD))
    _before(world, command)

    world.deploy()

    world.assert_code_is(2)


def test_a_file_that_became_shorter_is_told_of(world):
    """DESIGN 5: an export that is written anew, and shorter, is no evidence of harm."""
    _before(world, "truncate -s -1 public/uploads/a.jpg")
    del world.precious.written["public/uploads/a.jpg"]

    told = world.deploy()["warnings"]

    assert any("1 file is missing or shorter: shared/public/uploads/a.jpg" in line for line in told)
    world.assert_code_is(2)


def test_a_session_in_use_comes_and_goes_too(world):
    """DESIGN 5: the application itself ends sessions while a hook runs; no hook is blamed for it."""
    world.precious.write("storage/framework/sessions/abc")
    _before(world, "rm storage/framework/sessions/*")

    world.deploy()

    world.assert_code_is(2)


def test_a_failure_after_the_activation_leaves_the_new_release_live(world):
    """Exit 1: what was activated stays; the rest of the deploy is done and the site is not unfinished."""
    _after(world, "echo cannot reach the queue; exit 3")

    problem = fails(world.deploy, exits=1, code="hook-failed-after-activation")

    assert problem.state == "the new release is live"
    assert problem.context == ("cannot reach the queue",)
    world.assert_code_is(2)
    world.precious.assert_served()
    assert world.perform("status")["unfinished"] is None
    world.rollback()
    world.assert_code_is(1)


def test_data_that_shrinks_after_the_activation_asks_for_a_person(world):
    """Exit 61: there is no way back that would bring the file; it is named, and the release stays."""
    _after(world, "rm public/uploads/a.jpg")

    problem = fails(world.deploy, exits=61, code="data-shrank-after-activation")

    assert problem.context == ("shared/public/uploads/a.jpg",)
    world.assert_code_is(2)
    assert world.perform("status")["unfinished"] is None


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf storage/* public/uploads/*; git clean -fdx || true",
        "rm -rf storage public .env",
        "find . -mindepth 1 -delete",
        "rm -rf $PWD/../../current/../shared-is-not-here; rm -rf ${HOLDFAST_SHARED:-nothing}/*",
    ],
)
def test_i73_a_build_that_empties_everything_cannot_reach_data(world, command):
    """I73, I74: builds run before any link to data exists; whatever they empty, `shared/` is as it was."""
    before = snapshot(world.site / "shared")
    world.settings = Settings(build=(command,))

    world.deploy()

    after = snapshot(world.site / "shared")
    assert {path: after.get(path) for path in before if before[path][0] == "file"} == {
        path: entry for path, entry in before.items() if entry[0] == "file"
    }
    world.precious.assert_served()


def test_i74_a_build_into_the_public_directory_leaves_uploads_alone(world):
    """I74: an `outDir` that is emptied first is `public` itself; uploads are linked into it afterwards."""
    world.settings = Settings(build=("rm -rf public && mkdir -p public/build && echo built > public/index.php",))

    world.deploy()

    assert (world.live / "public/index.php").read_text() == "built\n"
    world.precious.assert_served()


def test_a_build_that_fails_leaves_everything_as_it_was(world):
    """Exit 50: the release that was begun is gone, the live one and its data are untouched."""
    live, shared = snapshot(world.site / "releases"), snapshot(world.site / "shared")
    world.settings = Settings(build=("echo half > public/half.js", "echo no memory; exit 5"))

    problem = fails(world.deploy, exits=50, code="build-failed")

    assert problem.context == ("no memory",)
    assert_unchanged(live, snapshot(world.site / "releases"))
    assert_unchanged(shared, snapshot(world.site / "shared"))


def test_a_build_sees_a_private_copy_of_the_environment_that_is_gone_afterwards(world, tmp_path):
    """INTERFACE.md: the copy is 0600 and no link, so that nothing which a build does to it reaches the site's own."""
    world.settings = Settings(build=(f"cat .env > {tmp_path}/seen; stat -c '%a %F' .env > {tmp_path}/mode",))

    world.deploy()

    assert (tmp_path / "seen").read_bytes() == world.precious.written[".env"]
    assert (tmp_path / "mode").read_text() == "600 regular file\n"
    assert os.readlink(world.live / ".env") == "../../shared/.env"


def test_a_build_that_fails_leaves_no_copy_of_the_environment(world):
    """The private copy is taken back however the build ends: no secret lies in what is thrown away."""
    world.settings = Settings(build=("exit 1",))

    fails(world.deploy, exits=50, code="build-failed")

    secret = world.precious.written[".env"]
    found = [path for path in world.site.rglob("*") if path.is_file() and path.read_bytes() == secret]
    assert {path.resolve() for path in found} == {world.site / "shared/.env"}


def test_a_copy_of_the_environment_that_a_build_changed_is_kept_for_the_owner_alone(world):
    """G7: a build that writes a key writes into its copy; the site's own stays, the other lies in the attic."""
    world.settings = Settings(build=("echo APP_KEY=another > .env",))

    answer = world.deploy()

    assert (world.live / ".env").read_bytes() == world.precious.written[".env"]
    [kept] = attic(world.site, ".env")
    assert kept.read_text() == "APP_KEY=another\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert answer["outcome"] == "deployed"


def test_a_hook_that_breaks_a_link_is_named_and_not_sent_to_recover(world):
    """G3: links were whole when they were made; the message says when they broke and what ran then."""
    _before(world, "rm public/uploads && mkdir public/uploads")

    problem = fails(world.deploy, exits=50, code="links-broken")

    assert "a hook of holdfast.toml broke the new release between `link` and `verify`" in problem.message
    assert "public/uploads" in problem.message
    assert problem.context == ("ran: `rm public/uploads && mkdir public/uploads`",)
    assert "deploy again" in problem.hint
    assert "recover" not in problem.hint
    assert problem.state.endswith("the previous release is live, as before")
    world.precious.assert_served()


def test_data_that_a_hook_deleted_is_not_said_to_lie_in_the_attic(world):
    """The hint is true: nothing keeps a copy of what a hook deletes."""
    _before(world, "rm public/uploads/a.jpg")

    problem = fails(world.deploy, exits=50, code="data-shrank")

    assert "1 file is missing or shorter" in problem.message
    assert "backup" in problem.hint
    assert "attic" not in problem.hint
