"""A commit as a version to compare with: what it ships, and what its repository ever shipped."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, Optional

from holdfast_engine.fs.content_ids import ContentIds, ids_of_text
from holdfast_engine.model.listing import Listing
from holdfast_engine.model.manifest import FILE, LINK, Entry
from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.commit_tree import CommitTree
from holdfast_engine.sources.git import GitSource
from holdfast_engine.sources.history import blobs_by_path


class HistoryVersion:
    """A commit with all the history of its repository, or that OF one commit of it, and that of its submodules as far
    as they can be had.
    """

    def __init__(self, source: GitSource, of: str = "") -> None:
        self.told: Mapping[str, Any] = source.describe()
        self._trees, self._of = source.trees(), of

    @cached_property
    def listing(self) -> Listing:
        entries = {f"{top}{path}": one for top, tree in self._trees for path, one in tree.listed().items()}
        return Listing(entries, self._read, self._link)

    def may_hold(self, path: str, size: int) -> bool:  # noqa: ARG002 - git does not name sizes in its history
        return any(path[len(top) :] in self._blobs[top] for top, _ in self._trees if path.startswith(top))

    def ships(self, path: str, content: ContentIds) -> bool:
        tree, inner = self._at(path)
        return tree.blob(inner) in _names(content)

    def shipped(self, path: str, content: ContentIds) -> bool:
        names = _names(content)
        below = ((top, path[len(top) :]) for top, _ in self._trees if path.startswith(top))
        return any(names & self._blobs[top].get(inner, frozenset()) for top, inner in below)

    def entry(self, path: str) -> Optional[Entry]:
        one = self.listing.entries.get(path)
        if one is not None and one.kind == LINK:
            return Entry(path, LINK, 0o777, 0, self._link(path) or "")
        content = self._read(path) if one is not None and one.kind == FILE else None
        return Entry(path, FILE, 0o644, len(content), ids_of_text(content).digest) if content is not None else None

    @cached_property
    def _blobs(self) -> dict[str, Mapping[str, frozenset[str]]]:
        found: dict[str, Mapping[str, frozenset[str]]] = {}
        for top, tree in self._trees:
            found[top] = {}
            with suppress(Problem):  # without its history, what the commit itself ships is known
                found[top] = blobs_by_path(tree.mirror.path, of="" if top else self._of)
        return found

    def _at(self, path: str) -> tuple[CommitTree, str]:
        """The tree in which PATH lies, the deepest one, and PATH in it."""
        return next((tree, path[len(top) :]) for top, tree in reversed(self._trees) if path.startswith(top))

    def _read(self, path: str) -> Optional[bytes]:
        tree, inner = self._at(path)
        return tree.read(inner)

    def _link(self, path: str) -> Optional[str]:
        tree, inner = self._at(path)
        return tree.link(inner)


def _names(content: ContentIds) -> frozenset[str]:
    """The blobs that stand for CONTENT in a repository: itself, and the pointer by which git-lfs would keep it."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{content.digest}\nsize {content.size}\n"
    return content.blobs | ids_of_text(pointer.encode()).blobs
