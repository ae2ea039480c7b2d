"""`holdfast docs`: the documentation without a network."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

import holdfast
from holdfast.cli.manual import TOPICS
from house.source_tree import read
from lib.terminal import terminal

SRC = os.path.dirname(os.path.dirname(holdfast.__file__))


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    return terminal(capsys, monkeypatch, tmp_path / "here")


def test_the_topics_are_listed_with_what_they_are_about(typed):
    """The issue: a list of topics; guarantees, reference and on-disk format are among them."""
    told = typed("docs")
    assert told.code == 0
    assert all(f"  {name}" in told.out for name in TOPICS)
    assert {"guarantees", "commands", "configuration", "problems", "on-disk-format"} <= set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_is_its_page_word_for_word(typed, topic):
    """What is printed is what was reviewed."""
    assert typed("docs", topic).out.rstrip() == read(f"docs/{TOPICS[topic][0]}").rstrip()


def test_a_topic_is_found_by_the_name_of_its_page_too(typed):
    """The README links to `docs/first-aid.md`."""
    assert typed("docs", "first-aid").out == typed("docs", "missing").out


def test_a_mistyped_topic_is_answered_with_the_nearest_one(typed):
    """INTERFACE, exit codes: 2."""
    ended = typed("docs", "guarantee")
    assert (ended.code, "did you mean `guarantees`?" in ended.err) == (2, True)


def test_a_terminal_gets_a_long_page_through_the_persons_pager():
    """PAGER; a pipe gets the text alone."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "holdfast", "docs", "guarantees"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": SRC, "PAGER": "grep -c promise"},
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass
    os.close(ours)
    assert program.wait(10) == 0
    assert shown.strip().isdigit()
