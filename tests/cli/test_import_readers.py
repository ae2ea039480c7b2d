"""Tolerant readers: a literal is found wherever it stands, and no text whatever breaks them."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest

from holdfast.config.decode import decode
from holdfast.config.imported import ImportedLines
from holdfast.config.template import template
from holdfast.config.text import Text
from holdfast.imports import read_directory
from holdfast.imports.literals import Literals
from holdfast.imports.tokens import JAVASCRIPT, PHP, RUBY, tokens
from holdfast.imports.values import UNKNOWN, Either
from holdfast.imports.yaml import load, plain

RECIPES = Path(__file__).parent.parent / "fixtures" / "recipes"


def value(text, language, **names):
    return Literals(tokens(text, language), language, names, {}).value()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%w[a b/c]", ["a", "b/c"]),
        ("%w(a\n  b) + ['c'] # d", ["a", "b", "c"]),
        ("%i{log tmp}", ["log", "tmp"]),
        ("['a', \"b\",].freeze", ["a", "b"]),
        ('"x/#{name}/y"', "x/club/y"),
        ("'x/#{name}/y'", "x/#{name}/y"),
        (":symbol", "symbol"),
        ("-> { 'late' }", "late"),
        ("proc { 1 + 1; 2 }", UNKNOWN),
        ("ENV.fetch('B', 'main')", "main"),
        ("ENV['B'] || 'main'", "main"),
        ("yes ? 'a' : 'b'", Either(["a", "b"])),
        ("yes ? ['a'] : ['b']", ["a", "b"]),
        ("{ user: 'deploy', 'port' => 22 }", {"user": "deploy", "port": 22}),
        ("<<~TEXT\n  a b\nTEXT\n", "  a b\n"),
        ("`date`", "\ue000"),
        ("12_000", 12000),
    ],
)
def test_literals_of_ruby(text, found):
    """What is computed is known to be unknown."""
    assert value(text, RUBY, name="club") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("['a', /* no */ 'b', // c\n]", ["a", "b"]),
        ("array('a', \"b\")", ["a", "b"]),
        ("['user' => 'deploy', 'port' => 22,]", {"user": "deploy", "port": 22}),
        ("'{{name}}/x' . '/y'", "{{name}}/x/y"),
        ('"{$name}/x"', "\ue000/x"),
        ("getenv('B') ?: 'main'", "main"),
        ("$_ENV['B'] ?? 'main'", "main"),
        ("array_merge(['a'], ['b'])", ["a", "b"]),
        ("function () { return ['a']; }", ["a"]),
        ("fn() => 'a'", "a"),
        ("<<<'X'\n it's\n X", " it's\n"),
        ("true", True),
    ],
)
def test_literals_of_php(text, found):
    """What is computed is known to be unknown."""
    assert value(text, PHP, name="club") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{ a: ['x', `y/${name}`], 'b-c': 1, name }", {"a": ["x", "y/club"], "b-c": 1, "name": "club"}),
        ("[...many, 'c']", ["a", "b", "c"]),
        ("process.env.B || 'main'", "main"),
        ("(x) => ({ a: 1 })", {"a": 1}),
        ("function () { return 'a' }", "a"),
        ("['a', 'b'].concat(many)", ["a", "b", "a", "b"]),
        ("/['\"]/.test('x') ? 1 : 2", Either([1, 2])),
        ("path.join('a', 'b')", UNKNOWN),
        ("null", None),
    ],
)
def test_literals_of_javascript(text, found):
    """What is computed is known to be unknown."""
    assert value(text, JAVASCRIPT, name="club", many=["a", "b"]) == found


def test_settings_in_yaml():
    """Blocks, lists at their key's own depth, flow, quotes, texts over lines, merges."""
    text = """
# a comment
base: &base
  a: 1   # with a comment
list:
- x: "y: z"
  w: 'it''s'
- [p, {q: r}]
-
  - deep
whole: >
  two
  lines

merged:
  <<: *base
  b: "#no comment"
secret: !vault |
  123
url: http://example.org:80/#x
"""
    assert plain(load(text)) == {
        "base": {"a": "1"},
        "list": [{"x": "y: z", "w": "it's"}, ["p", {"q": "r"}], ["deep"]],
        "whole": "two\nlines",
        "merged": {"a": "1", "b": "#no comment"},
        "secret": None,
        "url": "http://example.org:80/#x",
    }


