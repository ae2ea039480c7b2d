"""Repositories, environment files and settings that somebody made to do harm, through whole commands."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast_engine.model.request import Source
from lib.by_turns import by_turns
from lib.refusals import fails, outcome
from lib.snapshot import assert_unchanged, snapshot
from lib.terminal import terminal
from lib.world import PLAIN, World

ODD_NAMES = [
    b"-rf", b"--upload-pack=touch marker", b"--help", b"-c", b"a\nb", b"\xff\xfe", b" ", b"$(touch marker)",
    b"`touch marker`", b";touch marker", b"|touch marker", b"&& touch marker", b"a\tb", b'"quoted"', b"'",
    b"*", b"~", b"$HOME", b"x" * 255, b"\x1b[2J", b":(top)x", b":!x", b"@", b"HEAD", b"refs", b"objects",
    b"config", b"hooks", b".gitattributes", b".mailmap",
]  # fmt: skip


@pytest.fixture
def world(tmp_path):
    """A site with one release, beside which a marker would show that something was executed."""
    made = World(tmp_path / "world", PLAIN, env=None, kind="git")
    made.ship()
    return made


def tree(world: World, *entries: tuple[bytes, bytes, bytes]) -> str:
    """A commit whose tree holds ENTRIES: mode, name, object's id in hexadecimal; git itself checks nothing of it."""
    raw = b"".join(
        mode + b" " + name + b"\0" + bytes.fromhex(one.decode())
        for mode, name, one in sorted(entries, key=lambda entry: entry[1])
    )
    made = git_object(world, "tree", raw).decode()
    commit = world.git("commit-tree", "-m", "hostile", "-p", "HEAD", made)
    world.git("update-ref", "refs/heads/main", commit)
    return made


def git_object(world: World, kind: str, content: bytes) -> bytes:
    words = ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
    return subprocess.run(words, cwd=world.repository, input=content, capture_output=True, check=True).stdout.strip()


def blob(world: World, content: bytes) -> bytes:
    return git_object(world, "blob", content)


def executed(world: World) -> list[Path]:
    return list(world.top.parent.rglob("marker"))


def test_names_that_are_options_commands_or_no_text_are_files_like_any_other(world):
    """G9: a name is never an argument: each arrives with its bytes, and nothing is executed."""
    place = os.fsencode(world.repository)
    for number, name in enumerate(ODD_NAMES):
        with open(os.path.join(place, name), "wb") as stream:
            stream.write(b"odd %d" % number)
    if os.path.exists(os.path.join(place, b".gitattributes")):
        os.unlink(os.path.join(place, b".gitattributes"))
    world.ship()
    live = os.fsencode(world.live.resolve())
    for number, name in enumerate(ODD_NAMES):
        if name != b".gitattributes":
            with open(os.path.join(live, name), "rb") as stream:
                assert stream.read() == b"odd %d" % number
    assert executed(world) == []
    world.ship()
    world.rollback()
    world.perform("prune", keep=0)


@pytest.mark.parametrize(
    "name",
    [
        b".git",
        b".GIT",
        b".Git",
        b"..",
        b".",
        b"",
        b".git/hooks",
        b"a/../../x",
        b"../x",
        b".holdfast",
        b".HOLDFAST",
        b"x" * 256,
        b"/x",
    ],
)
@pytest.mark.parametrize("kind", ["file", "tree", "link"])
def test_a_tree_that_git_would_not_check_out_is_refused(world, name, kind):
    """G9, exit 30 or 50: names that lead out, or into a repository, stop the deploy; what was live is live."""
    inner = blob(world, b"#!/bin/sh\ntouch marker\n")
    hook = b"100755 post-checkout\0" + bytes.fromhex(inner.decode())
    below = git_object(world, "tree", hook)
    entry = {"file": (b"100755", name, inner), "tree": (b"40000", name, below), "link": (b"120000", name, inner)}[kind]
    tree(world, entry, (b"100644", b"index.php", inner))
    problem = outcome(world.deploy)
    assert problem is not None
    assert problem.exit_code in (30, 50), problem.message
    world.assert_code_is(1)
    assert executed(world) == []


