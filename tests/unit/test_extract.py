"""The writer of an incoming release: what it writes, what it refuses, and that it follows nothing."""

from __future__ import annotations

import hashlib
import os
import stat

import pytest

from holdfast_engine.fs import failpoint
from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.manifest import Entry
from holdfast_engine.model.problem import Problem


@pytest.fixture
def top(tmp_path):
    """An empty directory, open."""
    (tmp_path / "release").mkdir()
    fd = os.open(tmp_path / "release", os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


@pytest.fixture
def release(tmp_path, top):
    """The directory that `top` is open on."""
    return tmp_path / "release"


def writer(top, *, sealed=True, keep_writable=lambda _path: False, **options):
    return TreeWriter(top, sealed=sealed, keep_writable=keep_writable, **options)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_what_is_written_is_there_with_the_digest_of_its_bytes(top, release):
    """The baseline reads nothing twice: digests are taken while writing (DESIGN 5)."""
    tree = writer(top)
    tree.file("app/Models/User.php", False, (b"<?php ", b"", b"class User {}"))
    tree.symlink("public/storage", "../storage/app/public")
    tree.close()
    content = b"<?php class User {}"
    assert (release / "app/Models/User.php").read_bytes() == content
    digest = hashlib.sha256(content).hexdigest()
    assert tree.entries["app/Models/User.php"] == Entry("app/Models/User.php", "file", 0o444, len(content), digest)
    assert os.readlink(release / "public/storage") == "../storage/app/public"
    assert tree.entries["public/storage"][1:5] == ("link", 0o777, 21, "../storage/app/public")
    assert [path for path, entry in tree.entries.items() if entry.kind == "dir"] == ["app", "app/Models", "public"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027, 0o077])
def test_modes_are_the_same_under_every_umask(top, release, umask):
    """Files are sealed 0444 or 0555, writable ones 0644 or 0755, directories stay 0755 for now."""
    before = os.umask(umask)
    try:
        tree = writer(top, keep_writable=lambda path: path.startswith("seeds/"))
        for place in ("code", "seeds"):
            for name, program in (("a", False), ("b", True), ("c", False), ("d", True)):
                tree.file(f"{place}/{name}", program, (b"x",))
        tree.close()
    finally:
        os.umask(before)
    assert [mode(release / "code" / name) for name in "abcd"] == [0o444, 0o555, 0o444, 0o555]
    assert [mode(release / "seeds" / name) for name in "abcd"] == [0o644, 0o755, 0o644, 0o755]
    assert mode(release / "code") == mode(release / "seeds") == 0o755
    assert tree.entries["code/b"].mode == 0o555


def test_a_release_that_is_still_built_is_not_sealed(top, release):
    """Build commands write into an incoming release: nothing in it is read-only yet."""
    tree = writer(top, sealed=False)
    tree.file("artisan", True, (b"#!",))
    tree.file("composer.json", False, (b"{}",))
    tree.close()
    assert (mode(release / "artisan"), mode(release / "composer.json")) == (0o755, 0o644)


def test_a_directory_keeps_the_group_that_is_passed_on(top, release):
    """A set-group-id bit that a directory inherits survives setting its mode."""
    release.chmod(0o2755)
    before = os.umask(0o077)
    try:
        tree = writer(top)
        tree.directory("storage", 0o770)
        tree.close()
    finally:
        os.umask(before)
    assert mode(release / "storage") == 0o2770
    assert tree.entries["storage"].mode == 0o770


def test_names_in_any_order_make_each_directory_once(top, release):
    """Input that returns to an earlier directory goes on in it."""
    tree = writer(top)
    for path in ("a/b/one", "a-b/two", "a/three", "four", "a/b/five"):
        tree.file(path, False, (path.encode(),))
    tree.close()
    for path in ("a/b/one", "a-b/two", "a/three", "four", "a/b/five"):
        assert (release / path).read_text() == path


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../out", "a/../../out", "./a", "a/./b", "a//b", "a/", "/", "..", "a/.."),
        *(".git/config", "vendor/x/.git/hooks/pre-commit", ".GIT", ".holdfast/site.json", ".Holdfast", "a\0b"),
        *("n" * 256, "ü" * 128, "/".join(["d" * 200] * 20)),
    ],
)
@pytest.mark.parametrize("kind", ["file", "symlink", "directory"])
def test_a_name_that_no_release_may_hold_is_refused(tmp_path, top, path, kind):
    """Names that leave the release, or are a repository's or Holdfast's own, are never created (G9, I14, I27)."""
    tree = writer(top)
    acts = {
        "file": lambda: tree.file(path, False, (b"x",)),
        "symlink": lambda: tree.symlink(path, "target"),
        "directory": lambda: tree.directory(path),
    }
    with pytest.raises(Problem) as refusal:
        acts[kind]()
    tree.close()
    assert refusal.value.code == "source-unusable"
    assert os.listdir(tmp_path) == ["release"]


