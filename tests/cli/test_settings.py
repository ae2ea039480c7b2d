"""What may stand in holdfast.toml, and what is said when something else does."""

from __future__ import annotations

import json
import os

import pytest

import holdfast.config
from holdfast.config import Text, load_settings
from holdfast.config.decode import decode
from holdfast.config.imported import ImportedLines
from holdfast.config.schema import published
from holdfast.config.shape import known_keys
from holdfast.config.template import template
from holdfast.config.text import SCHEMA
from holdfast.imports import Findings
from holdfast_engine.model.problem import Problem

DOCS = os.path.join(os.path.dirname(holdfast.config.__file__), "docs")
EXAMPLES = sorted(os.listdir(DOCS))


def example(name):
    with open(os.path.join(DOCS, name), "rb") as file:
        return Text(name, file.read())


def refused(text):
    with pytest.raises(Problem) as caught:
        load_settings([("club.toml", text.encode())], {}, {})
    return caught.value


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_accepted(name):
    """The examples are reference, schema test and fixture at once."""
    assert decode(example(name))


def test_the_examples_name_every_key():
    """A setting without an example is a setting without a reference."""
    text = b"\n".join(example(name).content for name in EXAMPLES).decode()
    keys = {key.rpartition(".")[2] for key in known_keys()}
    assert sorted(key for key in keys if f"\n{key} = " not in text and f"\n# {key} = " not in text) == []


def test_the_published_schema_is_the_one_of_the_code():
    """Editors read the file; `make docs` writes it."""
    with open(SCHEMA, encoding="utf-8") as file:
        assert file.read() == published()


def test_the_published_schema_forbids_unknown_keys():
    """As the decoder does."""
    assert json.loads(published())["$defs"]["Shared"]["additionalProperties"] is False


def test_an_unknown_key_is_an_error_with_the_nearest_one():
    """INTERFACE: unknown keys are errors with the nearest known key as a suggestion."""
    problem = refused('[shared]\npath = ["storage"]\n')
    assert (problem.code, problem.exit_code) == ("config-unknown-key", 10)
    assert problem.message == "club.toml has an unknown key `shared.path`"
    assert problem.hint == "did you mean `paths`?"


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("keep = 'many'", "keep", "'many'"),
        ("keep = -1", "keep", "-1"),
        ("keep = true", "keep", "true"),
        ("keep = 1979-05-27", "keep", "1979-05-27"),
        ("framework = 7", "framework", "7"),
        ("shared = 3", "shared", "3"),
        ("[build]\ncommands = 'make'", "build.commands", "'make'"),
        ("[shared]\npaths = ['a', 1]", "shared.paths", "1"),
        ("[hosts.a]\naddress = 'x'\nroot = ''", "hosts.a.root", "''"),
        ("[hosts.a]\naddress = 'x'", "hosts.a", "{'address': 'x'}"),
        ("[hosts.'a.b']\naddress = 1\nroot = '/'", 'hosts."a.b".address', "1"),
        ("minimum = 'soon'", "minimum", "'soon'"),
        ("[attic]\nkeep = '90 dayz'", "attic.keep", "'90 dayz'"),
        ("[attic]\nkeep = '0 days'", "attic.keep", "'0 days'"),
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_its_file(text, key, value):
    """Exit 10 says what, where and in which file."""
    problem = refused(text)
    assert (problem.code, problem.exit_code) == ("config-invalid", 10)
    assert problem.message == f"club.toml: `{key}` cannot be {value}"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("keep = 'many'", "a whole number is needed, and this is a text"),
        ("keep = 2.5", "a whole number is needed, and this is a fraction"),
        ("keep = -1", "a whole number of 0 or more is needed"),
        ("framework = ''", "a text that is not empty is needed"),
        ("minimum = 'soon'", "a version such as '0.1' is needed"),
        ("shared = [1]", "a table is needed, and this is a list"),
        ("[source]\nverify_signature = 1", "true or false is needed, and this is a whole number"),
        ("[hosts.a]\naddress = 'x'", "it needs a key `root`"),
    ],
)
def test_what_is_wanted_in_its_place_is_said(text, wanted):
    """Exit 10; the words are those of a person, not those of a programming language."""
    assert refused(text).context == (wanted,)


