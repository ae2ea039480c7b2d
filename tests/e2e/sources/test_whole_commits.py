"""What a commit leads to beyond its own files: submodules, content of git-lfs, signatures; by whole commands."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess

import pytest

from holdfast_engine.model.request import Source
from lib.refusals import assert_refused, fails, releases
from lib.terminal import terminal
from lib.world import PLAIN, World

FILE = ("-c", "protocol.file.allow=always")
PICTURE = b"\x89PNG" + bytes(5000)
OID = hashlib.sha256(PICTURE).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize {len(PICTURE)}\n"
needs_git_lfs = pytest.mark.skipif(shutil.which("git-lfs") is None, reason="no git-lfs on this host")
needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen on this host")


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path, PLAIN, env=None, kind="git")
    made.commit()
    return made


@pytest.fixture
def library(world):
    """A repository beside the application's, with a theme that has a submodule of its own."""
    for name in ("inner", "library"):
        place = world.top / name
        world.git("init", "--quiet", "--initial-branch=main", str(place), at=world.top)
        (place / f"{name}.php").write_text(f"<?php // {name}\n")
        if name == "library":
            world.git(*FILE, "submodule", "--quiet", "add", "../inner", "inner", at=place)
        world.git("add", "--all", at=place)
        world.git("commit", "--quiet", f"--message={name}", at=place)
    return world.top / "library"


def with_submodule(world):
    world.git(*FILE, "submodule", "--quiet", "add", "../library", "vendor/library")
    world.git("commit", "--quiet", "--message=submodule")


def test_submodules_are_planned_deployed_and_unchanged(world, library, capsys, monkeypatch):
    """I24: no release with holes; the plan counts their files and names their commits, `unchanged` sees them."""
    with_submodule(world)
    typed = terminal(capsys, monkeypatch, world.top / "here")
    told = typed("plan", "--site", world.site, "--source", world.repository)
    assert (told.code, "submodules" in told.out, "vendor/library " in told.out) == (0, True, True), told.err
    assert "vendor/library/inner" in told.out

    assert world.deploy()["outcome"] == "deployed"
    assert (world.live / "vendor/library/inner/inner.php").read_text() == "<?php // inner\n"
    assert not (world.live / "vendor/library/.git").exists()
    assert world.deploy()["outcome"] == "unchanged"
    (library / "library.php").write_text("<?php // newer\n")
    world.git("commit", "--quiet", "--all", "--message=newer", at=library)
    assert world.deploy()["outcome"] == "unchanged"  # the commit still names the old one
    world.git(*FILE, "submodule", "--quiet", "update", "--remote", "vendor/library")
    world.git("commit", "--quiet", "--all", "--message=take it")
    assert world.deploy()["outcome"] == "deployed"
    assert (world.live / "vendor/library/library.php").read_text() == "<?php // newer\n"