@pytest.mark.parametrize("text", ["../../../../etc", "/etc/passwd", ".git/config", "../../shared", "public"])
def test_a_link_of_the_repository_is_carried_as_text_and_never_written_through(world, text):
    """G9: links are written as links; what else is committed below the same name is refused."""
    link, inner = blob(world, text.encode()), blob(world, b"PWNED")
    before = snapshot(world.top, without=("site", "repository"))
    tree(world, (b"120000", b"lead", link), (b"100644", b"index.php", inner))
    outcome(world.deploy)
    assert_unchanged(before, snapshot(world.top, without=("site", "repository")))
    lead = world.live.resolve() / "lead"
    assert not lead.exists() or os.readlink(lead) == text


@pytest.mark.parametrize("url", ["--upload-pack=touch marker", "ext::touch marker", "-u", "file:///etc", "../../x"])
@pytest.mark.parametrize("path", ["vendor/sub", "--upload-pack=x", "../outside"])
def test_a_submodule_is_refused_whatever_its_url_says(world, url, path):
    """Exit 30: only addresses of a known form become arguments, and what no entry names is not fetched."""
    (world.repository / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = {path}\n\turl = {url}\n')
    world.commit()
    name = path.replace("../", "").encode()
    inner = blob(world, b"<?php")
    tree(world, (b"160000", name.replace(b"/", b"-"), inner[:40]), (b"100644", b"index.php", inner))
    fails(world.deploy, exits=30, code="submodule-unusable")
    assert executed(world) == []


def test_hooks_and_settings_of_the_repository_are_not_run(world):
    """G9: the origin is read: no hook, filter, pager, editor or helper of its own is ever started."""
    hooks = world.repository / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    marker = world.top / "marker"
    for name in ("post-checkout", "post-update", "pre-auto-gc", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (hooks / name).chmod(0o755)
    (world.repository / ".gitattributes").write_text("* filter=evil diff=evil text eol=crlf export-ignore\n")
    world.commit()
    marker.unlink(missing_ok=True)  # commits of our own may have run them
    evil = f"touch {marker}"
    for key in ("filter.evil.smudge", "core.fsmonitor", "core.pager", "core.sshCommand", "uploadpack.packObjectsHook"):
        world.git("config", key, evil)
    world.deploy()
    world.assert_code_is(2)
    assert not marker.exists()
    assert b"\r\n" not in (world.live / "index.php").read_bytes()


@pytest.mark.parametrize(
    "ref",
    ["--upload-pack=x", "-f", "main;touch marker", "$(touch marker)", "a..b", "main~1^{/x}", "@{-1}", "main:index.php",
     "refs/heads/../../x", "a b", "a\nb", "\x1b[2J", "main\\", "*", "", "x" * 5000, "refs/heads/main.lock", "\udcff"],
)  # fmt: skip
def test_an_odd_ref_is_missing_or_a_commit_and_never_a_command(world, ref):
    """Exit 11 or a deploy: what `git rev-parse` would make of it runs nothing."""
    source = Source("git", str(world.repository), ref)
    problem = outcome(lambda: world.perform("deploy", source=source))
    assert problem is None or problem.exit_code in (2, 10, 11, 30), problem.message
    assert executed(world) == []


def test_branches_and_tags_with_odd_names_do_not_disturb(world):
    """Refs that a repository may hold although nobody can mean them."""
    odd = (
        "heads/--upload-pack=touch",
        "tags/-x",
        "heads/$(touch${IFS}marker)",
        "heads/main;x",
        "tags/main",
        "heads/a'b",
    )
    for name in odd:
        world.git("update-ref", f"refs/{name}", "HEAD")
    world.ship()
    world.assert_code_is(2)
    assert executed(world) == []


def _made(content: bytes | Callable[[], bytes]) -> bytes:
    """What is large is made where it is used: a process that holds it is slow to fork."""
    return content() if callable(content) else content


ENVIRONMENTS = {
    "binary": bytes(range(256)) * 64,
    "a line of 10 MB": lambda: b"APP_KEY=" + b"x" * (10 << 20),
    "a quoted line of 10 MB": lambda: b'APP_KEY="' + b"x" * (10 << 20) + b'"',
    "escapes": lambda: b'APP_KEY="' + b"\\a" * (2 << 20),
    "quotes without an end": lambda: b"A=\"b\nC='d\n" * 50_000,
    "a million keys": lambda: b"".join(b"K%d=v\n" % number for number in range(100_000)),
    "NULs": b"APP_KEY=a\0b\n\0\0\0=\0\nDB_HOST=\0",
    "carriage returns": b"APP_KEY=a\rDB_HOST=b\r\n\r\r",
    "UTF-16": "APP_KEY=a\n".encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbfAPP_KEY=a\n",
    "terminal sequences": b"APP_KEY=\x1b]0;x\x07\nDB_HOST=\x1b[2J\nDB_DATABASE=a\x1b[1m\n",
    "commands": b"APP_KEY=$(touch marker)\nDB_HOST=`touch marker`\n",
    "spaces": lambda: b"A=" + b" " * (1 << 20) + b"#" + b" " * (1 << 20),
    "empty": b"",
}


@pytest.mark.parametrize("first", by_turns(list(ENVIRONMENTS), every=2, share=1))
def test_a_hostile_environment_file_is_kept_as_it_is_and_never_told(tmp_path, first):
    """G1, G7: whatever stands in `.env`, commands end soon, in words without its values, and its bytes stay."""
    world = World(tmp_path / "world")
    where = world.site / "shared/.env"
    where.write_bytes(_made(ENVIRONMENTS[first]))
    kept = where.read_bytes()
    for act in (world.ship, world.ship, world.rollback, lambda: world.perform("checklist")):
        problem = outcome(act)
        said = f"{problem.message} {problem.context} {problem.hint}" if problem else ""
        assert "\x1b" not in said
        assert len(said) < 5000
        assert where.read_bytes() == kept
    assert executed(world) == []


TOMLS = {
    "no TOML": b"\x00\x01\x02",
    "not UTF-8": b"[shared]\npaths = ['\xff']\n",
    "deep": b"a = " + b"[" * 5000 + b"]" * 5000,
    "deep tables": b"[" + b".".join([b"a"] * 5000) + b"]\n",
    "10 MB": lambda: b"# " + b"x" * (10 << 20),
    "a huge number": b"keep = " + b"9" * 10000,
    "a date": b"keep = 1979-05-27\n",
    "a path that leads out": b"[shared]\npaths = ['../../etc']\n",
    "an absolute path": b"[shared]\npaths = ['/etc']\n",
    "a NUL": b"[shared]\npaths = ['a\\u0000b']\n",
    "a NUL in a string": b'[shared]\npaths = ["a\\u0000b"]\n',
    "an escape sequence": b'[shared]\npaths = ["\\u001b[2J"]\n',
    "terminal sequences as keys": b'"\\u001b[2J" = 1\n',
    "a link": None,
    "a directory": None,
    "a FIFO": None,
}


@pytest.mark.parametrize("what", TOMLS)
def test_hostile_settings_are_refused_in_words(tmp_path, capsys, monkeypatch, what):
    """Exit 10, or a deploy that passes them over: never a traceback, never a wait, and nothing is changed."""
    world = World(tmp_path / "world", PLAIN, env=None, kind="git")
    world.commit()
    app = tmp_path / "app"
    app.mkdir()
    (app / "index.php").write_text("<?php")
    where = app / "holdfast.toml"
    if what == "a link":
        where.symlink_to("/etc/shadow")
    elif what == "a directory":
        where.mkdir()
    elif what == "a FIFO":
        os.mkfifo(where)
    else:
        where.write_bytes(_made(TOMLS[what]))
    typed = terminal(capsys, monkeypatch, tmp_path / "here")
    ended = typed("deploy", "--site", world.site, "--source", app, "--yes")
    assert ended.code in (0, 2, 10, 11, 30, 40), ended.err
    assert "Traceback" not in ended.err
    assert "\x1b" not in ended.err + ended.out
    assert "root:" not in ended.err + ended.out
    assert ended.code == 0 or len(ended.err) < 5000
