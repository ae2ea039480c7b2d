"""The extractor of archives: what it writes, what it refuses, and that nothing outside ever notices it (R10, G9)."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tarfile
import zipfile

import pytest

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.archives.gate import Limits
from holdfast_engine.sources.archives.unpack import unpack
from lib import tally
from lib.hostile_archives import honest, hostile, mutants
from lib.snapshot import assert_unchanged, snapshot

TREE = {
    "index.php": (b"<?php", 0o644),
    "bin/tool": (b"#!/bin/sh\n", 0o755),
    "public/caf\u00e9.txt": (b"coffee", 0o644),
    "a/" + "long/" * 30 + "name.txt": (b"deep", 0o644),
    "n" * 200 + ".txt": (b"a name of two hundred letters", 0o644),
    "empty": (b"", 0o644),
    "big.bin": (bytes(range(256)) * 3000, 0o644),
}
LINKS = {"public/storage": "../bin", "a/up": "../index.php", "here": "./empty"}
FOLDERS = ("uploads", "a/empty")
SMALL = Limits(bytes=1 << 28, names=2000)


@contextlib.contextmanager
def target(top):
    """An open directory below TOP, beside sentinels."""
    (top / "target").mkdir(parents=True)
    fd = os.open(top / "target", os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield fd
    finally:
        os.close(fd)


def unpacked(raw, top, *, limits=SMALL):
    """RAW unpacked below TOP; the entries that were written."""
    packed = top / "packed"
    packed.write_bytes(raw)
    with target(top) as fd, open(packed, "rb") as stream:
        tree = TreeWriter(fd, sealed=False, keep_writable=lambda _path: True)
        try:
            unpack(stream.fileno(), tree, limits)
        finally:
            tree.close()
    return tree.entries


def told(raw, top):
    """The problem of RAW, or None when it was unpacked; whatever else is raised is a finding."""
    found = None
    try:
        unpacked(raw, top)
    except Problem as problem:
        found = problem
    if found:
        assert found.code == "source-unusable", found.message
        assert found.hint
        assert "\n" not in found.message
    return found


def offences(top):
    """What stands below TOP that no archive may bring: links that lead out, odd files, set-id bits."""
    for here, directories, names in os.walk(top):
        for name in (*directories, *names):
            path = os.path.join(here, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                if not (os.path.realpath(path) + "/").startswith(os.path.realpath(top) + "/"):
                    yield path
            elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or mode & 0o6000:
                yield path


def with_sentinels(top):
    (top / "outside").mkdir(parents=True)
    (top / "outside" / "sentinel").write_text("user data")
    (top / "outside").chmod(0o700)
    return top


def test_five_hundred_malicious_archives_are_refused_and_change_nothing_outside(tmp_path):
    """R10: each is a problem in words, and of the whole tree around the target no name, mode or byte differs."""
    top = with_sentinels(tmp_path)
    before = snapshot(top)
    labels, let_through = [], []
    for number, (label, raw) in enumerate(hostile(os.fsencode(top))):
        labels.append(label)
        place = tmp_path / f"try{number}"
        place.mkdir()
        if told(raw, place) is None:
            let_through.append(label)
        assert list(offences(place / "target")) == [], label
        _clear(place)
        assert_unchanged(before, snapshot(top))
    assert let_through == []
    assert len(labels) >= 500
    assert len(set(labels)) == len(labels)


def _clear(place):
    for here, directories, names in os.walk(place, topdown=False):
        for name in names:
            os.unlink(os.path.join(here, name))
        for name in directories:
            path = os.path.join(here, name)
            os.unlink(path) if os.path.islink(path) else os.rmdir(path)
    place.rmdir()


@pytest.mark.parametrize("number", range(5))
def test_what_the_malicious_archives_are_made_from_is_unpacked_when_it_is_honest(tmp_path, number):
    """A generator whose honest archives were refused as well would prove nothing."""
    assert unpacked(honest()[number], tmp_path)


def try_mutants(tmp_path, count, seed):
    top = with_sentinels(tmp_path)
    before = snapshot(top)
    for number, (label, raw) in enumerate(mutants(count, seed)):
        place = tmp_path / f"try{number}"
        place.mkdir()
        told(raw, place)
        assert list(offences(place / "target")) == [], label
        _clear(place)
        if number % 50 == 0:
            assert_unchanged(before, snapshot(top))
    assert_unchanged(before, snapshot(top))


def test_honest_archives_with_changed_bytes_are_refused_or_stay_inside(tmp_path):
    """R10: whatever a changed byte makes of an archive, nothing but a problem is raised and nothing leads out."""
    try_mutants(tmp_path, 500, 1)


@pytest.mark.soak(share=3)
@pytest.mark.parametrize("seed", range(2, 12))
def test_ten_thousand_changed_archives_are_refused_or_stay_inside(tmp_path, seed):
    """R10, per release: the same, with other seeds."""
    try_mutants(tmp_path, 1000, seed)
    tally.add("extract an archive", "changed bytes", 1000)


def tar_of(form, mode):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, format=form) as packing:
        for folder in FOLDERS:
            _add(packing, folder, tarfile.DIRTYPE, 0o755)
        for path, (content, bits) in TREE.items():
            _add(packing, path, tarfile.REGTYPE, bits, content)
        for path, text in LINKS.items():
            _add(packing, path, tarfile.SYMTYPE, 0o777, text=text)
    return stream.getvalue()


def _add(packing, name, kind, mode, content=b"", text=""):
    about = tarfile.TarInfo(name)
    about.type, about.mode, about.size, about.linkname = kind, mode, len(content), text
    packing.addfile(about, io.BytesIO(content))


def zip_of(method, stream=None):
    stream = stream or io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as packing:
        for folder in FOLDERS:
            _add_zipped(packing, folder + "/", 0o40755, b"")
        for path, (content, bits) in TREE.items():
            _add_zipped(packing, path, 0o100000 | bits, content)
        for path, text in LINKS.items():
            _add_zipped(packing, path, 0o120777, text.encode())
    return stream.getvalue()


def _add_zipped(packing, name, mode, content):
    about = zipfile.ZipInfo(name)
    about.external_attr, about.create_system, about.compress_type = mode << 16, 3, packing.compression
    packing.writestr(about, content)


class OneWay(io.BytesIO):
    """A pipe: the packer cannot go back, and writes sizes behind the data."""

    def seekable(self):
        return False

    def tell(self):
        raise OSError("a pipe")


HONEST = {
    "pax": lambda: tar_of(tarfile.PAX_FORMAT, "w"),
    "GNU": lambda: tar_of(tarfile.GNU_FORMAT, "w"),
    "gzip": lambda: tar_of(tarfile.PAX_FORMAT, "w:gz"),
    "bzip2": lambda: tar_of(tarfile.GNU_FORMAT, "w:bz2"),
    "xz": lambda: tar_of(tarfile.PAX_FORMAT, "w:xz"),
    "zip stored": lambda: zip_of(zipfile.ZIP_STORED),
    "zip": lambda: zip_of(zipfile.ZIP_DEFLATED),
    "zip through a pipe": lambda: zip_of(zipfile.ZIP_DEFLATED, OneWay()),
}


@pytest.mark.parametrize("form", HONEST)
def test_an_honest_archive_is_unpacked_exactly(tmp_path, form):
    """Names, contents, executable bits and links are those that Python's own modules packed."""
    entries = unpacked(HONEST[form](), tmp_path)
    top = tmp_path / "target"
    for path, (content, mode) in TREE.items():
        assert (top / path).read_bytes() == content
        assert stat.S_IMODE((top / path).stat().st_mode) == mode
    assert {path: os.readlink(top / path) for path in LINKS} == LINKS
    assert all((top / folder).is_dir() for folder in FOLDERS)
    files = {path for path, entry in entries.items() if entry.kind != "dir"}
    assert files == TREE.keys() | LINKS.keys()


def test_a_tar_of_the_current_directory_is_unpacked_as_that_directory(tmp_path):
    """`tar -C DIR -c .` names `./` and puts `./` before every name."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as packing:
        _add(packing, "./", tarfile.DIRTYPE, 0o755)
        _add(packing, "./a/f", tarfile.REGTYPE, 0o644, b"x")
    assert set(unpacked(stream.getvalue(), tmp_path)) == {"a", "a/f"}


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(bytes=100), "more than the 100 bytes"),
        (Limits(names=3), "more than 3 names"),
        (Limits(depth=5), "more than 5 directories deep"),
        (Limits(ratio=1, free=100), "more than 1 times its size"),
    ],
)
def test_every_limit_is_told(tmp_path, limits, words):
    """A bomb is refused before the disk is full, and the limit is named."""
    with pytest.raises(Problem, match=words):
        unpacked(HONEST["gzip"](), tmp_path, limits=limits)


def test_only_a_regular_file_is_read(tmp_path):
    """A FIFO in the place of an archive would wait for a writer for ever."""
    with target(tmp_path) as fd, pytest.raises(Problem, match="no regular file"):
        unpack(fd, TreeWriter(fd, sealed=False, keep_writable=lambda _path: True))
