"""By which names a file's content is known: its digest, and the ids that git would give it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from typing import NamedTuple

from holdfast_engine.fs.root import Root

_BLOCK = 1 << 20


class ContentIds(NamedTuple):
    """SIZE in bytes, DIGEST (SHA-256), and the ids of the blob with this content in a repository of either kind."""

    size: int
    digest: str
    blobs: frozenset[str]


def content_ids(root: Root, path: str) -> ContentIds:
    """Of the regular file at PATH, read once; OSError when there is none, or it may not be read."""
    descriptor = root.open_file(path)
    try:
        return _ids(os.fstat(descriptor).st_size, iter(lambda: os.read(descriptor, _BLOCK), b""))
    finally:
        os.close(descriptor)


def ids_of_text(content: bytes) -> ContentIds:
    """Of a file that would hold CONTENT."""
    return _ids(len(content), (content,))


def _ids(size: int, blocks: Iterable[bytes]) -> ContentIds:
    header = b"blob %d\0" % size
    plain, wide = hashlib.sha256(), hashlib.sha256(header)
    usual = hashlib.sha1(header, usedforsecurity=False)
    for block in blocks:
        for one in (plain, wide, usual):
            one.update(block)
    return ContentIds(size, plain.hexdigest(), frozenset((usual.hexdigest(), wide.hexdigest())))
