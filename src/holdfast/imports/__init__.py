"""What other tools' files say of a deploy: read as text, as far as it is literal, and never run.

One file for each tool, with a function `read`; `tokens`, `literals`, `yaml` and `commands` are what they read with,
`findings` is what they find. May import the engine's `model`. Looks at one directory, and changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from holdfast.imports import ansistrano, capistrano, deployer, script, shipit
from holdfast.imports.findings import Findings

__all__ = ["Findings", "read_directory"]

_ALONE = (capistrano.MAIN, *deployer.FILES, *shipit.FILES)
_ENDINGS = (".yml", ".yaml", ".sh", ".bash", ".ini")
_SKIPPED = frozenset(("node_modules", "vendor", "releases", "shared", "current", "storage", "public", "dist", "build"))
_LARGEST, _MOST, _DEEPEST = 256 * 1024, 600, 4


def read_directory(top: str) -> Findings:
    """What the files below TOP say that other tools for deploys read; nothing where there are none."""
    files = dict(_files(top))
    findings = Findings()
    for tool in (capistrano, deployer, shipit, ansistrano, script):
        tool.read(findings, files)
    return findings


def _files(top: str) -> Iterator[tuple[str, str]]:
    """Files that may be meant, with their text: few levels deep, small, and no links."""
    count = 0
    for folder, folders, names in os.walk(top):
        inside = os.path.relpath(folder, top).replace(os.sep, "/")
        prefix = "" if inside == "." else f"{inside}/"
        hidden = (name for name in folders if name.startswith(".") and name not in (".deploy", ".github", ".ci"))
        deep = prefix.count("/") >= _DEEPEST
        folders[:] = [] if deep else sorted({*folders} - _SKIPPED - {*hidden})
        for name in sorted(names):
            if count < _MOST and _is_wanted(prefix, name):
                text = _text(os.path.join(folder, name))
                count += text is not None
                if text is not None:
                    yield prefix + name, text


def _is_wanted(prefix: str, name: str) -> bool:
    path = prefix + name
    if path in _ALONE or path.startswith(capistrano.STAGES) or name.endswith(_ENDINGS):
        return True
    return "." not in name and prefix.count("/") < 3 and not name.isupper()


def _text(path: str) -> str | None:
    """The text of a plain file; None for anything else."""
    try:
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:
            return None
        with open(path, encoding="utf-8", errors="replace", newline=None) as file:
            return file.read()
    except OSError:
        return None
