"""What is a program, by its name: it finds others beside itself, and is the release's wherever the release ships it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from holdfast_engine.rules.names import words
from holdfast_engine.rules.shape import EXAMPLE, says_nothing

_RUNS = tuple(sorted(words("program-endings")))
_CODE = tuple(sorted(words("code-endings") | words("sure-code-endings") | words("program-endings")))
_MANIFESTS = words("manifests")
_GUARDS = frozenset(("index.php", "index.phtml"))
_GUARD_SIZE = 2048


def runs(path: str, size: int, read: Callable[[str], Optional[bytes]]) -> bool:
    """True for what a server runs; a small index page that keeps a directory from being listed, by what READ gives of
    it, is none.
    """
    name = path.rpartition("/")[2].lower()
    if not name.endswith(_RUNS):
        return False
    return not (name in _GUARDS and size <= _GUARD_SIZE and says_nothing(read(path) or b""))


def is_code(path: str) -> bool:
    """True for programs, pages, styles, examples and manifests: of these the release's version counts."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(_CODE) or name in _MANIFESTS or EXAMPLE.search(name) is not None
