"""Pointers of git-lfs: small files that stand for content which is kept elsewhere, and must never be deployed (I24)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import FILE, Listing
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.words import named

MARK = b"version https://git-lfs"
_SHORTEST, _LONGEST = 100, 1023
"""A pointer has a line of 42 bytes, one of 75 and one with a size; its makers promise fewer than 1,024 in all."""
_OID = expression(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_SIZE = expression(rb"^size ([0-9]{1,18})$", re.MULTILINE)


class Pointer(NamedTuple):
    """What a pointer stands for: content with the SHA-256 OID and SIZE bytes; OID is empty where it is not readable."""

    oid: str
    size: int


def may_be_pointer(size: int) -> bool:
    """True for the sizes that a pointer may have."""
    return _SHORTEST <= size <= _LONGEST


def pointer_in(content: bytes) -> Optional[Pointer]:
    """The pointer that CONTENT is, or None."""
    if not content.startswith(MARK):
        return None
    oid, size = _OID.search(content), _SIZE.search(content)
    if b"\next-" in content:  # extensions of git-lfs change content by programs of their own
        return Pointer("", 0)
    return Pointer(oid[1].decode(), int(size[1])) if oid and size else Pointer("", 0)


def pointers_of(listing: Listing) -> list[str]:
    """Paths that hold pointers, in a tree whose attributes say that it uses git-lfs: no other is read for this."""
    names = [path for path in listing.entries if path.rpartition("/")[2] == ".gitattributes"]
    if not any(b"filter=lfs" in (listing.read(path) or b"") for path in names):
        return []
    small = (path for path, one in listing.entries.items() if one.kind == FILE and may_be_pointer(one.size))
    return [path for path in small if pointer_in(listing.read(path) or b"")]


def without_pointers(path: str, size: int, chunks: Iterable[bytes]) -> Iterable[bytes]:
    """CHUNKS, the SIZE bytes of PATH; raises `lfs-content-missing` where they are a pointer."""
    if not may_be_pointer(size):
        return chunks
    content = b"".join(chunks)
    if pointer_in(content):
        raise missing([path], "deploy a directory with the content checked out (`git lfs pull`)")
    return iter((content,))


def missing(paths: Sequence[str], hint: str, context: Iterable[str] = ()) -> Problem:
    """The problem of PATHS that hold pointers, whose content cannot be had."""
    what = "is a pointer" if len(paths) == 1 else f"are pointers ({len(paths)} in all)"
    return Problem(
        "lfs-content-missing",
        f"{named(paths)} {what} of git-lfs, not the content itself",
        context=context,
        hint=hint,
    )
