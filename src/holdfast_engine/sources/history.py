"""What the history of a repository ever held, by path: git's own word on what was once code."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from holdfast_engine.sources.git_process import git, raise_for

_EVERY = (
    *("log", "-c", "--no-renames", "--no-ext-diff", "--no-textconv"),
    *("--format=", "--raw", "--no-abbrev", "-z"),
)
"""Of a merge only what neither side had: the rest is in the history of one of them."""


def blobs_by_path(git_dir: str, *, of: str = "") -> Mapping[str, frozenset[str]]:
    """The ids of every blob that any commit of the repository at GIT_DIR has or had, by path; only those that the
    commit OF comes from, where it is given. Raises `fetch-incomplete`.
    """
    answer = git(*_EVERY, *(["--end-of-options", of] if of else ["--all"]), git_dir=git_dir)
    raise_for(answer, "fetch-incomplete", "git cannot read the history", hint="`git fsck` there says what is damaged")
    found: dict[str, set[str]] = {}
    for path, blob in _rows(answer.out):
        found.setdefault(path, set()).add(blob)
    return {path: frozenset(blobs) for path, blobs in found.items()}


def _rows(raw: bytes) -> Iterator[tuple[str, str]]:
    """From `:MODE MODE OLD NEW LETTER NUL PATH NUL …`; a merge of N has N colons, N modes and N ids more."""
    fields = iter(raw.split(b"\0"))
    for facts in fields:
        row = facts.lstrip(b"\n")
        if row.startswith(b":"):
            path, parents = os.fsdecode(next(fields, b"")), len(row) - len(row.lstrip(b":"))
            for blob in row.split()[parents + 1 : 2 * parents + 2]:
                if blob.strip(b"0"):
                    yield path, blob.decode()
