"""One path that the application itself declares to be data or output, and how the files are found that say so."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import FILE, Listing
from holdfast_engine.model.values import dataclass

DATABASE_ENDINGS = (".sqlite", ".sqlite3", ".db", ".db3")
_LARGEST = 64_000
"""In bytes: a longer source file is not read for a literal in it."""
_MOST = 250
"""Source files that are read at most, those first whose names speak of files."""
_SPEAKS = expression(
    r"upload|file|media|image|photo|avatar|attach|storage|document|config|setting|constant", re.IGNORECASE
)
_NOT_READ = frozenset((
    "vendor", "node_modules", "bower_components", "tests", "test", "spec", "dist", "build", "docs", "stubs", "fixtures",
    "wp-includes", "wp-admin", "migrations", "database", "locale", "lang",
))  # fmt: skip


@dataclass(frozen=True)
class Declared:
    """One path, relative to the release, that the application's own files name: SOURCE says where. WEAK where a program
    names it in passing: it counts as long as no author's files are shipped there.
    """

    path: str
    kind: str
    care: str
    source: str
    weak: bool = False


def joined(*parts: str) -> str:
    return posixpath.normpath("/".join(part.strip("/") for part in parts if part.strip("/") not in ("", ".")) or ".")


def matching(listing: Listing, root: str, pattern: re.Pattern[str]) -> Iterator[str]:
    top = f"{root}/" if root else ""
    return (file for file in listing.entries if pattern.search(file) and file.startswith(top) and file.count("/") < 6)


def programs(
    listing: Listing, root: str, endings: tuple[str, ...], hints: Iterable[bytes]
) -> Iterator[tuple[str, str]]:
    """Path and text of source files below ROOT that have one of HINTS in them: no more than a few hundred are read, and
    what says nothing is not remembered as if something followed from it.
    """
    top = f"{root}/" if root else ""
    fits = (
        path
        for path, entry in listing.entries.items()
        if path.endswith(endings)
        and entry.kind == FILE
        and 0 < entry.size <= _LARGEST
        and path.startswith(top)
        and _NOT_READ.isdisjoint(path.split("/"))
    )
    for path in sorted(fits, key=lambda path: (not _SPEAKS.search(path), path.count("/"), path))[:_MOST]:
        content = listing.read(path) or b""
        if any(hint in content for hint in hints):
            yield path, content.decode("utf-8", "replace")
