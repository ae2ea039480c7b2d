"""Relative paths that cannot leave their root."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Iterable, Iterator

from holdfast_engine.model.problem import Problem

_WILDCARDS = frozenset("*?[]{}")


class RelPath(str):
    """A path below some root, with `/` between its names; the empty path is the root itself.

    The constructor trusts its text and is for names that were read from a disk, whose bytes
    may be anything but `/` and NUL (surrogates stand for invalid UTF-8). What a person or a
    configuration file says goes through `parse`.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str, *, what: str = "path") -> RelPath:
        """Return the normal form of TEXT, or raise `path-invalid` (incidents I14, I19, I27).

        `./x`, `x/` and `x//y` are spellings of one path; whatever is empty, absolute, leaves
        the root, holds a wildcard, a control character or a `~` is refused.
        """
        reason = _objection(text)
        if reason:
            raise Problem(
                "path-invalid",
                f"{what} {text!r} {reason}",
                hint="write it relative to the application, as in `public/uploads`",
            )
        names = [name for name in unicodedata.normalize("NFC", text).split("/") if name not in ("", ".")]
        return cls("/".join(names))

    def __truediv__(self, name: str) -> RelPath:
        return RelPath(f"{self}/{name}" if self and name else self or name)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.split("/")) if self else ()

    @property
    def name(self) -> str:
        return self.rpartition("/")[2]

    @property
    def parent(self) -> RelPath:
        return RelPath(self.rpartition("/")[0])

    def is_within(self, other: str) -> bool:
        """True for OTHER itself and for everything below it, by whole names (I14: `news`, `newsletters`)."""
        return not other or self == other or self.startswith(other + "/")

    def below(self, top: str) -> RelPath:
        """The rest of this path after TOP, which it must be within."""
        return RelPath(self[len(top) :].lstrip("/"))

    def ancestors(self) -> Iterator[RelPath]:
        """Every proper ancestor but the root, shallowest first."""
        for end, letter in enumerate(self):
            if letter == "/":
                yield RelPath(self[:end])


def _objection(text: str) -> str:
    if not text or not text.strip():
        return "is empty"
    if text.startswith("/"):
        return "is absolute"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        return "holds a control character"
    if _WILDCARDS & set(text):
        return "holds a wildcard; name one directory or file"
    if text.startswith("~") or "\\" in text or "$" in text:
        return "holds a character that shells expand"
    names = [name for name in text.split("/") if name not in ("", ".")]
    if not names:
        return "names the whole application"
    if ".." in names:
        return "leaves the application"
    if names[0] == ".holdfast":
        return "is Holdfast's own"
    return ""


def link_text(at: RelPath, to: RelPath) -> str:
    """The text of a relative symlink at AT that leads to TO, both below one root."""
    here, there = at.parent.parts, to.parts
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + list(there[shared:])) or "."


def out_of_root(at: RelPath, text: str) -> str:
    """Where a symlink at AT with the relative TEXT leads, seen from the root, when that is outside of it; else nothing.

    By names alone: what links on the way would make of it, nobody asks.
    """
    target = posixpath.normpath(posixpath.join(at.parent, text)) if text and text[0] != "/" else ""
    return target if target == ".." or target.startswith("../") else ""


def text_out_of_root(at: RelPath, target: str) -> str:
    """The text of a relative symlink at AT that leads to TARGET, which `out_of_root` gave."""
    return "/".join([".."] * len(at.parent.parts) + [target])


def above(paths: Iterable[str]) -> set[RelPath]:
    """Every directory above any of PATHS, but the root; each directory is looked at once, however much is in it."""
    parents = {RelPath(path).parent for path in paths} - {RelPath("")}
    return {step for parent in parents for step in (parent, *parent.ancestors())}


def outermost(paths: Iterable[str]) -> list[RelPath]:
    """PATHS in order without those that lie within another of them: of nested entries the parent is kept."""
    every = frozenset(paths)
    kept = (RelPath(path) for path in every if not _lies_below(path, every))
    return sorted(kept, key=lambda path: path.parts)


def _lies_below(path: str, tops: frozenset[str]) -> bool:
    """True when a directory above PATH is one of TOPS; the root, as the empty path, is above everything else."""
    cut = path.rfind("/")
    while cut > 0:
        if path[:cut] in tops:
            return True
        cut = path.rfind("/", 0, cut)
    return bool(path) and "" in tops


def folded(path: str) -> str:
    """A key that is equal for paths which a case-folding or normalising file system takes for one."""
    return unicodedata.normalize("NFC", path).casefold()
