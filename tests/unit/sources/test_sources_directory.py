"""A directory as a source: all of it, as it stands, following no link."""

from __future__ import annotations

import os
import socket
import stat

import pytest

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Source
from holdfast_engine.sources import open_source
from holdfast_engine.sources.directory import DirectorySource


@pytest.fixture
def app(tmp_path):
    """A small application with a program, links inside and outside, and an empty directory."""
    place = tmp_path / "app"
    (place / "public/css").mkdir(parents=True)
    (place / "storage").mkdir()
    (place / "public/css/app.css").write_text("a{}")
    (place / "public-api").write_text("between")
    (place / "artisan").write_text("#!")
    (place / "artisan").chmod(0o700)
    (place / "latest").symlink_to("public/css")
    (place / "passwd").symlink_to("/etc/passwd")
    (place / "holdfast.toml").write_text("keep = 3\n")
    return place


def extracted(source, place, *, sealed=False):
    """Extract SOURCE into the new directory PLACE; what was written."""
    place.mkdir()
    fd = os.open(place, os.O_RDONLY)
    writer = TreeWriter(fd, sealed=sealed, keep_writable=lambda _path: False)
    try:
        source.extract(writer)
    finally:
        writer.close()
        os.close(fd)
    return writer.entries


def code_of(act):
    with pytest.raises(Problem) as problem:
        act()
    return problem.value.code


def test_a_release_holds_what_the_directory_holds(app, tmp_path):
    """Contents, executable bits, private modes, empty directories and the text of links."""
    source = DirectorySource(str(app))
    entries = extracted(source, tmp_path / "out")
    out = tmp_path / "out"
    assert (out / "public/css/app.css").read_text() == "a{}"
    assert stat.S_IMODE((out / "artisan").stat().st_mode) == 0o700
    assert stat.S_IMODE((out / "public-api").stat().st_mode) == 0o644
    assert (out / "storage").is_dir()
    assert (os.readlink(out / "latest"), os.readlink(out / "passwd")) == ("public/css", "/etc/passwd")
    assert set(entries) == set(source.listing().entries)
    assert entries["passwd"].kind == "link"


def test_the_listing_tells_kinds_and_reads_small_files(app):
    """A link is a link, whatever it leads to, and nothing is read through one (G9)."""
    listing = DirectorySource(str(app)).listing()
    assert (listing.kind("latest"), listing.kind("storage"), listing.kind("artisan")) == ("link", "dir", "file")
    assert listing.entries["public/css/app.css"].size == 3
    assert listing.read("public/css/app.css") == b"a{}"
    for path in ("passwd", "latest/app.css", "storage", "absent", "artisan/x", "absent/x"):
        assert listing.read(path) is None


def test_the_settings_and_the_description_are_the_directorys(app):
    """A directory has no ref and no commit."""
    source = open_source(Source("directory", str(app)), "/nowhere")
    assert source.settings_file() == b"keep = 3\n"
    assert source.describe() == {"kind": "directory", "location": str(app), "ref": "", "commit": ""}
    source.close()


def test_only_the_repository_at_the_top_is_left_out(app, tmp_path):
    """`.git` at the top is no code; deeper down it is refused rather than dropped in silence."""
    (app / ".git/objects").mkdir(parents=True)
    (app / ".gitignore").write_text("vendor")
    assert ".gitignore" in extracted(DirectorySource(str(app)), tmp_path / "out")
    assert not (tmp_path / "out/.git").exists()
    (app / "vendor/x/.git").mkdir(parents=True)
    assert code_of(lambda: extracted(DirectorySource(str(app)), tmp_path / "second")) == "source-unusable"


def test_odd_files_are_named_and_left(app, tmp_path):
    """FIFOs and sockets are never opened: a reader without a writer would wait for ever."""
    os.mkfifo(app / "queue")
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.open(".", os.O_RDONLY)
        os.chdir(app)
        try:
            listener.bind("php.sock")
        finally:
            os.fchdir(before)
            os.close(before)
    source = DirectorySource(str(app))
    entries = extracted(source, tmp_path / "out")
    assert source.skipped == ("php.sock", "queue")
    assert source.listing().kind("queue") == "other"
    assert "`queue`" in source.notices[0]
    assert not {"queue", "php.sock"} & set(entries)


