"""A checkout is looked at as a clone of it: names of the index, contents of the work tree, nothing beside them."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.checkout import looked_at

_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_ME = ("-c", "user.name=dev", "-c", "user.email=dev@example.org")


def git(*words, at):
    subprocess.run(["git", *_ME, *words], cwd=at, env={**os.environ, **_GIT}, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path):
    """A live checkout: uploads and a database lie in it that git does not hold."""
    place = tmp_path / "live"
    for path in ("index.php", "lib/db.php", "uploads/.gitkeep", ".gitignore"):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text("*.log\n" if path == ".gitignore" else path)
    (place / "door").symlink_to("index.php")
    git("init", "--quiet", at=place)
    git("add", "--all", at=place)
    git("commit", "--quiet", "--message=1", at=place)
    for path in ("uploads/a.jpg", "data/club.db", "composer.json"):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(path)
    return place


SHIPPED = {"index.php", "lib", "lib/db.php", "uploads", "uploads/.gitkeep", ".gitignore", "door"}


def test_only_what_git_holds_counts_as_shipped(checkout):
    """G2: uploads and databases of a live site were shipped by nobody, and nothing is concluded from them."""
    listing = looked_at(str(checkout)).listing()
    assert set(listing.entries) == SHIPPED
    assert (listing.kind("lib"), listing.kind("door"), listing.kind("index.php")) == ("dir", "link", "file")
    assert (listing.text("lib/db.php"), listing.text("composer.json"), listing.link("door")) == (
        "lib/db.php",
        "",
        "index.php",
    )


def test_what_was_removed_or_closed_on_the_server_is_still_the_clones(checkout):
    """G2: an installer that somebody removed, and a directory that only the application may enter, were shipped."""
    (checkout / "index.php").unlink()
    shutil.rmtree(checkout / "lib")
    listing = looked_at(str(checkout)).listing()
    assert set(listing.entries) == SHIPPED
    assert (listing.text("index.php"), listing.text("lib/db.php")) == ("index.php", "lib/db.php")


@pytest.mark.parametrize("name", ["nothing committed", "no repository", "a broken one", "no git"])
def test_a_directory_that_git_says_nothing_of_is_taken_as_it_stands(name, checkout, monkeypatch):
    """INTERFACE, `detect`: a plain directory, and one whose repository holds nothing yet."""
    if name == "no git":
        monkeypatch.setenv("PATH", str(checkout))
    else:
        shutil.rmtree(checkout / ".git")
    if name == "nothing committed":
        git("init", "--quiet", at=checkout)
    if name == "a broken one":
        (checkout / ".git").write_text("gitdir: nowhere\n")
    assert {"uploads/a.jpg", "data/club.db"} <= set(looked_at(str(checkout)).listing().entries)


def test_what_is_not_there_is_said(tmp_path):
    """INTERFACE, exit codes: a named path that does not exist."""
    with pytest.raises(Problem) as caught:
        looked_at(str(tmp_path / "absent"))
    assert caught.value.code == "source-missing"


def test_files_of_submodules_are_the_clones(checkout, tmp_path):
    """I24: a clone with its submodules holds what they hold."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "plugin.php").write_text("plugin")
    git("init", "--quiet", at=other)
    git("add", "--all", at=other)
    git("commit", "--quiet", "--message=1", at=other)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "plugins/other", at=checkout)
    (checkout / "plugins/other/written.txt").write_text("by the application")
    listing = looked_at(str(checkout)).listing()
    assert listing.text("plugins/other/plugin.php") == "plugin"
    assert not listing.has("plugins/other/written.txt")
