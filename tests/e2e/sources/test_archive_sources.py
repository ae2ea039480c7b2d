"""Archives through the whole command: what is deployed, what is the same again, what is refused before anything is."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess

import pytest

from holdfast_engine.model.request import Source
from holdfast_engine.sources import archive
from lib.hostile_archives import hostile
from lib.parcels import FORMATS, packed
from lib.refusals import assert_refused, failing_at, fails, releases
from lib.snapshot import assert_unchanged, snapshot
from lib.terminal import terminal
from lib.world import PLAIN, World

FILES = {
    "index.php": b"<?php 'version {version}';\n",
    "public/index.php": b"<?php 'version {version}';\n",
    "public/uploads/.gitkeep": b"",
    "bin/tool": b"#!/bin/sh\n",
}
needs_zstd = pytest.mark.skipif(shutil.which("zstd") is None, reason="no zstd on this host")


def files(version=2):
    return {name: content.replace(b"{version}", b"%d" % version) for name, content in FILES.items()}


def source(place, **more):
    return Source("archive", str(place), **more)


def refused(world, what):
    """WHAT is refused as unusable, and nothing is changed."""
    return assert_refused(world.top, lambda: world.deploy(source=what), exits=30, code="source-unusable")


@pytest.fixture
def world(tmp_path):
    """A site with a live release and an upload."""
    made = World(tmp_path, PLAIN, env=None)
    made.ship()
    made.precious.write("public/uploads/a.jpg")
    return made


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """The same for all tests that refuse something: what was refused has changed nothing."""
    made = World(tmp_path_factory.mktemp("standing"), PLAIN, env=None)
    made.ship()
    return made


@pytest.mark.parametrize("form", [pytest.param(f, marks=needs_zstd) if f == "tar.zst" else f for f in FORMATS])
@pytest.mark.parametrize("top", ["", "club-1.4"])
def test_every_format_is_deployed_with_and_without_a_directory_around_it(tmp_path, form, top):
    """INTERFACE: ARCHIVE; modes, bytes and data are as with any other source, and what is left out is said."""
    world = World(tmp_path, PLAIN, env=None)
    place = packed(tmp_path / "parcel", files(), top=top, form=form)

    answer = world.deploy(source=source(place))

    world.assert_code_is(2)
    assert os.access(world.live / "bin/tool", os.X_OK)
    assert os.path.islink(world.live / "public/uploads")
    assert [one for one in answer["warnings"] if "club-1.4/" in one] == (
        ["the archive is one directory, `club-1.4/`: its content is deployed"] if top else []
    )


def test_the_same_archive_again_is_unchanged_wherever_it_lies(world):
    """INTERFACE: `unchanged`; an archive is what its SHA-256 says, and data is kept as ever (G2)."""
    place = packed(world.top / "a.tar.gz", files(), form="tar.gz")
    assert world.deploy(source=source(place))["outcome"] == "deployed"
    world.precious.write("public/certificates/1.pdf")
    moved = place.rename(world.top / "b")

    assert world.deploy(source=source(moved))["outcome"] == "unchanged"
    world.precious.assert_served()
    packed(moved, files(3))
    assert world.deploy(source=source(moved))["outcome"] == "deployed"
    world.assert_code_is(3)


def test_the_plan_says_how_much_comes_and_from_which_bytes(standing):
    """G8: files and bytes are counted in the archive, nothing is unpacked, and no part of the site is touched."""
    place = packed(standing.top / "a.zip", files(), top="club", form="zip")
    before = snapshot(standing.top, without=())

    told = standing.perform("plan", source=source(place))

    assert_unchanged(before, snapshot(standing.top, without=()))
    size = sum(map(len, files().values()))
    assert told["steps"][0]["text"].endswith(f": 4 files, {size} bytes")
    assert told["source"]["sha256"] == hashlib.sha256(place.read_bytes()).hexdigest()
    assert "the archive is one directory, `club/`: its content is deployed" in told["notes"]


def test_a_checksum_that_holds_lets_an_archive_through_and_any_other_stops_it(world):
    """Exit 30: a download that was exchanged or cut short is not deployed, and both digests are told."""
    place = packed(world.top / "a.tar", files())
    right = hashlib.sha256(place.read_bytes()).hexdigest()

    problem = assert_refused(
        world.top, lambda: world.deploy(source=source(place, sha256="0" * 64)), exits=30, code="checksum-mismatch"
    )
    assert problem.context == (f"wanted: {'0' * 64}", f"found:  {right}")
    assert world.deploy(source=source(place, sha256=right.upper()))["outcome"] == "deployed"


@pytest.mark.parametrize(
    ("kind", "more", "word"),
    [
        ("archive", {"signed": True}, "signature"),
        ("git", {"sha256": "0" * 64}, "SHA-256"),
        ("directory", {"signed": True}, "signature"),
    ],
)
def test_a_proof_that_a_source_cannot_give_is_never_taken_as_given(standing, kind, more, word):
    """Exit 30: who asks for a signature of an archive must not believe that there was one."""
    asked = Source(kind, str(standing.repository), **more)

    problem = assert_refused(standing.top, lambda: standing.deploy(source=asked), exits=30, code="source-unusable")

    assert word in problem.message


@pytest.mark.parametrize("form", [pytest.param(f, marks=needs_zstd) if f == "tar.zst" else f for f in FORMATS])
def test_a_truncated_archive_is_refused_before_a_release_exists(standing, form):
    """Exit 30, I24: half of an application is never a release; nothing but the archive was looked at."""
    whole = packed(standing.top / "whole", {**files(), "big.bin": os.urandom(40_000)}, form=form).read_bytes()
    place = standing.top / "cut"
    for end in (len(whole) // 2, len(whole.rstrip(b"\0")) - 3):
        place.write_bytes(whole[:end])
        refused(standing, source(place))


@pytest.mark.parametrize("form", ["tar.gz", "tar.xz", "tar.bz2", "zip", pytest.param("tar.zst", marks=needs_zstd)])
def test_a_compressed_bomb_is_stopped_by_its_measure(standing, form):
    """Exit 30: megabytes of nothing in some kilobytes end at the limits, before a byte is written."""
    place = packed(standing.top / "bomb", {**files(), "bomb": bytes(26 << 20)}, form=form)
    assert place.stat().st_size < 70_000

    problem = refused(standing, source(place))

    assert "times its size" in problem.message


def test_an_archive_that_is_too_large_or_has_too_many_names_is_refused(standing, monkeypatch):
    """Exit 30: limits hold for what is not compressed too."""
    monkeypatch.setattr(archive.ArchiveSource.__init__, "__defaults__", ("", archive.Limits(bytes=40)))
    place = packed(standing.top / "a.tar", files())
    refused(standing, source(place))
    monkeypatch.setattr(archive.ArchiveSource.__init__, "__defaults__", ("", archive.Limits(names=3)))
    refused(standing, source(place))


def test_hostile_archives_end_in_words_and_leave_site_and_host_as_they_were(standing):
    """R10, G9: absolute names, `..`, hard links, devices, escapes, names that no release may hold: exit 30, all of
    them before anything is changed.
    """
    (standing.top / "outside").mkdir(exist_ok=True)
    before = snapshot(standing.top, without=("parcel", "site/.holdfast/lock"))
    place = standing.top / "parcel"
    every = [raw for label, raw in hostile(os.fsencode(standing.top / "outside")) if label != "many names"]
    for raw in every[::80]:
        place.write_bytes(raw)
        fails(lambda: standing.perform("plan", source=source(place)), exits=30, code="source-unusable")
    fails(lambda: standing.deploy(source=source(place)), exits=30, code="source-unusable")
    assert_unchanged(before, snapshot(standing.top, without=("parcel", "site/.holdfast/lock")))


@pytest.mark.parametrize(
    ("name", "content"), [(".git/config", b"x"), (".holdfast/site.json", b"{}"), ("a/.git", b"x"), ("x" * 256, b"x")]
)
@pytest.mark.parametrize("top", ["", "club"])
def test_names_that_no_release_may_hold_are_refused_before_it_is_made(standing, name, content, top):
    """Exit 30, G9: inside the directory around everything as well, which is left out."""
    place = packed(standing.top / "a.tar", {**files(), name: content}, top=top)
    refused(standing, source(place))


def test_a_link_that_leads_out_once_the_directory_around_it_is_left_out_is_refused(world):
    """Exit 30, G9: `club/a -> ../b` stays in the archive and would lead out of the release."""
    place = packed(world.top / "a.tar", files(), top="club", links={"public/ok": "../bin/tool"})
    world.deploy(source=source(place))
    assert os.readlink(world.live / "public/ok") == "../bin/tool"
    place = packed(world.top / "a.tar", files(), top="club", links={"lead": "../shared"})

    problem = refused(world, source(place))

    assert "`lead` in the archive is a link that leads out" in problem.message


@pytest.mark.parametrize("form", ["tar", "tar.gz"])
def test_one_absolute_link_is_told_with_where_it_leads_and_what_takes_its_place(world, form):
    """Exit 30, I63: as a framework's command made it on the machine of whoever packed it."""
    data = f"{world.site}/shared/public/uploads"
    place = packed(world.top / f"a.{form}", files(), form=form, links={"public/storage": data})

    problem = refused(world, source(place))

    assert f"`public/storage` in the archive is a link to the absolute path `{data}`" in problem.message
    assert "--exclude" in problem.hint
    assert "[shared] paths" in problem.hint


