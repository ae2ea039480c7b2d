"""The package for Debian 12, Ubuntu 24.04 and newer: all that they lack lies in it, and Python they have."""

from __future__ import annotations

import gzip
import os
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import md5
from importlib import import_module

from click.shell_completion import get_completion_class

from packages.deb import Entry, deb
from packages.licences import copyright_file
from packages.wheels import EPOCH, TOP, contents

LIBRARY = "usr/lib/holdfast"
START = b"""\
#!/usr/bin/python3
import sys

from holdfast.__main__ import main

sys.exit(main())
"""
"""Run by the link in /usr/bin; Python looks for modules first where the file itself lies."""

POSTINST = b"""\
#!/bin/sh
set -e
if [ "$1" = configure ] && command -v py3compile >/dev/null; then
    py3compile -p holdfast /usr/lib/holdfast
fi
"""
PRERM = b"""\
#!/bin/sh
set -e
if command -v py3clean >/dev/null; then
    py3clean -p holdfast
fi
"""
COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/holdfast",
    "zsh": "usr/share/zsh/vendor-completions/_holdfast",
    "fish": "usr/share/fish/vendor_completions.d/holdfast.fish",
}
CONTROL = """\
Package: holdfast
Version: {version}
Architecture: all
Maintainer: {maintainer}
Installed-Size: {size}
Depends: python3 (>= 3.11)
Recommends: git
Suggests: zstd
Section: admin
Priority: optional
Homepage: {homepage}
Description: deploys web applications and keeps what users wrote
 Holdfast deploys web applications in releases, with shared/ for data and
 an atomic current, so that no byte that a user or the running application
 wrote is lost by a deploy, a rollback, a clean-up, or a crash in any of
 them. Sites that are live in a plain directory are taken on in place, and
 given back as they were.
"""
CHANGES = """\
holdfast ({version}) unstable; urgency=medium

  * What changed is in /usr/share/doc/holdfast/CHANGELOG.md.gz.

 -- {maintainer}  {date}
"""


def build(folder: str, wheels: list[str]) -> None:
    """Leave the package in FOLDER, from what is in WHEELS, the first of which is our own."""
    facts = _facts()
    files = [*_library(wheels), *_documents(facts, wheels), *_completions()]
    facts["size"] = str(sum(len(one.content) // 1024 + 1 for one in files))
    sums = "".join(f"{_md5(one.content)}  {one.path}\n" for one in sorted(files) if not one.link)
    control: dict[str, Entry | bytes] = {
        "control": CONTROL.format(**facts).encode(),
        "md5sums": sums.encode(),
        "postinst": Entry("postinst", POSTINST, 0o755),
        "prerm": Entry("prerm", PRERM, 0o755),
    }
    with open(os.path.join(folder, f"holdfast_{facts['version']}_all.deb"), "wb") as file:
        file.write(deb(control, files))


def _facts() -> dict[str, str]:
    with open(os.path.join(TOP, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)["project"]
    (maintainer,) = project["maintainers"]
    return {
        "version": project["version"],
        "maintainer": f"{maintainer['name']} <{maintainer['email']}>",
        "homepage": project["urls"]["Homepage"],
        "date": format_datetime(datetime.fromtimestamp(int(EPOCH), UTC)),
    }


def _library(wheels: Iterable[str]) -> Iterator[Entry]:
    yield Entry("usr/bin/holdfast", link="../lib/holdfast/__main__.py", mode=0o777)
    yield Entry(f"{LIBRARY}/__main__.py", START, 0o755)
    for name, content in contents(wheels):
        yield Entry(f"{LIBRARY}/{name}", content)


def _documents(facts: dict[str, str], wheels: list[str]) -> Iterator[Entry]:
    yield Entry("usr/share/man/man1/holdfast.1.gz", _zipped(_read("docs/reference/holdfast.1")))
    yield Entry("usr/share/doc/holdfast/changelog.gz", _zipped(CHANGES.format(**facts).encode()))
    yield Entry("usr/share/doc/holdfast/CHANGELOG.md.gz", _zipped(_read("CHANGELOG.md")))
    yield Entry("usr/share/doc/holdfast/copyright", copyright_file(facts["homepage"], LIBRARY, wheels[1:]).encode())


def _completions() -> Iterator[Entry]:
    """What `holdfast completion` writes."""
    main = import_module("holdfast.cli.main")
    for shell, path in COMPLETIONS.items():
        found = get_completion_class(shell)
        assert found is not None
        made = found(main.group, {}, "holdfast", main.COMPLETE)
        yield Entry(path, (made.source_template % made.source_vars()).encode())


def _read(path: str) -> bytes:
    with open(os.path.join(TOP, path), "rb") as file:
        return file.read()


def _zipped(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def _md5(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()
