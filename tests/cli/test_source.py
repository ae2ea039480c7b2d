"""What kind of thing a source is."""

from __future__ import annotations

import os
import subprocess

import pytest

from holdfast.config.source import recognise
from holdfast.errors import Problem


def test_a_working_tree_is_a_git_source(tmp_path):
    """INTERFACE: a PATH that holds `.git` is a git source at HEAD."""
    subprocess.run(["git", "init", "-q", tmp_path / "club"], check=True)
    found = recognise("club", str(tmp_path))
    assert (found.kind, found.location) == ("git", str(tmp_path / "club"))


def test_a_bare_repository_is_a_git_source(tmp_path):
    """INTERFACE: so is a repository without a working tree."""
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "club.git"], check=True)
    assert recognise(f"{tmp_path}/club.git", "/").kind == "git"


def test_a_linked_working_tree_whose_dot_git_is_a_file_is_a_git_source(tmp_path):
    """`git worktree` leaves a file there."""
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    assert recognise(".", str(tmp_path)).kind == "git"


def test_any_other_directory_is_deployed_as_it_stands(tmp_path):
    """INTERFACE: a directory source."""
    assert recognise(".", str(tmp_path)).kind == "directory"


@pytest.mark.parametrize(
    "url",
    ["https://example.org/club.git", "ssh://git@example.org/club", "file:///srv/club.git", "git@example.org:club"],
)
def test_urls_that_git_fetches_are_git_sources_as_they_are_written(url):
    """INTERFACE: GIT-URL."""
    assert (recognise(url, "/").kind, recognise(url, "/").location) == ("git", url)


@pytest.mark.parametrize("name", ["club.tar.gz", "club.ZIP", "https://example.org/club.tgz"])
def test_an_archive_is_refused_in_words(name, tmp_path):
    """What cannot be deployed is no guess at something else, and the hint is what can be done with it."""
    (tmp_path / name.rpartition("/")[2]).touch()
    with pytest.raises(Problem) as caught:
        recognise(name, str(tmp_path))
    assert (caught.value.code, caught.value.exit_code) == ("source-unusable", 30)
    assert caught.value.message == f"`{name}` is neither a directory nor a git repository"
    assert caught.value.hint.startswith("unpack it")


@pytest.mark.parametrize("text", ["--upload-pack=touch /tmp/x", "ext::sh -c touch", "ftp://example.org/club"])
def test_what_git_would_take_for_an_option_or_a_program_is_refused(text):
    """A source is data; it never becomes a command."""
    with pytest.raises(Problem) as caught:
        recognise(text, "/")
    assert caught.value.code == "source-unusable"


def test_a_path_that_is_not_there_is_said_to_be_missing(holdfast):
    """INTERFACE, exit codes: 11."""
    ended = holdfast("deploy", "--site", "/srv/club", "--source", "nowhere", "--yes")
    assert ended.code == 11
    assert f"there is no directory `{os.getcwd()}/nowhere`" in ended.err


def test_no_source_at_all_names_the_three_places_to_say_one(holdfast):
    """INTERFACE, exit codes: 11."""
    ended = holdfast("deploy", "--site", "/srv/club", "--yes")
    assert (ended.code, "error[source-unset]" in ended.err) == (11, True)


def test_a_ref_of_a_plain_directory_is_refused(holdfast):
    """It would be ignored in silence."""
    os.mkdir("code")
    ended = holdfast("deploy", "--site", "/srv/club", "--source", "code", "--ref", "v1", "--yes")
    assert (ended.code, "has no ref `v1`" in ended.err) == (11, True)


def test_a_ref_in_the_file_never_travels_to_a_source_on_the_command_line(holdfast, engine, tmp_path):
    """`main` of one repository is not `main` of another."""
    (tmp_path / "holdfast.toml").write_text('[source]\ngit = "https://example.org/a.git"\nref = "v1"\n')
    holdfast("deploy", "--site", "/srv/club", "--source", "https://example.org/b.git", "--yes")
    assert (engine.request.source.location, engine.request.source.ref) == ("https://example.org/b.git", "")
    holdfast("deploy", "--site", "/srv/club", "--ref", "v2", "--yes")
    assert (engine.request.source.location, engine.request.source.ref) == ("https://example.org/a.git", "v2")


def test_a_path_in_the_file_starts_at_the_file(holdfast, engine, tmp_path):
    """And not where the person stands."""
    (tmp_path / "holdfast.toml").write_text('[source]\npath = "code"\n')
    (tmp_path / "code").mkdir()
    holdfast("deploy", "--site", "/srv/club", "--yes")
    assert engine.request.source.location == str(tmp_path / "code")
