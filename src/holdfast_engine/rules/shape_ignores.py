"""What a source ignores: its `.gitignore` files, read tolerantly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple, Optional

from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.names import words
from holdfast_engine.rules.shape_patterns import compiled, lineage, within

_NAME = ".gitignore"
_LARGEST = 200_000
_TEMPLATES = words("template-names")
_TOOLS = words("tool-directories")
_AUTHORS = words("authors-directories")
_TESTS = words("not-written")
_LOGS = frozenset(("log", "logs"))
"""Every source ignores one at its top; below another directory somebody has put it there."""


@dataclass(frozen=True)
class IgnoreRule:
    """One line of one `.gitignore`: FOLDER is where the file lies, LINE its number, HEADING the comment above the block
    that it stands in.
    """

    folder: str
    line: int
    pattern: str
    expression: re.Pattern[str]
    negated: bool
    only_dirs: bool
    heading: str = ""

    @property
    def is_anchored(self) -> bool:
        """True for a line that has the whole of a path; else it holds at any depth."""
        return "/" in self.pattern.rstrip("/") and not self.pattern.startswith("**/")

    def source(self) -> str:
        return f"{_below(self.folder, _NAME)}:{self.line} `{self.pattern}`"


def _is_usual(path: str, working: frozenset[str]) -> bool:
    names = path.lower().split("/")
    return (
        path.lower() in _TEMPLATES
        or (names[-1] in _TEMPLATES and not (len(names) > 1 and names[-1] in _LOGS))
        or names[-1] in _TESTS
        or not working.isdisjoint(names[:-1])
        or any(name.startswith(".") for name in names[:-1])
    )


class Literal(NamedTuple):
    """A PATH that a RULE names without a wildcard, and whether it says that this is a directory."""

    path: str
    is_dir: bool
    rule: IgnoreRule


class Ignores:
    """Which paths the source keeps out of its history. ROOTS are the directories of its applications."""

    def __init__(self, listing: Listing, roots: Iterable[str] = ()) -> None:
        self._listing = listing
        self._roots = tuple(roots)
        self._by_folder = {folder: tuple(_rules(listing, folder)) for folder in _folders(listing)}
        self._known: dict[tuple[str, bool], Optional[IgnoreRule]] = {}
        self._tops: dict[str, str] = {}
        self._named: Optional[tuple[Literal, ...]] = None

    def ignored(self, path: str, *, is_dir: bool = False) -> str:
        """The rule that ignores PATH or a directory above it, as `FILE:LINE`; empty when none does."""
        top = self.top(path, is_dir=is_dir)
        rule = self._verdict(top, is_dir=is_dir if top == path else True) if top else None
        return rule.source() if rule else ""

    def top(self, path: str, *, is_dir: bool = False) -> str:
        """The shallowest of PATH and its ancestors that is ignored; empty when none is."""
        above = self._top_above(path.rpartition("/")[0])
        return above or (path if self._verdict(path, is_dir=is_dir) else "")

    def says_its_name(self, path: str) -> bool:
        """True for a directory PATH that is ignored by itself, and by more than a `*` for all that lies beside it."""
        rule = self._verdict(path, is_dir=True) if self.top(path, is_dir=True) == path else None
        return rule is not None and bool(rule.pattern.rstrip("/").rpartition("/")[2].strip("*"))

    def is_usual(self, path: str, *, secret: bool = False) -> bool:
        """True for PATH when templates of `.gitignore` name it, or what it lies in: output, tools, editors. Among what
        authors write a SECRET of one server is none of theirs.
        """
        return _is_usual(within(path, self._roots), _TOOLS if secret else _TOOLS | _AUTHORS)

    def excepts(self, path: str) -> bool:
        """True when a line names PATH as one that is not ignored with the rest of its directory."""
        folders = ("", *lineage(path)[1:])
        return any(
            rule.negated and rule.expression.fullmatch(path[len(folder) + 1 :] if folder else path)
            for folder in folders
            for rule in self._by_folder.get(folder, ())
        )

    def _top_above(self, folder: str) -> str:
        if folder and folder not in self._tops:
            self._tops[folder] = self.top(folder, is_dir=True)
        return self._tops[folder] if folder else ""

    def literals(self) -> Iterator[Literal]:
        """Ignored paths that are named without a wildcard."""
        for folder, rules in sorted(self._by_folder.items()):
            for rule in () if self._foreign(folder) else rules:
                whole = rule.pattern.strip("/")
                bare = whole[3 if whole.startswith("**/") else 0 : -2 if whole.endswith("/*") else None].rstrip("/")
                if bare and not rule.negated and not re.search(r"[*?\[\\]", bare):
                    yield Literal(_below(folder, bare), rule.only_dirs or whole.endswith("/*"), rule)

    def named_top(self, path: str) -> str:
        """The shallowest of PATH and its ancestors that a line names without a wildcard, in words of the author's own;
        empty when none is. What every list of things to ignore has is named by nobody: it is a hint.
        """
        return next((here for here in reversed(lineage(path)) if here in self._said and not self.is_usual(here)), "")

    @cached_property
    def _said(self) -> frozenset[str]:
        return frozenset(one.path for one in self._literals())

    def _literals(self) -> tuple[Literal, ...]:
        if self._named is None:
            self._named = tuple(self.literals())
        return self._named

    def _foreign(self, folder: str) -> bool:
        """True when FOLDER is another project's: its `.gitignore` speaks of places that are not here."""
        marks = ("LICENSE", "README.md", "readme.txt", "composer.json", "package.json")
        return bool(folder) and any(self._listing.has(_below(folder, mark)) for mark in marks)

    def _verdict(self, path: str, *, is_dir: bool) -> Optional[IgnoreRule]:
        key = (path, is_dir)
        if key not in self._known:
            self._known[key] = self._decide(path, is_dir=is_dir)
        return self._known[key]

    def _decide(self, path: str, *, is_dir: bool) -> Optional[IgnoreRule]:
        """The last rule that matches decides; a deeper `.gitignore` is read after a shallower one."""
        said: Optional[IgnoreRule] = None
        for folder in ("", *reversed(lineage(path)[1:])):
            inner = path[len(folder) + 1 :] if folder else path
            for rule in self._by_folder.get(folder, ()):
                if (is_dir or not rule.only_dirs) and rule.expression.fullmatch(inner):
                    said = None if rule.negated else rule
        return said


def _folders(listing: Listing) -> list[str]:
    return [path[: -len(_NAME)].rstrip("/") for path in listing.entries if path == _NAME or path.endswith("/" + _NAME)]


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _rules(listing: Listing, folder: str) -> Iterator[IgnoreRule]:
    path = _below(folder, _NAME)
    if listing.kind(path) == DIR or listing.entries[path].size > _LARGEST:
        return
    heading = ""
    for number, raw in enumerate(listing.text(path).lstrip("\ufeff").splitlines(), 1):
        pattern = raw.rstrip()
        if pattern and not pattern.startswith("#"):
            yield _rule(folder, number, pattern, heading)
        elif not pattern.rstrip("#"):
            heading = "" if not pattern else heading  # a line of `#` only frames one
        else:
            heading = pattern.strip("# ")


def _rule(folder: str, number: int, pattern: str, heading: str) -> IgnoreRule:
    negated = pattern.startswith("!")
    bare = pattern[1:] if negated else pattern
    only_dirs = bare.endswith("/")
    bare = bare.rstrip("/")
    anchored = "/" in bare
    whole = bare.lstrip("/") if anchored else "**/" + bare
    return IgnoreRule(folder, number, pattern.lstrip("!"), compiled(whole), negated, only_dirs, heading)
