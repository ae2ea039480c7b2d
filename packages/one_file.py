"""An archive that Python runs, the same bytes on every machine."""

from __future__ import annotations

import hashlib
import os
import pkgutil
import zipfile
from collections.abc import Iterable
from io import BytesIO

_LONG_AGO = (1980, 1, 1, 0, 0, 0)

Member = tuple[str, bytes]


def one_file(members: Iterable[Member], module: str, needed: tuple[int, int]) -> bytes:
    """MEMBERS by name and content, run as `python -m MODULE` by any Python from NEEDED on.

    The same members make the same bytes: names are in order, times are fixed, and nothing is
    compressed, since two zlibs may compress one text differently.
    """
    buffer = BytesIO(b"#!/usr/bin/env python3\n")
    buffer.seek(0, os.SEEK_END)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as archive:
        _add(archive, "__main__.py", _start(module, needed))
        for name, content in sorted(members):
            _add(archive, name, content)
    return buffer.getvalue()


def write(target: str, content: bytes) -> str:
    """Leave CONTENT at TARGET as a program, complete or not at all, and return its SHA-256."""
    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    partial = f"{target}.partial"
    with open(partial, "wb") as file:
        file.write(content)
    os.chmod(partial, 0o755)  # noqa: S103 - a program that everyone may run
    os.replace(partial, target)
    return hashlib.sha256(content).hexdigest()


def _start(module: str, needed: tuple[int, int]) -> bytes:
    """The text of `start`, and the call that it is for."""
    text = pkgutil.get_data(__package__, "start.py") or b""
    return text + f'\n\nif __name__ == "__main__":\n    start("{module}", {needed})\n'.encode()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _LONG_AGO)
    member.create_system, member.external_attr = 3, 0o100644 << 16
    archive.writestr(member, content)
