"""One commit of a git repository as a source, with its submodules: exact bytes, nothing dropped, nothing followed."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import Any, Optional

from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.model.listing import Listed, Listing
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.redaction import redacted
from holdfast_engine.model.words import named
from holdfast_engine.sources.commit_tree import Commit, CommitTree
from holdfast_engine.sources.lfs import missing
from holdfast_engine.sources.mirror import Mirror
from holdfast_engine.sources.origin import origin_of
from holdfast_engine.sources.signature import require_signed
from holdfast_engine.sources.source import SETTINGS_FILE
from holdfast_engine.sources.submodules import Caches, Part, below


class GitSource:
    """The commit that REF (HEAD when empty) leads to at LOCATION, read through a mirror in CACHE_DIR.

    The repository at LOCATION is read and never changed, not even its index. CACHE_DIR must exist.
    What LENT, another cache, holds is read there and not fetched; nothing is written to it. SIGNED
    asks for a signature. Submodules are fetched when their names are first asked for.
    """

    def __init__(self, location: str, ref: str, cache_dir: str, *, lent: str = "", signed: bool = False) -> None:
        self._origin = origin_of(location)
        self._ref = ref
        self._caches = Caches(cache_dir, lent)
        self._mirror = Mirror(self._origin, cache_dir, lent=lent)
        self._signed = signed
        self._commit: Optional[Commit] = None
        self._opened: list[Part] = []

    def prepare(self) -> Commit:
        """Find the commit and have all of it in the mirror; without a fetch when it is there already.

        Raises `git-missing`, `source-missing`, `source-unusable`, `no-permission`, `ref-missing`
        with the nearest refs, `fetch-failed` with the last words of git, `fetch-incomplete`,
        and `signature-unproven`.
        """
        wanted = self._origin.resolve(self._ref)
        # a tag that was put on a commit later carries the signature: only a fetch knows of it
        anew = self._signed and self._ref not in ("", wanted.id)
        kept = self._mirror.kept(wanted.id) if wanted.id and not anew else None
        commit = Commit.of(kept or self._mirror.fetch(wanted, anew=anew))
        if self._signed:
            require_signed(self._mirror.path, self._ref, commit.id)
        self._commit = commit
        return commit

    @property
    def commit(self) -> Commit:
        """The commit; prepared when it was not yet."""
        return self._commit or self.prepare()

    @property
    def tree_id(self) -> str:
        """The id of the commit's tree."""
        return self.commit.tree

    @property
    def superseded(self) -> tuple[str, ...]:
        """Damaged mirrors of earlier runs, for the caller to discard."""
        return self._mirror.superseded

    @cached_property
    def dirty(self) -> tuple[str, ...]:
        """Paths in the work tree at LOCATION that differ from its HEAD, untracked ones included."""
        return self._origin.uncommitted()

    @property
    def notices(self) -> tuple[str, ...]:
        if not self.dirty:
            return ()
        return (f"uncommitted changes are not deployed ({len(self.dirty)}): {named(self.dirty)}",)

    def describe(self) -> dict[str, Any]:
        """As every source; `submodules` with their commits, once their names have been asked for."""
        commit = self.commit
        location = redacted(self._origin.location)
        told = {"kind": "git", "location": location, "ref": self._ref, "commit": commit.id, "subject": commit.subject}
        return {**told, "submodules": [_described(part) for part in self._opened]} if self._opened else told

    def listing(self) -> Listing:
        """Every name of the commit and of its submodules. Raises what `submodules.below` raises."""
        entries: dict[str, Listed] = {}
        for part in self._parts:
            entries.update((f"{part.path}{path}", one) for path, one in part.tree.listed().items())
        return Listing(entries, self._read, self._link)

    def require_content(self) -> None:
        """Nothing when the content of every pointer of git-lfs is here or can be fetched."""
        lacking = [f"{part.path}{path}" for part in self._parts for path in part.tree.lacking()]
        if lacking:
            hint = "install git-lfs on this host, or deploy a directory with the content checked out"
            raise missing(lacking, hint, ["the content is in git-lfs, and this host has no `git lfs`"])

    def settings_file(self) -> Optional[bytes]:
        return self._tree.read(SETTINGS_FILE)

    def extract(self, writer: TreeWriter) -> None:
        """Write every file and link of the commit and its submodules; raises what `CommitTree.extract` raises."""
        for part in self._parts:
            if part.path:
                writer.directory(part.path.rstrip("/"))
            part.tree.extract(writer, part.path)

    def contains_blob(self, path: str, data: bytes) -> bool:
        """True when a file with exactly DATA stands at PATH in any commit of the mirror."""
        part = self._part(path)
        return part.tree.contains_blob(path[len(part.path) :], data)

    def trees(self) -> list[tuple[str, CommitTree]]:
        """The tree of the commit and those of its submodules, each with where it lies (`""`, `libs/x/`); submodules
        that cannot be fetched are left out.
        """
        parts = [Part("", self._tree)]
        with suppress(Problem):
            parts += self._parts[1:]
        return [(part.path, part.tree) for part in parts]

    def keep_in(self, cache_dir: str) -> None:
        """Mirrors in CACHE_DIR hold what was fetched for this source, so that it is not fetched again."""
        for part in (Part("", self._tree), *self._opened):
            with suppress(Problem, OSError):  # a cache that could not be filled costs the next deploy a fetch, no more
                kept = Mirror(part.tree.origin, cache_dir)
                kept.take_from(part.tree.mirror, wide=part.tree.commit.wide)

    def close(self) -> None:
        self._mirror.close()
        for part in self._opened:
            part.tree.mirror.close()

    @cached_property
    def _tree(self) -> CommitTree:
        return CommitTree(self._origin, self._mirror, self.commit)

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        """The repository and its submodules, those that lie in others last."""
        main = Part("", self._tree)
        for part in below(main, self._caches):
            self._opened.append(part)
        return (main, *self._opened)

    def _part(self, path: str) -> Part:
        return next(part for part in reversed(self._parts) if path.startswith(part.path))

    def _read(self, path: str) -> Optional[bytes]:
        part = self._part(path)
        return part.tree.read(path[len(part.path) :])

    def _link(self, path: str) -> Optional[str]:
        part = self._part(path)
        return part.tree.link(path[len(part.path) :])


def _described(part: Part) -> dict[str, str]:
    tree = part.tree
    return {"path": part.path.rstrip("/"), "location": redacted(tree.origin.location), "commit": tree.commit.id}
