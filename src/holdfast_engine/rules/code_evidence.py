"""What makes a file look like code, by its name and by how it begins; each reason has a word and a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, Optional

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.memory import comes_and_goes
from holdfast_engine.rules.names import words
from holdfast_engine.rules.programs import is_code, runs

RUNS, CLASS, MIGRATION, STARTED, MANIFEST, SHIPPED = "runs", "class", "migration", "started", "manifest", "shipped"
Read = Callable[[str], Optional[bytes]]
_BROWSERS = (".js", ".mjs", ".cjs", ".wasm", ".so", ".jar")
"""Programs that no web server starts: among what users hand in, they are theirs."""
_SOURCE = tuple(sorted((words("code-endings") | words("program-endings")) - {".md", ".html", ".htm"}))
_MANIFESTS = words("manifests")
_MIGRATIONS = frozenset(("migrations", "migrate"))
_NUMBERED = expression(
    r"(?:\d{4}_\d{2}_\d{2}_\d{4,6}|\d{14}|v\d+(?:[._]\d+)*_)_\w+\.(?:php|rb|sql|py)$|version\d{14}\.php$"
)
_DEFINES = expression(
    rb"^[ \t]*(?:<\?php\s+)?(?:(?:export|default|public|abstract|final|readonly|sealed|internal|data)[ \t]+)*"
    rb"(class|interface|trait|enum|namespace|module|defmodule|package)[ \t]+[A-Z_a-z\\][\w\\.:]*[ \t]*"
    rb"(?:[;{:(<\r\n]|extends|implements|do\b|$)",
    re.MULTILINE,
)
LOOKED_INTO = 16 * 1024
"""So many bytes of a file are looked into for what it defines."""


class Evidence(NamedTuple):
    """One reason why a path looks like code: a WORD for scripts, and a sentence for people."""

    word: str
    text: str

    def to_json(self) -> dict[str, str]:
        return {"word": self.word, "text": self.text}


def evidence(path: str, size: int, web_root: str, read: Read) -> Iterator[Evidence]:
    """Why the file at PATH looks like code, where it stands beside code. READ gives the first bytes of a file."""
    name = path.rpartition("/")[2]
    if runs(path, size, read):
        yield Evidence(RUNS, _run_by(name, served=is_served(path, web_root)))
    if is_migration(path):
        yield Evidence(MIGRATION, "a migration by its place and its name")
    if name.lower() in _MANIFESTS:
        yield Evidence(MANIFEST, "says what to install or to build")
    yield from _by_content(name, read(path) if "." not in name or name.lower().endswith(_SOURCE) else None)


def _run_by(name: str, *, served: bool) -> str:
    ending = f"`.{name.rpartition('.')[2]}` is the ending of a program"
    return f"{ending}, and it is in the web root" if served else ending


def _by_content(name: str, content: Optional[bytes]) -> Iterator[Evidence]:
    """By how it begins: a line that names the program which runs it, and what it defines."""
    start = (content or b"")[:LOOKED_INTO]
    if start.startswith(b"#!"):
        line = start.partition(b"\n")[0][2:80].decode("utf-8", "replace").strip()
        yield Evidence(STARTED, f"begins with `#!{line}`")
    found = _DEFINES.search(start) if name.lower().endswith(_SOURCE) else None
    if found:
        yield Evidence(CLASS, f"defines a {found[1].decode()}")


def evidence_among_data(path: str, size: int, web_root: str, read: Read) -> Iterator[Evidence]:
    """The same for what lies among data: only what a web server runs when somebody asks for it, and migrations. What
    comes and goes by itself, as compiled templates, is neither.
    """
    if not is_code(path) or comes_and_goes(path.rpartition("/")[0]):
        return
    if is_served(path, web_root) and not path.lower().endswith(_BROWSERS) and runs(path, size, read):
        yield Evidence(RUNS, _run_by(path.rpartition("/")[2], served=True))
    if is_migration(path):
        yield Evidence(MIGRATION, "a migration by its place and its name")


def is_served(path: str, web_root: str) -> bool:
    """True for what lies below the web root, which may be all of the application."""
    return web_root in ("", ".") or path.startswith(f"{web_root}/")


def is_migration(path: str) -> bool:
    """True for code in a directory of migrations, or with the numbered name that tools give to one."""
    above, _, name = path.lower().rpartition("/")
    if not name.endswith((*_SOURCE, ".sql")):
        return False
    return not _MIGRATIONS.isdisjoint(above.split("/")) or _NUMBERED.match(name) is not None
