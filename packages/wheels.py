"""Our own wheel, and the wheels of the libraries as they are locked."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(TOP, "requirements", "run.txt")
OLD = os.path.join(TOP, "requirements", "old.txt")
"""The same libraries, as old as Python 3.9 needs them."""

KEPT = os.path.join(TOP, ".wheels")
"""Where wheels that were fetched stay, so that the next build needs no network."""

EPOCH = os.environ.get("SOURCE_DATE_EPOCH", "1580601600")
"""The time of everything that is packed: that of a build would make other bytes each time."""


def build(folder: str, *targets: str) -> str:
    """The wheel and the source archive of this tree in FOLDER, or those of TARGETS; the path of the wheel."""
    command = [sys.executable, "-m", "hatchling", "build"]
    command += [word for target in targets or ("sdist", "wheel") for word in ("--target", target)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run([*command, "--directory", folder], cwd=TOP, env=environment, stdout=sys.stderr, check=True)
    (wheel,) = glob.glob(os.path.join(folder, "*.whl"))
    return wheel


def locked(lock: str = LOCK) -> list[str]:
    """The wheel of each library that LOCK names, with a hash that stands there. What is not here yet is fetched."""
    if not all(_found(lock)):
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps"]
        command += ["--only-binary", ":all:", "--require-hashes", "--requirement", lock, "--dest", KEPT]
        command += ["--implementation", "py", "--abi", "none", "--platform", "any"]  # of Python alone
        subprocess.run(command, stdout=sys.stderr, check=True)
    found = _found(lock)
    assert all(found), f"not every wheel of {lock} is in {KEPT}"
    return found


def contents(wheels: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Every file of WHEELS as it would lie in one directory of packages, licences included."""
    for wheel in wheels:
        assert wheel.endswith("-none-any.whl"), f"{wheel} is not of Python alone"
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if ".data/" not in name and not name.endswith("/"):
                    yield name, archive.read(name)


def _found(lock: str) -> list[str]:
    """For each library of LOCK the path of its wheel, or nothing where it is not here."""
    with open(lock, encoding="utf-8") as file:
        entries = re.findall(r"(?m)^([\w.-]+)==(\S+)(.*)\n((?:    .*\n)*)", file.read())
    return [_wheel(name, version, hashes) for name, version, marker, hashes in entries if "win32" not in marker]


def _wheel(name: str, version: str, hashes: str) -> str:
    pattern = os.path.join(KEPT, f"{name.replace('-', '_')}-{version}-*-none-any.whl")
    return next((path for path in glob.glob(pattern) if f"sha256:{_sha256(path)}" in hashes), "")


def _sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