def test_a_refused_first_deploy_leaves_no_site(tmp_path):
    """G4: who is refused finds the place as it was."""
    world = World(tmp_path, PLAIN, env=None)
    place = tmp_path / "a.tar.gz"
    place.write_bytes(packed(tmp_path / "whole", files(), form="tar.gz").read_bytes()[:-9])
    assert_refused(tmp_path, lambda: world.deploy(source=source(place)), exits=30, code="source-unusable")
    assert not world.site.exists()


@pytest.mark.parametrize("how", ["rewritten", "cut", "exchanged"])
def test_an_archive_that_changes_after_the_plan_is_not_deployed_as_something_else(world, how):
    """G8, I24: what is deployed is what was looked at; what was begun is undone (50), and the same again goes well."""
    place = packed(world.top / "a.tar", files())
    standing = releases(world)

    def person(_plan):
        if how == "rewritten":
            with open(place, "r+b") as stream:
                stream.write(packed(world.top / "b.tar", files(3)).read_bytes())
        elif how == "cut":
            os.truncate(place, 512)
        else:
            packed(world.top / "b.tar", files(3)).rename(place)
        return True

    fails(lambda: world.deploy(source=source(place), person=person), exits=50, code="fetch-incomplete")
    assert releases(world) == standing
    world.assert_code_is(1)
    packed(place, files(4))
    assert world.deploy(source=source(place))["outcome"] == "deployed"


