"""What an archive may hold: files, directories and links that stay inside, within limits. All else is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from holdfast_engine.model.manifest import DIR, FILE, LINK
from holdfast_engine.model.paths import folded
from holdfast_engine.model.problem import Problem

_IMPLIED = "implied"
"""The kind of a directory that no member names, but some member lies in."""
WITHOUT_LINK = (
    "pack it without that link (`tar --exclude=NAME`), or with a relative one that stays inside; a link to data "
    "is Holdfast's work: name the path under `[shared] paths` in holdfast.toml"
)
_LONGEST_TEXT = 4095
_SHOWN = 120


class Limits(NamedTuple):
    """How much one archive may unpack to: BYTES in all, NAMES, directories in each other (DEPTH), and output per byte
    of input (RATIO), which counts from FREE bytes of output on: small files may be as empty as they like.
    """

    bytes: int = 8 << 30
    names: int = 250_000
    depth: int = 200
    ratio: int = 250
    free: int = 16 << 20


def refusal(reason: str, name: str = "", *, hint: str = "pack it again, and check its content") -> Problem:
    """The problem of an archive, or of its member NAME. What was unpacked so far is an incoming release's, and goes."""
    told = f"`{_printable(name)}` in the archive {reason}" if name else f"the archive {reason}"
    return Problem("source-unusable", told, hint=hint)


class Tree(Protocol):
    """What takes the members of an archive: `TreeWriter`, which writes them, or `Look`, which notes what they are."""

    def directory(self, path: str) -> object:
        """The directory PATH is in the archive."""
        ...

    def file(self, path: str, executable: bool, chunks: Iterable[bytes], access: int) -> object:  # noqa: FBT001
        """The file PATH holds all of CHUNKS, and has the mode ACCESS."""
        ...

    def symlink(self, path: str, text: str) -> object:
        """The link PATH has TEXT."""
        ...


class Gate:
    """Lets the members of one archive through to WRITER, each name once, links last.

    Whatever a member claims, nothing is written but below WRITER's descriptor (G9): that is the
    writer's own doing. What the gate adds is that no two readers could see two different trees in
    one archive: names that repeat, that differ in case or spelling only, or that lie below a
    file are refused, not resolved.
    """

    def __init__(self, writer: Tree, limits: Limits) -> None:
        self.limits = limits
        self._writer = writer
        self._kinds: dict[str, str] = {"": _IMPLIED}
        self._folded: dict[str, str] = {}
        self._links: list[tuple[str, str]] = []
        self._members = 0
        self._bytes = 0

    def directory(self, name: str) -> None:
        """The directory NAME is there. Its mode is not taken: a release's directories are 0755 until it is sealed."""
        path = self._admit(name.rstrip("/") if name.strip("/") else name, DIR)
        if path:
            self._writer.directory(path)

    def file(self, name: str, mode: int, size: int, chunks: Iterable[bytes]) -> None:
        """The file NAME is there with all of CHUNKS, which are SIZE bytes; of MODE, its owner's executable bit and the
        bits of who may read it.
        """
        path = self._admit(name, FILE)
        if mode & (stat.S_ISUID | stat.S_ISGID):
            raise refusal(
                "would run as another user: its mode has a set-id bit", name, hint="`chmod ug-s` it, and pack again"
            )
        self._bytes += size
        if size < 0 or self._bytes > self.limits.bytes:
            raise refusal(f"has more than the {self.limits.bytes} bytes that a release may have")
        self._writer.file(path, bool(mode & stat.S_IXUSR), chunks, mode)

    def link(self, name: str, text: str) -> None:
        """The symlink NAME will be there with TEXT when all else is: nothing can be written through it."""
        path = self._admit(name, LINK)
        reason = objection_to_link(path, text)
        if reason:
            raise refusal(reason, name, hint=WITHOUT_LINK)
        self._links.append((path, text))

    def finish(self) -> None:
        """Make the links."""
        if self._members == 0:
            raise refusal("is empty")
        for path, text in self._links:
            self._writer.symlink(path, text)

    def _admit(self, name: str, kind: str) -> str:
        self._members += 1
        if self._members > self.limits.names:
            raise refusal(f"holds more than {self.limits.names} names")
        path = self._path(name, kind)
        self._enter(path.rpartition("/")[0], name)
        known = self._kinds.get(path)
        if known is not None and not (known == _IMPLIED and kind == DIR):
            raise refusal("is there twice", name)
        self._know(path, kind, name)
        return path

    def _path(self, name: str, kind: str) -> str:
        """NAME as a path below the top; `./`, which `tar` puts before every name, is passed over."""
        path = name.removeprefix("./")
        if path in ("", ".") and kind == DIR and name in (".", "./"):
            return ""
        names = path.split("/")
        if not path or path[:1] == "/":
            raise refusal("is absolute" if path else "has no name", name)
        if "\0" in path:
            raise refusal("holds a NUL in its name", name)
        if any(part in ("", ".", "..") for part in names):
            raise refusal("holds an empty name, `.` or `..`", name)
        if len(names) > self.limits.depth:
            raise refusal(f"is more than {self.limits.depth} directories deep", name)
        return path

    def _enter(self, parent: str, name: str) -> None:
        """PARENT and all above it are directories."""
        missing = []
        while parent not in self._kinds:
            missing.append(parent)
            parent = parent.rpartition("/")[0]
        if self._kinds[parent] not in (DIR, _IMPLIED):
            raise refusal(f"is below `{parent}`, which is no directory", name)
        for path in reversed(missing):
            self._know(path, _IMPLIED, name)

    def _know(self, path: str, kind: str, name: str) -> None:
        if path and self._folded.setdefault(folded(path), path) != path:
            other = self._folded[folded(path)]
            raise refusal(f"differs from `{other}` in case or spelling only", name)
        self._kinds[path] = kind


def objection_to_link(path: str, text: str) -> str:
    """Why a link at PATH with TEXT might lead out; empty when it cannot.

    `..` may only lead: it climbs from the link's own directory, which is a real one, and after that
    every name goes down. Behind another link, `..` would climb from wherever that one leads.
    """
    if not text or "\0" in text:
        return "is a link without a usable text"
    if text[0] == "/":
        return f"is a link to the absolute path `{_printable(text)}`"
    if len(os.fsencode(text)) > _LONGEST_TEXT:
        return "is a link with a text that is too long"
    names = [name for name in text.split("/") if name not in ("", ".")]
    up = 0
    while up < len(names) and names[up] == "..":
        up += 1
    if ".." in names[up:]:
        return "is a link with `..` behind a name"
    return f"is a link that leads out of the archive, to `{_printable(text)}`" if up > path.count("/") else ""


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0").replace("\n", "\\n")[:_SHOWN]
