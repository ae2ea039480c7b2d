"""POSIX ACLs as `setfacl` writes them, with numbers instead of names: read, given, and taken from one user (acl(5))."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable

from holdfast_engine.fs import durable
from holdfast_engine.fs.failpoint import reach
from holdfast_engine.fs.root import Root

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
_NOBODY = 0xFFFFFFFF
_TAGS = {0x01: "u::", 0x02: "u:", 0x04: "g::", 0x08: "g:", 0x10: "m::", 0x20: "o::"}
_NAMED, _MASK = (0x02, 0x08), 0x10
_NONE = (errno.ENODATA, errno.ENOTSUP, errno.EINVAL)
"""How it says that there is no ACL here, or that this file system has none."""

Entry = tuple[int, int, int]
"""Tag, rights and whom."""


def texts(here: int) -> tuple[str, str]:
    """The ACL of an open file or directory, and the default one of what is made in it; empty where there is none."""
    return _text(_entries(here, ACCESS)), _text(_entries(here, DEFAULT))


def give(here: int, acl: str, default: str) -> None:
    """An open directory of ours has both ACLs; what it has beyond them stays where a text is empty."""
    for name, text in ((ACCESS, acl), (DEFAULT, default)):
        if text and text != _text(_entries(here, name)):
            os.setxattr(here, name, _packed(_parsed(text)))


def shut_out(root: Root, path: str, *, user: int) -> None:
    """No ACL of PATH names USER any more, and none of what is made in it later; on disk when it returns."""
    here = root.open_directory(path) if root.kind(path) == "dir" else root.open_file(path)
    try:
        for name in (ACCESS, DEFAULT):
            found = _entries(here, name)
            kept = [one for one in found if (one[0], one[2]) != (0x02, user)]
            if kept != found:
                reach("access.shut_out")
                os.setxattr(here, name, _packed(kept))
        durable.sync(here)
    finally:
        os.close(here)


def admit(here: int, name: str, mode: int, rights: dict[int, int]) -> None:
    """The ACL called NAME gives each user of RIGHTS these; whom it names besides stays named. Where there is none it
    begins as MODE.
    """
    found = _entries(here, name) or [
        (0x01, mode >> 6 & 7, _NOBODY),
        (0x04, mode >> 3 & 7, _NOBODY),
        (0x20, mode & 7, _NOBODY),
    ]
    named = [one for one in found if one[0] != _MASK and not (one[0] == 0x02 and one[2] in rights)]
    named += [(0x02, bits, user) for user, bits in rights.items()]
    mask = 0
    for tag, bits, _ in (*(one for one in found if one[0] == _MASK), *named):
        mask |= bits if tag not in (0x01, 0x20) else 0
    os.setxattr(here, name, _packed(sorted([*named, (_MASK, mask, _NOBODY)], key=_place)))


def _place(entry: Entry) -> tuple[int, int]:
    """The kernel takes entries in the order of their tags, and of whom they name."""
    return entry[0], entry[2]


def _entries(here: int, name: str) -> list[Entry]:
    try:
        packed = os.getxattr(here, name)
    except OSError as error:
        if error.errno in _NONE:
            return []
        raise
    return [struct.unpack_from("<HHI", packed, at) for at in range(4, len(packed) - 7, 8)]


def _packed(entries: Iterable[Entry]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def _text(entries: Iterable[Entry]) -> str:
    return ",".join(f"{_TAGS[tag]}{f'{who}:' if tag in _NAMED else ''}{_letters(bits)}" for tag, bits, who in entries)


def _letters(bits: int) -> str:
    return "".join(letter if bits & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))


def _parsed(text: str) -> list[Entry]:
    return [_entry(*one.split(":")) for one in text.split(",")]


def _entry(kind: str, who: str, letters: str) -> Entry:
    tag = next(tag for tag, start in _TAGS.items() if start == (f"{kind}:" if who else f"{kind}::"))
    bits = sum(bit for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if letter in letters)
    return tag, bits, int(who) if who else _NOBODY
