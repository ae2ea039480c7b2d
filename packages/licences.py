"""Debian's copyright file: ours, and what the wheel of each library says of itself."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable

_HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: holdfast
Source: {homepage}

Files: *
Copyright: the authors of Holdfast
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
"""
_PART = """\
Files: {files}
Copyright: {holders}
License: {name}
{text}
"""
_NAMED = re.compile(r"^(?:License-Expression: |.*:: OSI Approved :: )([\w.-]+)", re.MULTILINE)


def copyright_file(homepage: str, folder: str, libraries: Iterable[str]) -> str:
    """The text, for LIBRARIES, which are wheels, unpacked in FOLDER."""
    return "\n".join([_HEAD.format(homepage=homepage), *(_part(folder, one) for one in libraries)])


def _part(folder: str, wheel: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = "".join(archive.read(one).decode() for one in names if one.endswith(".dist-info/METADATA"))
        text = "\n".join(archive.read(one).decode() for one in names if re.search(r"dist-info/(.*/)?LICENSE", one))
    named = _NAMED.search(metadata)
    assert named, f"{wheel} does not say how it is licensed"
    packages = sorted({name.split("/")[0] for name in names if ".dist-info/" not in name})
    return _PART.format(
        files=" ".join(f"{folder}/{package}/*" for package in packages),
        holders="\n ".join(dict.fromkeys(re.findall(r"(?m)^\s*Copyright (.*?)\s*$", text))),
        name=f"{os.path.basename(wheel).split('-')[0]}-{named[1]}",
        text="\n".join(f" {line.rstrip()}" if line.strip() else " ." for line in text.strip().splitlines()),
    )