def test_names_that_only_resemble_the_forbidden_ones_are_written(top, release):
    """`.gitignore`, `.github`, a deeper `.holdfast` and a name of 255 bytes are code like any other."""
    tree = writer(top)
    names = (".gitignore", ".github/workflows/ci.yml", "docs/.holdfast", "n" * 255, "...", "-rf", "new\nline")
    for name in names:
        tree.file(name, False, ())
    tree.close()
    assert all((release / name).is_file() for name in names)


@pytest.mark.parametrize("planted", ["a symlink", "a file"])
def test_nothing_is_written_through_or_over_what_is_already_there(tmp_path, top, release, planted):
    """A name that exists is never followed, truncated or replaced (G1, G9)."""
    outside = tmp_path / "outside"
    outside.write_text("precious")
    if planted == "a symlink":
        (release / "config").symlink_to(outside)
    else:
        os.link(outside, release / "config")
    tree = writer(top)
    with pytest.raises(Problem, match="twice"):
        tree.file("config", False, (b"new",))
    tree.close()
    assert outside.read_text() == "precious"


def test_a_directory_that_is_a_planted_link_is_not_entered(tmp_path, top, release):
    """A parent that is a symlink stops the extraction; nothing appears where it points (G9)."""
    (tmp_path / "elsewhere").mkdir()
    (release / "public").symlink_to(tmp_path / "elsewhere")
    tree = writer(top)
    with pytest.raises(Problem) as refusal:
        tree.file("public/index.php", False, (b"x",))
    tree.close()
    assert refusal.value.code == "source-unusable"
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_path_below_a_link_of_the_same_source_is_refused(tmp_path, top):
    """A source cannot ship a symlink and then write through it (G9, I24)."""
    (tmp_path / "elsewhere").mkdir()
    tree = writer(top)
    tree.symlink("public", "../elsewhere")
    with pytest.raises(Problem) as refusal:
        tree.file("public/index.php", False, (b"x",))
    tree.close()
    assert refusal.value.code == "source-unusable"
    assert os.listdir(tmp_path / "elsewhere") == []


def test_names_equal_but_for_case_are_refused_only_where_asked(top):
    """A folding file system would take `README` and `readme` for one name."""
    tree = writer(top)
    tree.file("README", False, ())
    tree.file("readme", False, ())
    strict = writer(top, refuse_folded=True)
    strict.file("docs/A", False, ())
    strict.file("other/a", False, ())
    with pytest.raises(Problem, match="in case or spelling only"):
        strict.file("docs/a", False, ())
    tree.close()
    strict.close()


def test_a_link_without_text_is_refused(top):
    """An empty link text cannot be a link on any system here."""
    with pytest.raises(Problem) as refusal:
        writer(top).symlink("link", "")
    assert refusal.value.code == "source-unusable"


def test_closing_leaves_only_the_callers_descriptor_open(top):
    """Deep trees, and trees that fail midway, leak no descriptor."""
    before = descriptors()
    tree = writer(top)
    tree.file("a/b/c/d/e/f", False, (b"x",))
    with pytest.raises(Problem):
        tree.file("a/b/c/d/e/f", False, (b"x",))
    tree.close()
    assert descriptors() == before
    assert os.fstat(top)


def test_an_error_while_content_arrives_leaves_no_entry_and_no_descriptor(top):
    """What was not written whole is in no manifest (I24)."""

    def breaking():
        yield b"half"
        raise Problem("fetch-incomplete", "the rest is missing")

    before = descriptors()
    tree = writer(top)
    with pytest.raises(Problem, match="the rest is missing"):
        tree.file("half", False, breaking())
    assert "half" not in tree.entries
    assert descriptors() == before


def test_a_full_disk_is_told_as_one(top, monkeypatch):
    """Out of space while extracting is `disk-full`, before anything is live."""

    def full(_fd, _data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("holdfast_engine.fs.extract.os.write", full)
    with pytest.raises(Problem) as problem:
        writer(top).file("a", False, (b"x",))
    assert problem.value.code == "disk-full"


def test_every_creation_is_preceded_by_its_failpoint(top, release):
    """Tests can stop the extraction before each name that it makes (G4)."""
    heard = []
    before = failpoint.listen(heard.append)
    try:
        tree = writer(top)
        tree.directory("empty")
        tree.file("empty/a", False, ())
        tree.symlink("link", "empty")
        tree.close()
    finally:
        failpoint.listen(before)
    assert heard == ["extract.directory", "extract.file", "extract.symlink"]
    assert sorted(os.listdir(release)) == ["empty", "link"]
