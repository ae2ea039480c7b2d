"""Every wrong path, ref, name, source and permission: its exit code, one clear problem, and a host as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from holdfast_engine.model.request import Settings, Source
from lib.refusals import assert_refused, fails
from lib.snapshot import assert_unchanged, snapshot
from lib.world import World

HOLDER = """
import sys
sys.path[:0] = sys.argv[2:]
from holdfast_engine.fs.root import Root
from holdfast_engine.site.lock import lock
with Root(sys.argv[1]) as root, lock(root, who="ada@host", command="deploy"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def world(tmp_path):
    """A site with a live release and an upload, and a version that waits to be deployed."""
    world = World(tmp_path, kind="git")
    world.ship()
    world.precious.write("public/uploads/a.jpg")
    world.commit()
    return world


def _directory(world: World, name: str) -> Source:
    return Source("directory", str(world.top / name))


def _git(world: World, name: str, ref: str = "") -> Source:
    return Source("git", str(world.top / name), ref)


@pytest.mark.parametrize("kind", ["git", "directory"])
def test_a_source_that_is_not_there(world, kind):
    """Exit 11: the path is in the message, the flag that gave it in the hint."""
    source = Source(kind, str(world.top / "none"))

    problem = assert_refused(world.top, lambda: world.deploy(source=source), exits=11, code="source-missing")

    assert str(world.top / "none") in problem.message
    assert "--source" in problem.hint


@pytest.mark.parametrize("kind", ["git", "directory"])
def test_a_source_that_is_a_file(world, kind):
    """Exit 30: a file is no directory, whatever it was taken for."""
    (world.top / "file").write_text("a file\n")
    source = Source(kind, str(world.top / "file"))

    assert_refused(world.top, lambda: world.deploy(source=source), exits=30, code="source-unusable")


def test_a_source_that_is_an_empty_directory(world):
    """Exit 30, I29: a mount that is not there must not replace the site by nothing."""
    (world.top / "empty").mkdir()

    assert_refused(world.top, lambda: world.deploy(source=_directory(world, "empty")), exits=30, code="source-unusable")


def test_a_source_that_is_no_repository(world):
    """Exit 30: what git says is passed on."""
    (world.top / "plain").mkdir()

    problem = assert_refused(
        world.top, lambda: world.deploy(source=_git(world, "plain")), exits=30, code="source-unusable"
    )

    assert "not a git repository" in " ".join(problem.context)


def test_a_repository_without_a_commit(world):
    """Exit 11: there is no HEAD to deploy."""
    world.git("init", "--quiet", str(world.top / "fresh"), at=world.top)

    assert_refused(world.top, lambda: world.deploy(source=_git(world, "fresh")), exits=11, code="ref-missing")


def test_a_ref_that_is_not_there_names_the_nearest(world):
    """Exit 11: a slip of the finger is answered with what was meant."""
    source = _git(world, "repository", "mian")

    problem = assert_refused(world.top, lambda: world.deploy(source=source), exits=11, code="ref-missing")

    assert problem.hint == "--ref main"


@pytest.mark.parametrize(
    "ref",
    ["-x", "--upload-pack=touch pwned", "--output=pwned", " ", "a b", "a..b", "main:public", "a\nb", "HEAD^{tree}"],
)
def test_a_ref_that_is_an_option_or_no_name(world, ref, monkeypatch):
    """Exit 11: nothing that a person types as a ref reaches git as an option or as another kind of object."""
    monkeypatch.chdir(world.top)
    source = _git(world, "repository", ref)

    if "\n" in ref:
        fails(lambda: world.deploy(source=source), exits=11, code="ref-missing")
    else:
        assert_refused(world.top, lambda: world.deploy(source=source), exits=11, code="ref-missing")
    assert not (world.top / "pwned").exists()


@pytest.mark.parametrize("location", ["-oProxyCommand=touch pwned", "--upload-pack=touch pwned"])
def test_a_location_that_is_an_option(world, location):
    """Exit 30: a location never begins with a dash."""
    assert_refused(world.top, lambda: world.deploy(source=Source("git", location)), exits=30, code="source-unusable")


@pytest.mark.parametrize("location", ["ext::sh -c touch% pwned", "http://127.0.0.1:9/none.git"])
def test_a_location_that_cannot_be_fetched_from(world, location):
    """Exit 50: the transport is not allowed, or nobody answers; the site is as it was."""
    assert_refused(world.top, lambda: world.deploy(source=Source("git", location)), exits=50, code="fetch-failed")


def test_a_source_with_a_submodule_of_which_nothing_else_is_known(world):
    """Exit 30: it is named, because a release without it would not be whole."""
    world.git("update-index", "--add", "--cacheinfo", f"160000,{world.git('rev-parse', 'HEAD')},vendor/theme")
    world.git("commit", "--quiet", "--message=submodule")

    problem = assert_refused(world.top, world.deploy, exits=30, code="submodule-unusable")

    assert "vendor/theme" in problem.message


def test_a_framework_that_is_not_known(world):
    """Exit 10: the nearest name is offered."""
    world.settings = Settings(framework="laravle")

    problem = assert_refused(world.top, world.deploy, exits=10, code="framework-unknown")

    assert "laravel" in problem.hint


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "", "a\x00b", "public/*", "~/x", ".holdfast/x", "$HOME"])
def test_a_shared_path_that_cannot_be_meant(world, path):
    """Exit 10, I14, I27: a path of the configuration lies in the application."""
    world.settings = Settings(shared=(path,))

    assert_refused(world.top, world.deploy, exits=10, code="path-invalid")


