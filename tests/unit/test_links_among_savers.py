"""Links of ours in a directory in which somebody saves by rename at any moment (G1)."""

from __future__ import annotations

import errno
import os

import pytest

from holdfast_engine.fs import place
from holdfast_engine.fs.root import Root
from lib.refusals import listening


def save(tmp_path, number):
    (tmp_path / "new").write_text(f"number {number}\n")
    (tmp_path / "new").replace(tmp_path / "page")


def replace(root):
    return place.replace_link(root, "page", "to/new", waiting="waiting")


def take_away(root):
    return place.take_link_away(root, "page", waiting="waiting")


@pytest.mark.parametrize("act", [replace, take_away])
def test_a_link_is_replaced_or_taken_away_where_nobody_saves(tmp_path, act):
    """And where no name can be exchanged as well."""
    for refused in (False, True):
        (tmp_path / "page").symlink_to("to/old")
        with Root(str(tmp_path)) as root, pytest.MonkeyPatch.context() as patch:
            if refused:
                patch.setattr(place, "_renameat2", _no_flags)
            act(root)
        assert (os.listdir(tmp_path), act is replace) in ((["page"], True), ([], False))
        if act is replace:
            assert os.readlink(tmp_path / "page") == "to/new"
            (tmp_path / "page").unlink()


def _no_flags(*_words):
    raise OSError(errno.EINVAL, "no flags")


@pytest.mark.parametrize("act", [replace, take_away])
@pytest.mark.parametrize("times", [1, 2])
def test_what_is_saved_over_it_at_any_moment_stands_there(tmp_path, act, times):
    """Once, and again at the next moment: the last one has the name, and none is lost but under a later one."""
    for number in range(1, 12):
        for one in tmp_path.iterdir():
            one.unlink()
        (tmp_path / "page").symlink_to("to/old")
        count, overwritten = [0], []

        def hook(_name, number=number, count=count, overwritten=overwritten):
            count[0] += 1
            if number <= count[0] < number + times:
                page = tmp_path / "page"
                if page.exists():
                    overwritten.append(page.read_text())
                save(tmp_path, count[0])

        with Root(str(tmp_path)) as root, listening(hook):
            act(root)
        saved = [f"number {n}\n" for n in range(number, min(count[0] + 1, number + times))]
        there = [one.read_text() for one in tmp_path.iterdir() if not one.is_symlink()]
        assert {*saved} <= {*there, *overwritten}
        if saved:
            assert (tmp_path / "page").read_text() == saved[-1]