def test_the_tree_id_is_equal_exactly_when_content_is(app, tmp_path):
    """Times and owners do not matter; a byte, a bit, a name, a kind or a link's text does."""
    source = DirectorySource(str(app))
    extracted(source, tmp_path / "out", sealed=True)
    same = source.tree_id
    assert source.fingerprint() == same
    os.utime(app / "artisan", (1, 1))
    assert DirectorySource(str(app)).tree_id == same
    seen = {same}
    changes = (
        lambda: (app / "artisan").write_text("#?"),
        lambda: (app / "artisan").chmod(0o644),
        (app / "storage/.gitkeep").touch,
        lambda: (app / "storage/.gitkeep").rename(app / "storage/keep"),
        lambda: ((app / "latest").unlink(), (app / "latest").symlink_to("public")),
        lambda: ((app / "latest").unlink(), (app / "latest").write_text("public")),
        (app / "empty").mkdir,
    )
    for change in changes:
        change()
        seen.add(DirectorySource(str(app)).tree_id)
    assert len(seen) == len(changes) + 1


@pytest.mark.parametrize("change", ["grows", "shrinks", "is rewritten", "vanishes"])
def test_a_file_that_changes_while_it_is_read_stops_the_deploy(app, tmp_path, monkeypatch, change):
    """No release holds half of a file: the deploy stops, and can be run again (I24)."""
    target = app / "public/css/app.css"
    real = os.open

    def meddling(path, flags, *rest, dir_fd=None, **named):
        if path == "app.css" and not flags & os.O_CREAT:
            {
                "grows": lambda: target.write_text("a{}b{}"),
                "shrinks": lambda: target.write_text("a"),
                "is rewritten": lambda: (target.write_text("b{}"), os.utime(target, (5, 5))),
                "vanishes": target.unlink,
            }[change]()
        return real(path, flags, *rest, dir_fd=dir_fd, **named)

    monkeypatch.setattr("holdfast_engine.sources.directory.os.open", meddling)
    assert code_of(lambda: extracted(DirectorySource(str(app)), tmp_path / "out")) == "fetch-incomplete"


def test_a_directory_swapped_for_a_link_while_it_is_read_is_not_followed(app, tmp_path, monkeypatch):
    """What was a directory a moment ago and is a link now has changed (G9)."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/key").write_text("private")
    real = os.open

    def meddling(path, flags, *rest, dir_fd=None, **named):
        if path == "storage" and flags & os.O_DIRECTORY:
            (app / "storage").rmdir()
            (app / "storage").symlink_to(tmp_path / "secrets")
        return real(path, flags, *rest, dir_fd=dir_fd, **named)

    source = DirectorySource(str(app))
    monkeypatch.setattr("holdfast_engine.sources.directory.os.open", meddling)
    assert code_of(source.fingerprint) == "fetch-incomplete"
    assert source.listing().kind("storage") == "link"
    assert not source.listing().has("storage/key")


def test_places_that_are_no_readable_directory_are_told_apart(app, tmp_path):
    """Missing, a file, not permitted: each has its own word, before anything is made."""
    assert code_of(DirectorySource(str(tmp_path / "absent")).prepare) == "source-missing"
    assert code_of(DirectorySource(str(app / "artisan")).prepare) == "source-unusable"


def test_what_may_not_be_read_is_named(app, monkeypatch):
    """A file of another user stops the deploy with its name, not with a part of the tree."""
    real = os.open

    def forbidding(path, flags, *rest, dir_fd=None, **named):
        if path in ("artisan", str(app / "storage")):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest, dir_fd=dir_fd, **named)

    monkeypatch.setattr("holdfast_engine.sources.directory.os.open", forbidding)
    with pytest.raises(Problem, match="`artisan`") as problem:
        DirectorySource(str(app)).fingerprint()
    assert problem.value.code == "no-permission"
    assert code_of(DirectorySource(str(app / "storage")).prepare) == "no-permission"


def test_no_descriptor_outlives_a_call(app, tmp_path):
    """Reading, listing and failing leave nothing open."""
    before = len(os.listdir("/proc/self/fd"))
    source = DirectorySource(str(app))
    source.listing().read("public/css/app.css")
    extracted(source, tmp_path / "out")
    (app / "vendor/.git").mkdir(parents=True)
    code_of(lambda: extracted(source, tmp_path / "second"))
    assert len(os.listdir("/proc/self/fd")) == before
