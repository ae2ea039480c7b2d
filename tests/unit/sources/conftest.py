"""A repository, a cache, and sources that are closed after the test."""

from __future__ import annotations

import os
import pathlib

import pytest

from holdfast_engine.sources.git import GitSource
from unit.sources.repositories import commit, run


@pytest.fixture(autouse=True)
def own_configuration(tmp_path, monkeypatch):
    """No configuration of the person who runs the tests."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.gitconfig").write_text('[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n')
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith("GIT_")] + ["XDG_CONFIG_HOME"]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path):
    """A small application with a program, a link, an odd name and a placeholder."""
    place = tmp_path / "app"
    place.mkdir()
    run(place, "init", "-q")
    (place / "artisan").write_bytes(b"#!/usr/bin/env php\n")
    (place / "artisan").chmod(0o755)
    (place / "latest").symlink_to("public/index.php")
    (place / ".gitattributes").write_text("tests/ export-ignore\n*.txt text eol=crlf\n")
    (place / "odd\nna\u00efve.txt").write_text("one\ntwo\n")
    commit(place, "first line\n\nbody", public__index_php=b"<?php", tests__a=b"t", storage___gitkeep=b"", empty=b"")
    return place


@pytest.fixture
def cache(tmp_path):
    """The directory that mirrors lie in."""
    (tmp_path / "cache").mkdir()
    return str(tmp_path / "cache")


@pytest.fixture
def source(cache):
    """Makes sources and closes them after the test."""
    made = []

    def make(location, ref=""):
        made.append(GitSource(str(location), ref, cache))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def loose(repository, source):
    """A mirror whose objects lie in a file each, and the file of one of them."""
    tree = source(repository)
    tree.prepare()
    packs = pathlib.Path(tree._mirror.path, "objects/pack")
    content = [pack.read_bytes() for pack in packs.glob("*.pack")]
    for name in list(packs.iterdir()):
        name.unlink()
    for pack in content:
        run(packs, "unpack-objects", "-q", given=pack)
    tree.close()
    lost = run(repository, "rev-parse", "HEAD:public/index_php")
    return packs.parent / lost[:2] / lost[2:]
