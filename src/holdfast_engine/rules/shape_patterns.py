"""Path patterns: exact paths, `**/name` at any depth, and `*` within one name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Optional

_EXAMPLES = (".example", ".sample", ".dist", ".template", ".defaults")


def is_environment(path: str) -> bool:
    """True for `.env` and its like, which hold what differs from server to server; not for an example of one."""
    name = path.rpartition("/")[2]
    return name == ".env" or (name.startswith(".env.") and not name.endswith(_EXAMPLES))


def lineage(path: str) -> list[str]:
    """PATH and its ancestors but the root, deepest first."""
    found = [path]
    cut = path.rfind("/")
    while cut > 0:
        found.append(path[:cut])
        cut = path.rfind("/", 0, cut)
    return found


def within(path: str, roots: Iterable[str]) -> str:
    """PATH relative to the deepest of ROOTS that it lies below: what a directory above an application is called says
    nothing about what lies in it. Else PATH.
    """
    above = [root for root in roots if path.startswith(f"{root}/")]
    return path[len(max(above, key=len)) + 1 :] if above else path


_STAR = "[^/]*"
_DEEP = "(?:.*/)?"
_MOST_DEEP = 3
"""`**/` in one pattern: each more multiplies the time that a hostile path can take."""


def glob_source(pattern: str) -> str:
    """The regular expression of a pattern in the manner of `.gitignore`, for a whole path.

    It takes little time on any path: of several `*` in one name all but the last take the nearest place where
    what follows fits, and never look for another, for that would match nothing more (as in `fnmatch`).
    """
    tokens = _tokens(re.sub(r"(?:\*\*/){2,}", "**/", pattern))
    if tokens.count(_DEEP) > _MOST_DEEP:
        return r"(?!)"
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        end = at + 1
        while end < len(tokens) and tokens[end] not in (_STAR, _DEEP, "/", "/.*"):
            end += 1
        if tokens[at] == _STAR and end < len(tokens) and tokens[end] == _STAR:
            group = f"g{len(parts)}"
            parts.append(f"(?=(?P<{group}>[^/]*?{''.join(tokens[at + 1 : end])}))(?P={group})")
            at = end
        else:
            parts.append(tokens[at])
            at += 1
    return "".join(parts)


def _tokens(pattern: str) -> list[str]:
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        for mark, meaning in (("**/", _DEEP), ("/**", "/.*"), ("*", _STAR), ("?", "[^/]")):
            if pattern.startswith(mark, at) and (mark != "/**" or at + 3 == len(pattern)):
                parts.append(meaning)
                at += len(mark)
                break
        else:
            at += _literal(pattern, at, parts)
    return parts


def _literal(pattern: str, at: int, parts: list[str]) -> int:
    """Add one letter, or one bracket expression, and return how much of PATTERN it took."""
    bracket = re.compile(r"\[([!^]?)([^]\[/\\]+)\]").match(pattern, at)
    if bracket:
        inner = bracket.group(2).replace("^", r"\^")
        parts.append(f"[{'^' if bracket.group(1) else ''}{inner}]")
        return len(bracket.group())
    if pattern[at] == "\\" and at + 1 < len(pattern):
        parts.append(re.escape(pattern[at + 1]))
        return 2
    parts.append(re.escape(pattern[at]))
    return 1


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """PATTERN as an expression for whole paths; a malformed one matches nothing."""
    try:
        return re.compile(glob_source(pattern), re.DOTALL)
    except (re.error, OverflowError, RecursionError):
        return re.compile(r"(?!)")


def _is_any_depth(entry: str) -> bool:
    """True for `**/name`, which one look at the last part of a path answers."""
    return entry.startswith("**/") and "*" not in entry[3:] and "/" not in entry[3:]


class PathSet:
    """Paths and patterns of which the deepest that covers a given path can be asked."""

    def __init__(self, entries: Iterable[str]) -> None:
        self.entries = tuple(dict.fromkeys(entries))
        self._exact = {entry for entry in self.entries if "*" not in entry}
        self._names = {entry[3:] for entry in self.entries if _is_any_depth(entry)}
        rest = [entry for entry in self.entries if "*" in entry and not _is_any_depth(entry)]
        self._globs = [compiled(entry) for entry in rest]
        self._covers: dict[str, Optional[str]] = {"": None}

    def match(self, path: str) -> Optional[str]:
        """PATH or its nearest ancestor that an entry names; None when no entry covers it."""
        parent, _, name = path.rpartition("/")
        if self.names(path, name):
            return path
        return self._covering(parent)

    def _covering(self, directory: str) -> Optional[str]:
        """What covers a directory covers all that lies in it: each one on the way up is asked once."""
        waiting = []
        while directory not in self._covers:
            waiting.append(directory)
            directory = directory.rpartition("/")[0]
        found = self._covers[directory]
        for here in reversed(waiting):
            found = self._covers[here] = here if self.names(here) else found
        return found

    def names(self, path: str, name: str = "") -> bool:
        """True when an entry speaks of PATH itself, whose last part is NAME."""
        if path in self._exact or (name or path.rpartition("/")[2]) in self._names:
            return True
        return any(glob.fullmatch(path) for glob in self._globs) if self._globs else False
