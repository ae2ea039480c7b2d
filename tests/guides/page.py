"""A page of the documentation as somebody follows it: its blocks in order, and what is said of them for the tests.

    <!-- follow: world=ftp user=root -->    the state that the page begins with, and who types; served=DIR
                                            where the site is served at the end, if not where it was
    <!-- file: holdfast.toml -->            the next block is saved under this name, and not typed
    <!-- exit: 30 -->                       the next block ends so
    <!-- elsewhere: needs another host -->  the next block is not typed, for this reason

All of these are comments of Markdown: nobody who reads the page sees them. A block of `text` right after one that is
typed says what that prints; a line `…` stands for any number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
_SAID = re.compile(r"<!-- (follow|file|exit|elsewhere): (.*?) -->")
_FENCE = re.compile(r"^```(\w*)\s*$")


@dataclass(frozen=True)
class Block:
    """One block in the LANGUAGE that its fence names, from line LINE on, with what is SAID of it."""

    language: str
    text: str
    line: int
    said: dict[str, str] = field(default_factory=dict)

    @property
    def is_typed(self) -> bool:
        return self.language == "sh" and not {"elsewhere", "file"} & self.said.keys()


@dataclass(frozen=True)
class Page:
    """PATH below `docs/`; FOLLOW says how it is followed, and is empty for a page that only tells."""

    path: Path
    follow: dict[str, str]
    blocks: tuple[Block, ...]

    @property
    def typed(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.is_typed)

    @property
    def shown(self) -> Iterator[tuple[Block, Block]]:
        """Each block that is typed, with the one right after it that says what it prints."""
        for one, two in pairwise(self.blocks):
            if one.is_typed and two.language == "text":
                yield one, two


def read(path: Path) -> Page:
    follow, blocks = {}, list[Block]()
    for block in _blocks(path.read_text().splitlines()):
        follow.update(_words(block.said.pop("follow", "")))
        blocks.append(block)
    return Page(path, follow, tuple(blocks))


def pages() -> list[Path]:
    """Every page that people read; what is written from the code, and what is about the inside, is followed by none."""
    told = (path for path in DOCS.rglob("*.md") if path.parent.name not in ("reference", "design"))
    return sorted([*told, DOCS.parent / "README.md"])


def _words(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in text.split())


def _blocks(lines: list[str]) -> Iterator[Block]:
    said, inside, begun, language = dict[str, str](), list[str](), 0, ""
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line.strip())
        if begun and fence:
            yield Block(language, "\n".join(inside) + "\n", begun, said)
            said, inside, begun = {}, [], 0
        elif begun:
            inside.append(line)
        elif fence:
            begun, language = number, fence[1]
        else:
            said.update(dict(_SAID.findall(line)))
