"""What is typed wrongly, and what is asked for help."""

from __future__ import annotations

import pytest

from holdfast.cli import usage
from holdfast.cli.table import TABLE


def test_a_mistyped_command_is_answered_with_the_nearest_one(holdfast):
    """INTERFACE, exit codes: 2 is a wrong command line."""
    ended = holdfast("deplyo")
    assert ended.code == 2
    assert "error[usage]: there is no command `deplyo`; did you mean `deploy`?" in ended.err
    assert ended.out == ""


def test_a_word_that_is_near_to_nothing_gets_no_guess(holdfast):
    """A wrong suggestion is worse than none."""
    assert "did you mean" not in holdfast("zzzz").err


def test_a_mistyped_option_is_answered_with_the_nearest_one(holdfast):
    """INTERFACE, exit codes: 2 is a wrong command line."""
    ended = holdfast("deploy", "--siet", "/srv/club")
    assert ended.code == 2
    assert "--site" in ended.err
    assert "try: holdfast deploy --help" in ended.err


@pytest.mark.parametrize("command", ["status", "leave", "deploy"])
def test_a_site_that_is_typed_without_its_option_is_answered_with_it(holdfast, tmp_path, command):
    """`adopt DIR` takes a directory, and who knows that types the same after the others."""
    (tmp_path / "club/.holdfast").mkdir(parents=True)
    ended = holdfast(command, str(tmp_path / "club"))
    assert ended.code == 2
    assert f"try: holdfast {command} --site {tmp_path}/club" in ended.err


def test_a_source_that_is_typed_without_its_option_is_answered_with_it(holdfast, tmp_path):
    """Where the site is named, what is left over is the new version."""
    (tmp_path / "new").mkdir()
    ended = holdfast("deploy", "--site", str(tmp_path), str(tmp_path / "new"))
    assert ended.code == 2
    assert f"try: holdfast deploy --site {tmp_path} --source {tmp_path}/new" in ended.err


def test_a_directory_with_files_that_is_no_site_is_a_source(holdfast, tmp_path):
    """Taken for a site, the next hint would adopt it."""
    (tmp_path / "index.php").write_text("<?php\n")
    assert f"try: holdfast deploy --source {tmp_path}" in holdfast("deploy", str(tmp_path)).err


def test_an_operation_that_is_typed_without_its_option_is_answered_with_it(holdfast):
    """Lists begin with its name, and so does whoever types one of their rows."""
    typed = ("000003-deploy", "theme/style.css")
    line = "theme/style.css --operation 000003-deploy"
    assert f"try: holdfast restore {line}" in holdfast("restore", *typed).err
    assert f"try: holdfast restore --site /srv/club {line}" in holdfast("restore", *typed, "--site", "/srv/club").err


@pytest.mark.parametrize(("word", "meant"), [("undo", "rollback"), ("update", "deploy"), ("help", "--help")])
def test_a_word_of_another_tool_is_answered_with_ours(holdfast, word, meant):
    """What comes to mind at three in the morning is seldom the word of the manual."""
    assert f"there is no command `{word}`; did you mean `{meant}`?" in holdfast(word).err


def test_every_word_of_another_tool_leads_to_a_command():
    """A hint that cannot be typed is worse than none."""
    assert {meant.split()[0] for meant in usage.COMMANDS.values()} <= {*TABLE, "--help"}


def test_an_option_of_another_tool_is_answered_with_ours(holdfast):
    """`--from` is spelled like `--force`, and means the source."""
    assert "no option `--from`; did you mean `--source`?" in holdfast("deploy", "--from", "x").err


def test_a_wrong_command_line_is_an_object_for_a_script(holdfast):
    """INTERFACE: with --json, errors also go to stderr as text."""
    ended = holdfast("deploy", "--json", "--nonsense")
    assert ended.json["error"]["code"] == "usage"
    assert ended.json["error"]["exit"] == 2
    assert "error[usage]" in ended.err


@pytest.mark.parametrize("name", TABLE)
def test_the_help_of_every_command_begins_with_examples(holdfast, name):
    """INTERFACE, commands: -h/--help with examples first."""
    ended = holdfast(name, "-h")
    assert ended.code == 0
    assert ended.out.startswith("Examples:\n  ")
    assert "holdfast " in ended.out.splitlines()[1]
    for option in ("--json", "--events", "--verbose", "--quiet", "--no-color"):
        assert option in ended.out


@pytest.mark.parametrize("name", ["deploy", "rollback", "adopt", "recover", "sweep", "restore", "prune"])
def test_every_command_that_changes_a_site_takes_site_and_yes(holdfast, name):
    """INTERFACE, commands: every one on a site takes --site, every one that changes something --yes."""
    told = holdfast(name, "--help").out
    assert "--site" in told
    assert "--yes" in told


def test_no_command_at_all_shows_the_commands(holdfast):
    """A first look needs no manual."""
    ended = holdfast()
    assert all(f"  {name}" in ended.out + ended.err for name in TABLE)


def test_version_is_one_line(holdfast):
    """Scripts read it."""
    assert holdfast("--version").out == "holdfast 0.1.0\n"


def test_no_command_at_all_is_readable_help_and_no_success(holdfast):
    """INTERFACE, exit codes: 2; nothing was done, and the help stands line by line."""
    ended = holdfast()
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines()[0] == "Examples:"
    assert "\\n" not in ended.err


@pytest.mark.parametrize(("typed", "near"), [("--sit", "--site"), ("--ye", "--yes"), ("--sorce", "--source")])
def test_the_nearest_option_alone_is_suggested(holdfast, typed, near):
    """INTERFACE, exit codes: 2; what begins so is nearer than what is spelled alike."""
    message = holdfast("deploy", typed).err.splitlines()[0]
    assert message == f"error[usage]: there is no option `{typed}`; did you mean `{near}`?"


@pytest.mark.parametrize("number", ["x", "-1", "1.5"])
def test_a_number_that_is_none_is_told_in_plain_words(holdfast, number):
    """INTERFACE, exit codes: 2."""
    ended = holdfast("prune", "--site", "/srv/club", "--keep", number)
    assert ended.code == 2
    assert f"'{number}' is not a whole number of 0 or more" in ended.err
