"""The project's own files, as the tests of the house look at them."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SRC = os.path.join(ROOT, "src")


@dataclass(frozen=True)
class Module:
    """One Python file. NAME is its path relative to `src/`, as in `holdfast_engine/fs/root.py`."""

    name: str

    @property
    def text(self) -> str:
        return read(os.path.join("src", self.name))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        return self.name.split("/")[1]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full name of everything that is imported, at the top or inside a function."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def modules(package: str) -> tuple[Module, ...]:
    found = []
    for folder, folders, names in os.walk(os.path.join(SRC, package)):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        found += [os.path.join(folder, name) for name in sorted(names) if name.endswith(".py")]
    return tuple(Module(os.path.relpath(path, SRC)) for path in found)


def read(path: str) -> str:
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


@cache
def tracked() -> tuple[str, ...]:
    """Every file that is, or will be, committed; an unpacked sdist has no git to ask, so the tree is walked."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode == 0:
        return tuple(sorted(path for path in told.stdout.split("\0") if os.path.isfile(os.path.join(ROOT, path))))
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in sorted(names)]
    return tuple(found)
