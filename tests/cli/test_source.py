"""What kind of thing a source is."""

from __future__ import annotations

import os
import subprocess

import pytest

from holdfast.config.source import recognise
from holdfast_engine.model.problem import Problem


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


@pytest.mark.parametrize("name", ["club.tar.gz", "club.ZIP", "release"])
def test_a_file_is_an_archive_whatever_it_is_called(name, tmp_path):
    """INTERFACE: ARCHIVE; what is in it is told by its first bytes, when it is read."""
    (tmp_path / name).touch()
    assert (recognise(name, str(tmp_path)).kind, recognise(name, str(tmp_path)).location) == (
        "archive",
        str(tmp_path / name),
    )


def test_an_archive_behind_a_url_is_refused_in_words():
    """What cannot be deployed is no guess at something else, and the hint is what can be done with it."""
    with pytest.raises(Problem) as caught:
        recognise("https://example.org/club.tgz", "/")
    assert (caught.value.code, caught.value.exit_code) == ("source-unusable", 30)
    assert "`https://example.org/club.tgz` is an archive" in caught.value.message
    assert "curl -fLO" in caught.value.hint


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
    assert f"there is no directory and no archive `{os.getcwd()}/nowhere`" in ended.err


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


@pytest.mark.parametrize(
    ("said", "hint"),
    [('archive = "code"', "use `source.path`"), ('archive = "git@example.org:x"', "use `source.git`"),
     ('path = "club.zip"', "use `source.archive`"), ('archive = "https://example.org/x.zip"', "curl -fLO")],
)  # fmt: skip
def test_a_key_that_names_another_kind_of_source_says_which_key_is_meant(holdfast, tmp_path, said, hint):
    """INTERFACE: one key for each kind; a guess would deploy something that nobody named."""
    (tmp_path / "code").mkdir()
    (tmp_path / "club.zip").touch()
    (tmp_path / "holdfast.toml").write_text(f"[source]\n{said}\n")
    ended = holdfast("deploy", "--site", "/srv/club", "--yes")
    assert (ended.code, hint in ended.err) == (30, True), ended.err


HEX = "0123456789abcdef" * 4


def test_the_digest_and_the_wish_for_a_signature_reach_the_engine(holdfast, engine, tmp_path):
    """INTERFACE: flags beat the file; a proof that got lost on the way would prove nothing."""
    (tmp_path / "club.zip").touch()
    (tmp_path / "holdfast.toml").write_text(f'[source]\narchive = "club.zip"\nsha256 = "{HEX}"\n')
    holdfast("deploy", "--site", "/srv/club", "--yes")
    assert (engine.request.source.kind, engine.request.source.sha256) == ("archive", HEX)
    holdfast("deploy", "--site", "/srv/club", "--yes", "--sha256", HEX[::-1].upper(), "--verify-signature")
    assert (engine.request.source.sha256, engine.request.source.signed) == (HEX[::-1], True)


def test_a_digest_in_the_file_never_travels_to_a_source_on_the_command_line(holdfast, engine, tmp_path):
    """It is the digest of one archive; that signatures are wanted is a rule, and stays until it is taken back."""
    (tmp_path / "b.zip").touch()
    said = f'[source]\narchive = "a.zip"\nsha256 = "{HEX}"\nverify_signature = true\n'
    (tmp_path / "holdfast.toml").write_text(said)
    holdfast("deploy", "--site", "/srv/club", "--source", tmp_path / "b.zip", "--yes")
    assert (engine.request.source.sha256, engine.request.source.signed) == ("", True)
    holdfast("deploy", "--site", "/srv/club", "--source", tmp_path / "b.zip", "--yes", "--no-verify-signature")
    assert engine.request.source.signed is False


@pytest.mark.parametrize("text", ["abc", "g" * 64, "0" * 63, "0" * 65])
def test_what_is_no_sha256_is_refused_before_anything_is_read(holdfast, tmp_path, text):
    """INTERFACE, exit codes: 10; a slip of the finger is told as what it is, and not as a false archive."""
    (tmp_path / "b.zip").touch()
    ended = holdfast("deploy", "--site", "/srv/club", "--source", tmp_path / "b.zip", "--sha256", text, "--yes")
    assert (ended.code, "error[config-invalid]: `--sha256`" in ended.err) == (10, True)
