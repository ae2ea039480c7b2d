"""What a tree holds, by name: the common view of a git commit, a directory and a release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Optional

from holdfast_engine.model.values import dataclass

FILE, DIR, LINK, OTHER = "file", "dir", "link", "other"


def _reads_nothing(_path: str) -> Optional[bytes]:
    return None


def _leads_nowhere(_path: str) -> Optional[str]:
    return None


@dataclass(frozen=True)
class Listed:
    """One name of a tree: KIND is `file`, `dir`, `link` or `other`; SIZE in bytes for files."""

    kind: str
    size: int = 0


@dataclass(frozen=True)
class Listing:
    """The names of a tree and a way to read its small files.

    ENTRIES maps each path (with `/`, relative, directories included) to what it is. READ
    returns the content of a file, or None when there is no such file. LINK returns the text of
    a link, or None when there is none. LIVED_IN says that an application was at work in the tree, and that nothing
    tells what of it was shipped. AROUND are directories that hold what is not listed, links of ours: one of them that
    looks empty is none that an author left to be written to.
    """

    entries: Mapping[str, Listed]
    read: Callable[[str], Optional[bytes]] = field(default=_reads_nothing, compare=False)
    link: Callable[[str], Optional[str]] = field(default=_leads_nowhere, compare=False)
    lived_in: bool = field(default=False, compare=False)
    around: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of_files(cls, sizes: Mapping[str, int], read: Callable[[str], Optional[bytes]] = _reads_nothing) -> Listing:
        """A listing from file paths and sizes; the directories follow from the paths."""
        entries: dict[str, Listed] = {}
        for path, size in sizes.items():
            cut = path.rfind("/")
            while cut > 0 and path[:cut] not in entries:
                entries[path[:cut]] = Listed(DIR)
                cut = path.rfind("/", 0, cut)
            entries[path] = Listed(FILE, size)
        return cls(entries, read)

    @cached_property
    def made(self) -> dict[Any, Any]:
        """What was made of this listing, by those who made it: a place to find it again."""
        return {}

    @cached_property
    def submodules(self) -> tuple[str, ...]:
        """Where `.gitmodules` says that another repository belongs; code, whether it is there or not."""
        text = (self.read(".gitmodules") or b"").decode("utf-8", "replace") if self.kind(".gitmodules") == FILE else ""
        # what stands behind `path =`, line by line: no pattern that a long line could keep busy
        rows = (line.partition("=") for line in text.splitlines())
        found = (value.strip().strip('"').strip("/") for key, _, value in rows if key.strip() == "path")
        return tuple(path for path in found if path)

    def kind(self, path: str) -> Optional[str]:
        entry = self.entries.get(path)
        return entry.kind if entry else None

    def has(self, path: str) -> bool:
        return path in self.entries

    def content(self, path: str) -> Optional[bytes]:
        """The content of a small file from which something is concluded; read once, and known in `concluded_from`."""
        if path not in self.concluded_from:
            self.concluded_from[path] = self.read(path)
        return self.concluded_from[path]

    @cached_property
    def concluded_from(self) -> dict[str, Optional[bytes]]:
        """What was read to judge this tree, by path: with it alone the same is concluded again."""
        return {}

    def text(self, path: str) -> str:
        """The content of a small text file; empty when it is absent or no text."""
        if path not in self._texts:
            self._texts[path] = (self.content(path) or b"").decode("utf-8", "replace")
        return self._texts[path]

    @cached_property
    def _texts(self) -> dict[str, str]:
        """What was read as text: many ask whether the same manifest names one thing or another."""
        return {}

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Names directly below each directory, in order; the root is the empty path."""
        found: dict[str, list[str]] = {"": []}
        for path in sorted(self.entries):
            parent, _, name = path.rpartition("/")
            found.setdefault(parent, []).append(name)
        return {parent: tuple(names) for parent, names in found.items()}

    def files_below(self, top: str) -> list[str]:
        """Paths of everything below TOP that is no directory, in order; TOP itself when it is a file."""
        if self.kind(top) not in (DIR, None):
            return [top]
        found, waiting = [], [top]
        while waiting:
            here = waiting.pop()
            for name in self.children.get(here, ()):
                path = f"{here}/{name}" if here else name
                if self.entries[path].kind == DIR:
                    waiting.append(path)
                else:
                    found.append(path)
        return sorted(found)