def test_no_source_at_all(world):
    """Exit 11: the flag is named."""
    assert (
        "--source" in assert_refused(world.top, lambda: world.deploy(source=None), exits=11, code="source-unset").hint
    )


def test_a_rollback_with_nothing_earlier(world):
    """Exit 20: there is one release."""
    assert_refused(world.top, world.rollback, exits=20, code="nothing-to-roll-back-to")


def test_a_rollback_to_a_release_that_is_not_there(world):
    """Exit 11: a near name is offered; a path is no name."""
    release = world.live.resolve().name

    problem = assert_refused(world.top, lambda: world.rollback(release[:-1] + "x"), exits=11, code="release-missing")
    assert problem.hint == f"did you mean `{release}`?"
    for name in ("../shared", ".", f"releases/{release}", "*"):
        assert_refused(world.top, lambda name=name: world.rollback(name), exits=11, code="release-missing")


def test_a_deploy_into_a_directory_of_somebody_else_s(world):
    """Exit 20: what is not empty and no site is left alone, and `adopt` is the hint."""
    foreign = world.top / "foreign"
    foreign.mkdir()
    (foreign / "index.php").write_text("live already\n")

    problem = assert_refused(world.top, lambda: world.deploy(site=str(foreign)), exits=20, code="not-a-site")

    assert problem.hint.startswith(f"`holdfast adopt {foreign}`")


def test_a_site_that_is_not_there(world):
    """Exit 11: looking at, going back and pruning need a site; a deploy makes only the last directory of its path."""
    for command in ("status", "rollback", "prune", "checklist", "attic"):
        missing = str(world.top / "none")
        assert_refused(
            world.top, lambda name=command, at=missing: world.perform(name, site=at), exits=11, code="site-missing"
        )
    assert_refused(world.top, lambda: world.deploy(site=str(world.top / "a/b/c")), exits=11, code="site-missing")


def test_shared_data_behind_a_link(world):
    """Exit 30, G9: what lies outside the deploy root is neither read nor written; the mount that helps is named."""
    (world.site / "shared").rename(world.top / "elsewhere")
    (world.site / "shared").symlink_to(world.top / "elsewhere")

    problem = assert_refused(world.top, world.deploy, exits=30, code="shared-is-a-link")

    assert "mount --bind" in problem.hint
    assert str(world.top / "elsewhere") in problem.whereabouts


