"""What the operating system refuses, in words: what it means here, and what helps."""

from __future__ import annotations

import errno
import os
import resource
from typing import NamedTuple

from holdfast_engine.fs.accounts import name_of


class Refusal(NamedTuple):
    """MEANS says what has happened, MEND what a person does about it, CODE is the problem's where nothing was begun.

    `{user}` stands for whoever runs this, `{limit}` for how many files it may have open.
    """

    means: str
    mend: str
    code: str = "host-error"


_ELSEWHERE = "put the site on ext4, XFS or btrfs"
_SERVER = "check that the file server answers, mount it again"
_RIGHTS = "run Holdfast as the user who owns the site's directory"
_REFUSALS = {
    errno.ENOSPC: Refusal("disk full", "make room (`df -h` and `df -i` show where)", "disk-full"),
    errno.EDQUOT: Refusal(
        "quota of `{user}` used up",
        "the disk itself may have room: `quota -s` as `{user}` shows the quota; raise it, or remove what is not needed",
        "quota-used-up",
    ),
    errno.EMFILE: Refusal(
        "this process may have only {limit} files open at a time", "`ulimit -n 1024`", "descriptors-used-up"
    ),
    errno.ENFILE: Refusal(
        "this host may have no more files open",
        "`sysctl fs.file-nr` shows it; raise `fs.file-max`",
        "descriptors-used-up",
    ),
    errno.EROFS: Refusal(
        "the file system is mounted read-only",
        "mount it for writing (`mount -o remount,rw`; after a disk error `dmesg` shows why)",
        "no-permission",
    ),
    errno.EACCES: Refusal("`{user}` is not allowed to do that", _RIGHTS, "no-permission"),
    errno.EPERM: Refusal(
        "`{user}` is not allowed to do that, or it is immutable",
        f"{_RIGHTS}; `lsattr -d` shows `i` or `a` for what is immutable, and `chattr -ia` removes it",
        "no-permission",
    ),
    errno.ETXTBSY: Refusal("a running program is in the way", "stop it (`fuser -v` names it)"),
    errno.EBUSY: Refusal("it is in use, or something is mounted there", "`findmnt` and `fuser -v` show what; end that"),
    errno.ENAMETOOLONG: Refusal(
        "the name or the path is too long for this file system", "rename it to something shorter"
    ),
    errno.ELOOP: Refusal(
        "a symlink is in the way, or links lead in a circle", "remove the link that the message names"
    ),
    errno.EMLINK: Refusal("it has as many hard links as its file system allows", "remove some of them"),
    errno.EFBIG: Refusal("it is larger than may be written", "`ulimit -f unlimited`, or " + _ELSEWHERE),
    errno.ENOMEM: Refusal("this host is out of memory", "stop something that uses much of it"),
    errno.ENOTSUP: Refusal("this file system cannot do that", _ELSEWHERE),
    errno.ENOSYS: Refusal("this file system or kernel cannot do that", _ELSEWHERE),
    errno.EXDEV: Refusal("it would have to move to another file system", "keep the whole site on one"),
    errno.EIO: Refusal(
        "the disk could not read or write", "`dmesg` shows why; repair or replace the disk, put back what it lost"
    ),
    errno.ESTALE: Refusal("the network file system no longer knows it", _SERVER),
    errno.ENOTCONN: Refusal("what is mounted here is no longer connected (sshfs may have ended)", _SERVER),
    errno.ETIMEDOUT: Refusal("the file server does not answer", _SERVER),
    errno.EHOSTDOWN: Refusal("the file server does not answer", _SERVER),
}
_ANYTHING = Refusal("", "fix what the message names")


def words_of(error: OSError) -> str:
    """An operating system's error for people. What was raised with words of its own keeps them."""
    said, means = error.strerror or str(error), _filled(_of(error).means)
    where = f" at `{error.filename}`" if error.filename else ""
    own = error.errno is None or said != os.strerror(error.errno)
    return f"{said}{where}" if own or not means else f"{means} ({said}){where}"


def mend_of(error: OSError) -> str:
    """What a person does about ERROR before the same is typed again."""
    return _filled(_of(error).mend)


def code_of(error: OSError) -> str:
    """The code word of the problem that ERROR is where nothing was begun."""
    return _of(error).code


def _of(error: OSError) -> Refusal:
    return _REFUSALS.get(error.errno or 0, _ANYTHING)


def _filled(words: str) -> str:
    return words.format(user=name_of(os.geteuid()), limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0])
