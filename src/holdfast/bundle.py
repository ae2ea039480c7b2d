"""The engine in one file that any Python from 3.9 on runs: `python3 holdfast-engine.pyz`."""

from __future__ import annotations

import hashlib
import os
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO

import holdfast_engine

_START = b'import runpy\n\nrunpy.run_module("holdfast_engine", run_name="__main__", alter_sys=True)\n'
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_KEPT = (".py", ".json")


def build(target: str) -> str:
    """Leave the bundle at TARGET, complete or not at all, and return its SHA-256.

    The same sources make the same bytes on every machine: names are in order, times are fixed,
    and nothing is compressed, since two zlibs may compress one text differently.
    """
    content = bundled()
    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    partial = f"{target}.partial"
    with open(partial, "wb") as file:
        file.write(content)
    os.chmod(partial, 0o755)  # noqa: S103 - a program that everyone may run
    os.replace(partial, target)
    return hashlib.sha256(content).hexdigest()


def bundled() -> bytes:
    """The bytes of the bundle."""
    buffer = BytesIO(b"#!/usr/bin/env python3\n")
    buffer.seek(0, os.SEEK_END)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as archive:
        _add(archive, "__main__.py", _START)
        for name, path in _members():
            with open(path, "rb") as file:
                _add(archive, name, file.read())
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _LONG_AGO)
    member.create_system, member.external_attr = 3, 0o100644 << 16
    archive.writestr(member, content)


def _members() -> Iterator[tuple[str, str]]:
    top = os.path.dirname(holdfast_engine.__file__)
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            if name.endswith(_KEPT):
                path = os.path.join(folder, name)
                yield os.path.relpath(path, os.path.dirname(top)), path


if __name__ == "__main__":
    print(build(sys.argv[1]), sys.argv[1])  # noqa: T201 - a program of the Makefile