def test_a_current_that_is_a_directory(world):
    """Exit 20, I21: a real directory is somebody's live site; it is not moved aside."""
    world.live.unlink()
    world.live.mkdir()
    (world.live / "index.php").write_text("by hand\n")

    problem = assert_refused(world.top, world.deploy, exits=20, code="current-is-a-directory")

    assert str(world.site) in problem.hint
    assert str(world.live) in problem.whereabouts
    assert (world.live / "index.php").read_text() == "by hand\n"
    world.precious.assert_none_lost()


@pytest.mark.parametrize("change", [{"format": 99}, {"features": ["time-travel"]}])
@pytest.mark.parametrize("command", ["deploy", "rollback", "prune", "status"])
def test_a_site_of_a_newer_version(world, change, command):
    """Exit 41: what a later Holdfast wrote is neither read as ours nor written over."""
    path = world.site / ".holdfast/site.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    act = world.deploy if command == "deploy" else lambda: world.perform(command)

    assert_refused(world.top, act, exits=41, code="format-unknown")


@pytest.mark.parametrize("command", ["deploy", "rollback", "prune"])
def test_a_damaged_journal(world, command):
    """Exit 61, G7: without knowing what was done nothing is done; the file and the way to move it are named."""
    [journal] = (world.site / ".holdfast/journal").iterdir()
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], b"00000000 " + lines[1][9:], *lines[2:]]))
    act = world.deploy if command == "deploy" else lambda: world.perform(command)

    problem = assert_refused(world.top, act, exits=61, code="journal-unreadable")

    assert str(journal) in problem.whereabouts
    assert problem.hint


@pytest.mark.parametrize("command", ["deploy", "rollback", "prune", "recover"])
def test_a_site_that_another_run_works_on(world, command):
    """Exit 21, I93: who holds it is said; looking stays possible."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(world.site), *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        act = world.deploy if command == "deploy" else lambda: world.perform(command)
        problem = assert_refused(world.top, act, exits=21, code="locked")
        assert str(holder.pid) in " ".join(problem.context)
        assert "ada@host" in " ".join(problem.context)
        assert world.perform("status")["current"] == world.live.resolve().name
    finally:
        holder.communicate()
    if command == "deploy":
        assert world.deploy()["outcome"] == "deployed"


@pytest.mark.parametrize("text", [None, "", "  \n", "APP_NAME=Shop\n"])
def test_an_environment_that_the_checklist_refuses(world, text):
    """Exit 30, I31: the file to write is the hint."""
    env = world.site / "shared/.env"
    env.unlink() if text is None else env.write_text(text)

    problem = assert_refused(world.top, world.deploy, exits=30, code="checklist-refused")

    assert str(env) in problem.hint


@pytest.mark.parametrize("shipped", ["file", "directory"])
def test_a_seed_of_another_type_than_the_data(world, shipped):
    """Exit 30: a file where users have a directory, or the reverse, is not guessed at."""
    world.settings = Settings(shared=("public/media",))
    (world.site / "shared/public").mkdir(exist_ok=True)
    media = world.site / "shared/public/media"
    media.write_text("users'\n") if shipped == "directory" else media.mkdir()
    world.commit({"public/media/a.txt" if shipped == "directory" else "public/media": "shipped\n"})

    problem = assert_refused(world.top, world.deploy, exits=30, code="seed-type-changed")

    assert any("public/media" in place for place in problem.whereabouts)


def test_a_declined_deploy(world):
    """Exit 31: a person said no to the plan."""
    assert_refused(world.top, lambda: world.deploy(person=lambda _plan: False), exits=31, code="declined")


def test_refusals_of_a_first_deploy_leave_the_prepared_data(tmp_path):
    """Exit 11 and 30: what a person put into `shared/` before the first deploy is all that is there afterwards."""
    world = World(tmp_path, kind="git")
    world.commit()
    before = snapshot(tmp_path, without=("site/.holdfast",))

    fails(lambda: world.deploy(source=_git(world, "none")), exits=11, code="source-missing")
    (world.site / "shared/.env").chmod(0o644)
    fails(lambda: world.deploy(source=_git(world, "repository", "nope")), exits=11, code="ref-missing")

    assert_unchanged(before, snapshot(tmp_path, without=("site/.holdfast",)))
    assert not os.path.lexists(world.live)
    assert world.deploy()["outcome"] == "deployed"