@pytest.mark.parametrize("path", ["../storage", "/etc", "a/../../b", "up*loads", "~/x", "", ".holdfast/attic"])
@pytest.mark.parametrize("key", ["paths", "code", "artifacts", "carried"])
def test_a_shared_path_cannot_leave_the_application(key, path):
    """G9, incidents I14, I19, I27: refused before anything is begun."""
    problem = refused(f"[shared]\n{key} = ['{path}']\n")
    assert (problem.code, problem.exit_code) == ("path-invalid", 10)
    assert f"`shared.{key}`" in problem.message


def test_one_path_cannot_be_data_and_code():
    """Nothing would say which of the two holds."""
    problem = refused('[shared]\npaths = ["public/flags/"]\ncode = ["./public/flags"]\n')
    assert (problem.code, problem.exit_code) == ("shared-paths-overlap", 10)


def test_a_trailing_slash_is_kept_and_other_spellings_are_made_one():
    """INTERFACE: a trailing slash makes a directory; else what is found decides."""
    text = b'[shared]\npaths = ["./public//certificates/", "storage"]\n'
    assert load_settings([("x", text)], {}, {}).settings().shared == ("public/certificates/", "storage")


@pytest.mark.parametrize("kept", ["30 days", "for ever"])
def test_how_long_the_attic_keeps_reaches_the_engine_as_it_was_said(kept):
    """G6: 90 days, where nobody said anything."""
    assert load_settings([("x", f'[attic]\nkeep = "{kept}"'.encode())], {}, {}).settings().attic_keep == kept
    assert load_settings([], {}, {}).settings().attic_keep == "90 days"


def test_two_sources_in_one_file_are_refused():
    """Which one is meant is not for us to guess."""
    assert "more than one source" in refused('[source]\ngit = "x"\npath = "."\n').message


def test_what_is_no_toml_is_said_with_its_line():
    """Exit 10."""
    problem = refused("keep = 1\nkeep 2\n")
    assert problem.code == "config-unreadable"
    assert "line 2" in problem.message


def test_every_value_knows_where_it_comes_from():
    """INTERFACE: flags beat HOLDFAST_*, which beat the file, which beats the default."""
    files = [("a.toml", b"keep = 1\nframework = 'rails'\n"), ("b.toml", b"keep = 2\n")]
    found = load_settings(files, {"HOLDFAST_WEB_USER": "www"}, {"site.root": "/srv/club"})
    origins = {
        key: found.origin(key) for key in ("framework", "keep", "site.web_user", "site.root", "site.public_html")
    }
    assert origins == {
        "framework": "a.toml",
        "keep": "b.toml",
        "site.web_user": "`HOLDFAST_WEB_USER`",
        "site.root": "`--site`",
        "site.public_html": "default",
    }


def test_a_variable_that_is_no_number_names_itself():
    """Exit 10."""
    with pytest.raises(Problem, match="`HOLDFAST_KEEP` cannot be 'many'"):
        load_settings([], {"HOLDFAST_KEEP": "many"}, {})


def test_the_variables_that_hooks_are_given_are_no_settings():
    """A hook that runs `holdfast status` is not told that HOLDFAST_RELEASE is unknown."""
    given = {"HOLDFAST_RELEASE": "/x", "HOLDFAST_SHARED": "/y", "HOLDFAST_PREVIOUS": "/z"}
    assert load_settings([], given, {}).values == {}


def test_what_init_writes_is_understood_by_what_reads_it():
    """Also with every suggestion made active."""
    found = {"framework": "laravel", "persistent": ["storage"], "persistent_files": [".env"], "artifacts": ["a"]}
    suggested = {"build": ['sh -c "npm ci"'], "before_activation": ["php artisan migrate --force"]}
    text = template(found, suggested, (), ImportedLines(Findings(), str))
    assert decode(Text("x", text.encode())) == {"framework": "laravel", "source.path": "."}
    lines = [line.removeprefix("# ") if " = " in line and "[" in line else line for line in text.splitlines()]
    values = decode(Text("x", "\n".join(lines).encode()))
    assert values["build.commands"] == ('sh -c "npm ci"',)
    assert values["shared.paths"] == ("storage/",)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("[hooks]\nbefore = ['x']", "before_activation"),
        ("[hooks]\nafter = ['x']", "after_activation"),
        ("[build]\nzzz = ['x']", "commands"),
        ("frame = 'x'", "framework"),
    ],
)
def test_the_nearest_known_key_is_always_named(text, near):
    """INTERFACE: unknown keys are errors with the nearest known key; one that begins so is near."""
    assert refused(text).hint == f"did you mean `{near}`?"
