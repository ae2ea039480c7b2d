"""What applications in JavaScript declare: where they write what is uploaded."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.model.rules import SHARED
from holdfast_engine.rules.declared_place import Declared, joined, programs

_STRING = expression(r"""["'`]([^"'`\n]{0,120})["'`]""")
_ENDINGS = (".js", ".ts", ".mjs", ".cjs", ".mts", ".cts")
_WRITES = expression(
    r"\b(?:writeFile|createWriteStream|mkdir|copyFile|rename|multer|formidable|diskStorage)|Deno\.mkdir|Bun\.write"
)
_FROM_THE_TOP = expression(
    r"""\b(?:join|resolve)\s*\(\s*(?:process\.cwd\(\)|cwd\(\)|Deno\.cwd\(\)|cwd)\s*((?:,\s*["'`][\w./-]{1,80}["'`]\s*){1,6})[,)]"""
)
_FROM_HERE = expression(r"""\b(?:join|resolve)\s*\(\s*__dirname\s*((?:,\s*["'`][\w./-]{1,80}["'`]\s*){1,6})[,)]""")
_MULTER = expression(
    r"""\b(?:dest|destination|uploadDir)\s*[:=]\s*["'`](?:\./)?([\w/-]{2,80})["'`]|\bcb\(\s*null\s*,\s*["'`](?:\./)?([\w/-]{2,80})["'`]"""
)


def in_node(listing: Listing, root: str, _web_root: str) -> Iterator[Declared]:
    """Directories that programs join from literals and write to, from where they are started or from where they lie."""
    for file, text in programs(listing, root, _ENDINGS, (b"cwd", b"__dirname", b"multer", b"uploadDir")):
        if not _WRITES.search(text):
            continue
        for parts in _FROM_THE_TOP.findall(text):
            yield _found(file, joined(root, *_STRING.findall(parts)))
        for parts in _FROM_HERE.findall(text):
            yield _found(file, posixpath.normpath("/".join((posixpath.dirname(file) or ".", *_STRING.findall(parts)))))
        for first, second in _MULTER.findall(text) if "multer" in text or "uploadDir" in text else ():
            yield _found(file, joined(root, first or second))


def _found(file: str, path: str) -> Declared:
    """What is written as a file is none of a directory's: then the directory it lies in is meant, where it has one."""
    place = posixpath.dirname(path) if "." in posixpath.basename(path) else path
    return Declared(place or ".", DIR, SHARED, f"`{file}`: written to", weak=True)
