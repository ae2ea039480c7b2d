"""A password in the source's URL is told to git, and to nobody else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import holdfast
from lib.guarded import IN_URL, MARK, publish, serving
from lib.world import STATIC, World

SRC = os.path.dirname(os.path.dirname(holdfast.__file__))
WRONG = ("https://u:s3cret@example.org/a.tar.gz", "foo::https://u:s3cret@example.org/a", "ext://u:s3cret@example.org")


@pytest.fixture
def static(tmp_path):
    return World(tmp_path, STATIC, env=None, kind="git")


def typed(world, source, *words):
    """A real command line; what it said, on both streams."""
    command = [sys.executable, "-m", "holdfast", *words, "--site", world.site]
    environment = {**os.environ, "PYTHONPATH": SRC, "GIT_CONFIG_GLOBAL": os.devnull, "HOLDFAST_SOURCE": source}
    ended = subprocess.run(command, cwd=world.top, env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def test_a_password_reaches_no_file_no_stream_and_no_list_of_processes(static, tmp_path):
    """Journal, records, `site.json`, the mirror, events, answers and errors: it stands in none of them."""
    static.commit()
    with serving(static.repository, tmp_path) as server:
        source, said = server.url(f"deploy:{IN_URL}"), []
        said.append(typed(static, source, "plan", "--json", "--events"))
        said.append(typed(static, source, "deploy", "--yes", "--json", "--events", "-v"))
        static.commit()
        publish(static.repository, tmp_path)
        said.append(typed(static, source, "deploy", "--yes"))
        for words in (["history", "--json"], ["status", "--json"], ["releases", "--json"]):
            said.append(typed(static, source, *words))
        assert [code for code, _ in said] == [0] * 6, said
        refused = typed(static, server.url("deploy:s3cret-but-wrong"), "deploy", "--yes", "--json", "--events")
        assert refused[0] == 50
        assert server.seen == []
    static.assert_code_is(2, "index.html")
    assert [text for _, text in (*said, refused) if MARK in text] == []
    files = [path for path in static.site.rglob("*") if path.is_file()]
    assert [path for path in files if MARK.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("source", WRONG)
def test_a_source_that_cannot_be_used_is_told_without_its_password(static, source):
    """The message names the URL, and not who asked."""
    code, said = typed(static, source, "deploy", "--yes")
    assert code in (2, 10, 11, 30), said
    assert MARK not in said