def files():
    return {path.relative_to(RECIPES): path.read_text() for path in sorted(RECIPES.rglob("*")) if path.is_file()}


def damaged(text, chance):
    """TEXT as a person, an editor or a merge may leave it."""
    cut, end = sorted(chance.choices(range(len(text) + 1), k=2))
    piece = "".join(chance.choices("()[]{}'\"`$#%<>|&;:=,\\\n -do end\u00e9\x00\x07", k=chance.randrange(9)))
    return chance.choice((text[:cut], text[cut:], text[:cut] + piece + text[end:], text[:cut] + piece + text[cut:]))


@pytest.mark.parametrize("number", range(60))
def test_no_text_whatever_breaks_the_import_or_the_file_that_is_written(tmp_path, number):
    """Reading is tolerant: what is understood of a damaged file is still one that can be read back."""
    chance = random.Random(number)
    for path, text in files().items():
        where = tmp_path.joinpath(*path.parts[1:])
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(damaged(damaged(text, chance), chance))
    text = template({}, {}, (), ImportedLines(read_directory(str(tmp_path)), str))
    assert tomllib.loads(text)
    assert decode(Text("x", text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\n# shared\nf() {\n f\n ln -s shared/x y\n}\nf\n",
        "set :linked_dirs, " + "[" * 5000,
        "set :linked_dirs, " + "(" * 5000 + "'a'" + ")" * 5000,
        "set :x, " + '"#{' * 3000,
    ],
)
def test_what_never_ends_ends(tmp_path, text):
    """A file that calls itself, or opens more than it closes, is read once."""
    (tmp_path / "config").mkdir()
    for name in ("config/deploy.rb", "deploy.php", "shipitfile.js", "deploy.sh", "deploy.yaml"):
        (tmp_path / name).write_text(text.replace("set :", "set(:") if name == "deploy.php" else text)
    assert tomllib.loads(template({}, {}, (), ImportedLines(read_directory(str(tmp_path)), str)))


def test_only_small_plain_files_near_the_top_are_read(tmp_path):
    """Neither packages, nor what links lead to, nor whole dumps."""
    script = "#!/bin/sh\nln -s /srv/a/shared/x /srv/a/releases/1/x\n"
    for name in ("node_modules/p/deploy.sh", "a/b/c/d/e/deploy.sh", ".git/hooks/post-receive"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(script)
    (tmp_path / "big.sh").write_text(script + "#" * 300_000)
    (tmp_path / "link.sh").symlink_to(tmp_path / "node_modules/p/deploy.sh")
    assert not read_directory(str(tmp_path))
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "deploy").write_text(script)
    assert list(read_directory(str(tmp_path)).files) == ["ops/deploy"]


@pytest.mark.parametrize(
    "release", ["/srv/a/releases/$(date +%s)", "$ROOT/releases/`date +%s`", '"$ROOT/releases/$NOW"']
)
def test_a_release_that_is_named_by_a_command_is_one(tmp_path, release):
    """INTERFACE, `init`: what is linked has the path that it has in the release, however that is called."""
    lines = ["#!/bin/sh", "ROOT=/srv/a", "NOW=$(date +%s)", f"REL={release}", "git clone https://x.org/a.git $REL"]
    (tmp_path / "deploy.sh").write_text("\n".join([*lines, "ln -s $ROOT/shared/files $REL/public/uploads", ""]))
    assert list(read_directory(str(tmp_path)).shared) == ["public/uploads"]