@pytest.mark.parametrize(
    ("url", "exits", "code"),
    [
        ("file:///etc", 30, "submodule-unusable"),
        ("ext::sh -c touch% marker", 30, "submodule-unusable"),
        ("--upload-pack=touch marker", 30, "submodule-unusable"),
        ("../../elsewhere/x.git", 30, "submodule-unusable"),
        ("../none.git", 30, "submodule-unusable"),
        ("https://127.0.0.1:9/x.git", 50, "fetch-failed"),
    ],
)
def test_a_submodule_that_cannot_be_had_stops_the_deploy_before_a_release_exists(world, url, exits, code):
    """Exit 30 where the address is not believed, 50 where nobody answers; it is named, and nothing is executed."""
    world.deploy()
    (world.repository / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = vendor/x\n\turl = {url}\n')
    world.git("add", ".gitmodules")
    world.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor/x")
    world.git("commit", "--quiet", "--message=submodule")

    if exits == 30:
        problem = assert_refused(world.top, world.deploy, exits=exits, code=code)
    else:
        standing = releases(world)
        problem = fails(world.deploy, exits=exits, code=code)
        assert releases(world) == standing

    assert "`vendor/x`" in " ".join([problem.message, *problem.context])
    assert list(world.top.rglob("marker")) == []


def with_pointer(world):
    (world.repository / ".gitattributes").write_text("*.png filter=lfs diff=lfs merge=lfs -text\n")
    (world.repository / "public/logo.png").write_text(POINTER)
    world.git("-c", "filter.lfs.clean=cat", "add", "--all")
    world.git("commit", "--quiet", "--message=logo")


def without_git_lfs(monkeypatch, top):
    """A PATH on which git has no `lfs`, wherever this host may have one."""
    (top / "bin").mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", str(top / "bin"))
    for name in ("git", "sh", "cat", "sed", "ssh"):
        where = shutil.which(name, path=os.defpath)
        if where and not (top / "bin" / name).exists():
            (top / "bin" / name).symlink_to(where)
    monkeypatch.setenv("GIT_EXEC_PATH", _exec_path(top))


def _exec_path(top):
    """Git's own programs, but for one that calls itself `git-lfs`."""
    own = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    (top / "exec").mkdir(exist_ok=True)
    for name in os.listdir(own):
        if name != "git-lfs" and not (top / "exec" / name).exists():
            (top / "exec" / name).symlink_to(os.path.join(own, name))
    return str(top / "exec")


def test_pointers_of_git_lfs_are_never_live(world, monkeypatch):
    """Exit 30: without `git lfs` the files are named, before a release exists; with a directory as well."""
    with_pointer(world)
    without_git_lfs(monkeypatch, world.top)

    problem = assert_refused(world.top, world.deploy, exits=30, code="lfs-content-missing")
    assert "`public/logo.png` is a pointer of git-lfs" in problem.message
    assert "install git-lfs" in problem.hint
    directory = Source("directory", str(world.top / "checkout"))
    shutil.copytree(world.repository, world.top / "checkout", ignore=shutil.ignore_patterns(".git"))
    assert_refused(world.top, lambda: world.deploy(source=directory), exits=30, code="lfs-content-missing")
    (world.top / "checkout/.gitattributes").unlink()  # nothing tells of git-lfs any more: it is met while it is copied
    standing = sorted(world.top.glob("site/releases/*"))
    assert "`public/logo.png`" in fails(lambda: world.deploy(source=directory), exits=50, code="step-failed").message
    assert sorted(world.top.glob("site/releases/*")) == standing


def test_content_that_the_repository_on_this_host_has_is_deployed(world, monkeypatch):
    """A checkout after `git lfs pull` needs neither a server nor `git lfs`; what is not what the pointer says is not
    deployed.
    """
    with_pointer(world)
    without_git_lfs(monkeypatch, world.top)
    place = world.repository / ".git/lfs/objects" / OID[:2] / OID[2:4] / OID
    place.parent.mkdir(parents=True)
    place.write_bytes(PICTURE[:-1] + b"x")
    fails(world.deploy, exits=50, code="fetch-failed")
    assert not os.path.lexists(world.live)
    place.write_bytes(PICTURE)

    plan = world.perform("plan", source=world.source)
    assert world.deploy()["outcome"] == "deployed"
    assert (world.live / "public/logo.png").read_bytes() == PICTURE
    size = sum(path.stat().st_size for path in world.live.resolve().rglob("*") if path.is_file())
    assert f"{size:,} bytes" in plan["steps"][0]["text"]


GIT_LFS = """#!/bin/sh
if [ "$1" = smudge ]; then oid=$(sed -n 's/^oid sha256://p'); cat "$LFS_SERVER/$oid" || exit 2; fi
echo "$GIT_DIR $*" >> "$LFS_SERVER/log"
"""


def test_content_is_fetched_by_git_lfs_where_it_is_installed(world, monkeypatch):
    """`git lfs smudge` gives the bytes, the pointer proves them; a server that has others deploys nothing (50)."""
    with_pointer(world)
    without_git_lfs(monkeypatch, world.top)
    (world.top / "server").mkdir()
    monkeypatch.setenv("LFS_SERVER", str(world.top / "server"))
    (world.top / "bin/git-lfs").write_text(GIT_LFS)
    (world.top / "bin/git-lfs").chmod(0o755)

    problem = fails(world.deploy, exits=50, code="fetch-failed")
    assert "`public/logo.png`" in problem.message
    assert any("No such file" in line for line in problem.context)
    (world.top / "server" / OID).write_bytes(b"something else")
    fails(world.deploy, exits=50, code="fetch-failed")
    assert not os.path.lexists(world.live)
    assert sorted(world.top.glob("site/releases/*")) == []
    (world.top / "server" / OID).write_bytes(PICTURE)
    assert world.deploy()["outcome"] == "deployed"
    assert (world.live / "public/logo.png").read_bytes() == PICTURE
    assert "smudge -- public/logo.png" in (world.top / "server/log").read_text()


@needs_git_lfs
def test_the_real_git_lfs_gives_content_from_the_server_of_the_repository(world, monkeypatch):
    """A host with git-lfs, and a repository behind a URL: what it fetches is what the pointer says."""
    monkeypatch.setenv("HOME", str(world.top))
    with_pointer(world)
    world.git("clone", "--quiet", "--bare", str(world.repository), str(world.top / "server.git"), at=world.top)
    source = Source("git", f"file://{world.top}/server.git")
    fails(lambda: world.deploy(source=source), exits=50, code="fetch-failed")
    place = world.top / "server.git/lfs/objects" / OID[:2] / OID[2:4] / OID
    place.parent.mkdir(parents=True)
    place.write_bytes(PICTURE)

    world.deploy(source=source)

    assert (world.live / "public/logo.png").read_bytes() == PICTURE


@pytest.fixture
def signing(world, monkeypatch):
    """Options that sign with a key which the deploying user trusts, and with one that nobody knows."""
    options = {}
    for who in ("trusted", "stranger"):
        key = world.top / who
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", key], check=True)
        options[who] = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={key}.pub")
    allowed = world.top / "allowed"
    allowed.write_text(f"dev@example.org {(world.top / 'trusted.pub').read_text()}")
    settings = world.top / "gitconfig"
    settings.write_text(f'[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tallowedSignersFile = {allowed}\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    return options


def signed_deploy(world, ref=""):
    return world.deploy(source=Source("git", str(world.repository), ref, signed=True))


@needs_ssh_keygen
def test_only_commits_that_a_trusted_key_signed_are_deployed_when_that_is_asked_for(world, signing):
    """Exit 30: unsigned, and signed by a stranger; nothing is changed. Without the wish all of them are deployed."""
    world.deploy()
    world.git(*signing["trusted"], "commit", "--quiet", "--allow-empty", "-S", "--message=signed")
    (world.repository / "index.php").write_text("<?php 'signed';\n")
    world.git(*signing["trusted"], "commit", "--quiet", "--all", "-S", "--message=signed")
    assert signed_deploy(world)["outcome"] == "deployed"
    (world.repository / "index.php").write_text("<?php 'unsigned';\n")
    world.git("commit", "--quiet", "--all", "--message=unsigned")

    problem = assert_refused(world.top, lambda: signed_deploy(world), exits=30, code="signature-unproven")
    assert problem.message.endswith("has no signature that git verifies with your keys")
    world.git(*signing["stranger"], "commit", "--quiet", "--amend", "-S", "--message=a stranger")
    assert_refused(world.top, lambda: signed_deploy(world), exits=30, code="signature-unproven")
    assert world.deploy()["outcome"] == "deployed"


@needs_ssh_keygen
def test_a_signed_tag_proves_an_unsigned_commit_under_its_own_name_alone(world, signing):
    """A tag that was signed later counts; an old signed tag under a new name does not (exit 30)."""
    world.deploy()
    fails(lambda: signed_deploy(world, "main"), exits=30, code="signature-unproven")
    world.git(*signing["trusted"], "tag", "-s", "-m", "one", "v1")
    assert signed_deploy(world, "v1")["outcome"] == "unchanged"
    assert signed_deploy(world, "refs/tags/v1")["outcome"] == "unchanged"
    world.git("update-ref", "refs/tags/v2", "refs/tags/v1")
    world.git("tag", "v3")
    world.git("tag", "-a", "-m", "four", "v4")
    world.git(*signing["stranger"], "tag", "-s", "-m", "five", "v5")
    for ref in ("v2", "v3", "v4", "v5", "main", ""):
        fails(lambda ref=ref: signed_deploy(world, ref), exits=30, code="signature-unproven")
    remote = Source("git", f"file://{world.repository}", "v1", signed=True)
    assert world.deploy(source=remote)["outcome"] == "unchanged"


@needs_ssh_keygen
def test_a_refused_signature_leaves_no_site(world, signing, capsys, monkeypatch):
    """Exit 30, by the command line: a first deploy of what nobody signed makes nothing."""
    typed = terminal(capsys, monkeypatch, world.top / "here")
    words = ("--site", world.site, "--source", world.repository, "--verify-signature")
    for command in (("plan",), ("deploy", "--yes")):
        ended = typed(*command, *words)
        assert (ended.code, ended.problem) == (30, "signature-unproven"), ended.err
    assert not world.site.exists()