def test_a_disk_that_fills_while_an_archive_is_unpacked_leaves_what_was_live(world):
    """Exit 50, I97: what was begun is undone, no release is left, and the same again goes well."""
    place = packed(world.top / "a.tar", files())
    standing = releases(world)
    with failing_at("extract.file", OSError(errno.ENOSPC, "No space left on device")):
        fails(lambda: world.deploy(source=source(place)), exits=50, code="step-failed")
    assert releases(world) == standing
    world.assert_code_is(1)
    world.precious.assert_served()
    assert world.deploy(source=source(place))["outcome"] == "deployed"


def test_what_is_no_archive_is_named(standing):
    """Exit 30 and 11: a picture, a directory, a FIFO, nothing at all."""
    (standing.top / "picture.zip").write_bytes(b"\x89PNG\r\n")
    os.mkfifo(standing.top / "pipe")
    for name in ("picture.zip", "pipe", "repository"):
        refused(standing, source(standing.top / name))
    assert_refused(standing.top, lambda: standing.deploy(source=source("/none")), exits=11, code="source-missing")


def test_pointers_of_git_lfs_in_an_archive_are_refused_by_name(standing):
    """Exit 30: forges pack pointers; a pointer in place of a picture is never live with exit 0."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    place = packed(standing.top / "a.tar", {**files(), "public/logo.png": pointer}, top="club")

    problem = assert_refused(
        standing.top, lambda: standing.deploy(source=source(place)), exits=30, code="lfs-content-missing"
    )

    assert "`public/logo.png`" in problem.message


@pytest.mark.parametrize("kind", ["archive", "directory"])
def test_submodules_that_a_copy_left_empty_are_named(standing, kind):
    """I24: forges pack an empty directory in place of each; the plan says so, and a deploy is not stopped."""
    modules = b'[submodule "a"]\n\tpath = vendor/a\n[submodule "b"]\n\tpath = "bin"\n[submodule "c"]\n\tpath=vendor/c\n'
    place = packed(standing.top / "a.tar", {**files(), ".gitmodules": modules})
    if kind == "directory":
        place = standing.top / "unpacked"
        place.mkdir()
        subprocess.run(["tar", "-xf", standing.top / "a.tar", "-C", place], check=True)

    notes = standing.perform("plan", source=Source(kind, str(place)))["notes"]

    assert notes == ["the source has no content of its submodules (2): `vendor/a`, `vendor/c`; its repository has it"]


@needs_zstd
def test_a_host_without_zstd_is_told_what_is_missing(standing, monkeypatch):
    """Exit 40: nothing was changed, and the hint is what to install."""
    place = packed(standing.top / "a.tar.zst", files(), form="tar.zst")
    monkeypatch.setenv("PATH", "/nowhere")
    assert_refused(standing.top, lambda: standing.deploy(source=source(place)), exits=40, code="zstd-missing")


@needs_zstd
def test_damage_that_zstd_sees_is_damage(standing):
    """Exit 30: rubbish behind the end, and a changed byte that the tar inside does not show."""
    place = packed(standing.top / "a.tar.zst", files(), form="tar.zst")
    for raw in (place.read_bytes() + b"rubbish", place.read_bytes()[:-2] + b"xx"):
        place.write_bytes(raw)
        assert "`zstd` cannot read it" in refused(standing, source(place)).message


@needs_zstd
def test_what_zstd_complains_of_is_passed_on(standing):
    """Exit 30: an archive that asks for more memory than anybody should give says so, and not that it is cut short."""
    raw = packed(standing.top / "a.tar", files()).read_bytes()
    wide = subprocess.run(["zstd", "-q", "-1", "--long=30", "-c"], input=raw, capture_output=True, check=True).stdout
    place = standing.top / "a.tar.zst"
    place.write_bytes(wide)
    assert any("emory" in line or "indow" in line for line in refused(standing, source(place)).context)


def test_a_long_file_can_be_asked_for_and_is_not_kept_by_everybody(tmp_path):
    """Plans read settings; a file beyond what is kept is found in the archive once more."""
    long = b"x" * (300 << 10)
    place = packed(tmp_path / "a.tar", {**files(), "long.txt": long}, top="club")
    found = archive.ArchiveSource(str(place))
    found.prepare()
    try:
        assert "long.txt" not in found._looked.tree.kept
        assert found.listing().read("long.txt") == long
        assert found.listing().read("bin") is None
        assert found.listing().read("none") is None
    finally:
        found.close()


def test_the_command_line_deploys_an_archive_and_its_settings(tmp_path, capsys, monkeypatch):
    """INTERFACE: `--source ARCHIVE`, `--sha256`; the `holdfast.toml` in it speaks, and the plan names its version."""
    place = packed(tmp_path / "a.zip", {**files(), "holdfast.toml": b"keep = 3\n"}, top="club", form="zip")
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    typed = terminal(capsys, monkeypatch, tmp_path / "here")

    plan = typed("plan", "--site", tmp_path / "site", "--source", place, "--json").json
    assert plan["settings_from"] == [f"holdfast.toml of {digest[:12]}"]
    wrong = typed("deploy", "--site", tmp_path / "site", "--source", place, "--sha256", "0" * 64, "--yes")
    assert (wrong.code, wrong.problem) == (30, "checksum-mismatch")
    assert typed("deploy", "--site", tmp_path / "site", "--source", place, "--sha256", digest, "--yes").code == 0
    again = typed("deploy", "--site", tmp_path / "site", "--source", place, "--yes", "--json")
    assert (again.code, again.json["outcome"]) == (0, "unchanged")
