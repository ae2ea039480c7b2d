"""What an operating system refuses is told in words that fit: what it means, where, and what helps."""

from __future__ import annotations

import errno
import os
import struct

import pytest

from holdfast_engine.fs import quota
from holdfast_engine.fs.refusals import mend_of, words_of
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.git_process import Answer, raise_for
from lib.refusals import failing_at, fails
from lib.world import PLAIN, World

WORDS = {
    errno.ENOSPC: ("disk full", "make room"),
    errno.EDQUOT: ("quota of `", "quota -s"),
    errno.EMFILE: ("files open at a time", "ulimit -n"),
    errno.ENFILE: ("this host may have no more files open", "fs.file-max"),
    errno.EROFS: ("mounted read-only", "remount,rw"),
    errno.EACCES: ("is not allowed to do that", "as the user who owns"),
    errno.EPERM: ("or it is immutable", "chattr -ia"),
    errno.ETXTBSY: ("a running program", "fuser"),
    errno.EBUSY: ("something is mounted there", "findmnt"),
    errno.ENAMETOOLONG: ("too long for this file system", "rename it"),
    errno.ELOOP: ("a symlink is in the way", "remove the link"),
    errno.EMLINK: ("as many hard links as", "remove some of them"),
    errno.EFBIG: ("larger than may be written", "ulimit -f"),
    errno.ENOTSUP: ("this file system cannot do that", "ext4, XFS or btrfs"),
    errno.EIO: ("could not read or write", "dmesg"),
    errno.ESTALE: ("network file system", "mount it again"),
    errno.ENOTCONN: ("no longer connected", "mount it again"),
}


def refused(number: int) -> OSError:
    return OSError(number, os.strerror(number), "a.pdf")


@pytest.fixture
def world(tmp_path) -> World:
    made = World(tmp_path, PLAIN, env=None)
    made.ship()
    made.commit()
    return made


@pytest.mark.parametrize("number", WORDS, ids=errno.errorcode.get)
def test_each_refusal_midway_says_what_it_means_and_what_helps(world, number):
    """Exit 50, G4: what was live is live, and only a full disk is told to make room."""
    means, mend = WORDS[number]
    with failing_at("durable.sync_file_system", refused(number)):
        problem = fails(world.deploy, exits=50, code="step-failed")
    assert means in problem.message
    assert os.strerror(number) in problem.message
    assert "`a.pdf`" in problem.message
    assert mend in problem.hint
    assert ("make room" in problem.hint) == (number == errno.ENOSPC)
    assert "undone" in problem.state
    world.assert_code_is(1)
    world.deploy()
    world.assert_code_is(2)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "quota-used-up"),
        (errno.EMFILE, "descriptors-used-up"),
        (errno.EROFS, "no-permission"),
        (errno.EIO, "host-error"),
    ],
)
def test_each_refusal_before_anything_is_begun_has_its_code(world, number, code):
    """Exit 40: nothing was begun, so nothing is unfinished."""
    with failing_at("durable.open_for_append", refused(number)):
        problem = fails(world.deploy, exits=40, code=code)
    assert problem.state
    assert WORDS[number][1] in problem.hint
    assert world.perform("status")["unfinished"] is None
    world.deploy()


def test_after_the_switch_it_is_said_that_the_new_release_is_live(world):
    """Exit 60: with the words of a quota, and the command that completes."""
    with failing_at("durable.replace_own", refused(errno.EDQUOT), when=lambda: _is_live(world, 2)):
        problem = fails(world.deploy, exits=60, code="step-failed-after-activation")
    assert "quota of `" in problem.message
    assert "quota -s" in problem.hint
    assert "holdfast recover" in problem.hint
    world.perform("recover")
    world.assert_code_is(2)


def _is_live(world: World, version: int) -> bool:
    return f"version {version}" in (world.live / "public/index.php").read_text()


def test_what_git_says_of_the_host_is_told_with_what_helps():
    """A mirror that does not fit is no matter of the origin."""
    said = ("fatal: write error: No space left on device", "fatal: fetch-pack: invalid index-pack output")
    with pytest.raises(Problem) as caught:
        raise_for(Answer(128, b"", said), "fetch-failed", "git cannot fetch")
    assert "make room" in caught.value.hint
    with pytest.raises(Problem) as caught:
        raise_for(Answer(128, b"", ("fatal: Disk quota exceeded",)), "fetch-failed", "git cannot fetch")
    assert "quota -s" in caught.value.hint
    with pytest.raises(Problem) as caught:
        raise_for(Answer(128, b"", ("fatal: no such branch",)), "fetch-failed", "git cannot fetch")
    assert caught.value.hint == ""


def test_what_we_say_ourselves_is_not_said_over(world):
    """An error that carries words of its own keeps them."""
    assert words_of(OSError(errno.EIO, "the link does not read back", "current")) == (
        "the link does not read back at `current`"
    )
    assert mend_of(OSError(errno.ENOANO, os.strerror(errno.ENOANO))) == "fix what the message names"


def test_a_quota_that_will_not_do_is_foreseen(world, monkeypatch):
    """Exit 30: where the kernel tells what a quota leaves, it is not told as a full disk."""
    monkeypatch.setattr(quota, "left", lambda _root, _path: quota.Left(bytes=1 << 20, inodes=None))
    problem = fails(world.deploy, exits=30, code="checklist-refused")
    assert "the quota of `" in problem.context[0]
    assert "leaves 1 MB" in problem.context[0]
    assert "quota raised" in problem.hint
    monkeypatch.setattr(quota, "left", lambda _root, _path: quota.Left(bytes=None, inodes=3))
    assert "leaves 3 files" in fails(world.deploy, exits=30, code="checklist-refused").context[0]
    world.assert_code_is(1)


def test_what_the_kernel_says_of_a_quota_is_read_as_it_is_meant():
    """quotactl(2): limits in blocks of 1,024 bytes, what is taken in bytes; no limit leaves everything."""
    packed = struct.pack("=8QI4x", 100, 80, 50 * 1024, 0, 0, 7, 0, 0, 63)
    assert quota.read(packed) == quota.Left(50 * 1024, None)
    assert quota.read(struct.pack("=8QI4x", 0, 10, 99999, 5, 0, 7, 0, 0, 63)) == quota.Left(0, 0)
