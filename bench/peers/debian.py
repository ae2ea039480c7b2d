"""Programs from Debian's packages, unpacked below `.peers/debian` and run there; nothing is installed on the host."""

from __future__ import annotations

import functools
import glob
import os
import subprocess
from typing import ClassVar

from peers.tool import INSTALLED, Tool

TREE = os.path.join(INSTALLED, "debian")


def libraries() -> dict[str, str]:
    """Where programs of TREE find their libraries and Ruby its own."""
    usr = os.path.join(TREE, "usr")
    shared = glob.glob(f"{usr}/lib/*-linux-gnu*") + glob.glob(f"{TREE}/lib/*-linux-gnu*")
    plain = [f"{usr}/lib/ruby/vendor_ruby", *glob.glob(f"{usr}/lib/ruby/[0-9]*")]
    built = glob.glob(f"{usr}/lib/*-linux-gnu*/ruby/[0-9]*") + glob.glob(
        f"{usr}/lib/*-linux-gnu*/ruby/vendor_ruby/[0-9]*"
    )
    gems = f"{usr}/share/rubygems-integration/all"
    return {
        "LD_LIBRARY_PATH": os.pathsep.join(shared),
        "RUBYLIB": os.pathsep.join([*plain, *built, *glob.glob(f"{gems}/gems/*/lib")]),
        "GEM_PATH": gems,
    }


class Ruby(Tool):
    package: ClassVar[str]

    @classmethod
    def missing(cls) -> str:
        found = os.path.exists(os.path.join(TREE, "usr/bin/ruby")) and os.path.exists(cls._listed())
        return "" if found else f"Debian's package {cls.package} could not be fetched"

    @classmethod
    @functools.cache
    def version(cls) -> str:
        with open(cls._listed(), encoding="utf-8") as file:
            return file.read().strip()

    @classmethod
    def _listed(cls) -> str:
        return os.path.join(INSTALLED, "versions", cls.package)

    @staticmethod
    def ruby(program: str) -> list[str]:
        return [os.path.join(TREE, "usr/bin/ruby"), "-W0", os.path.join(TREE, "usr/bin", program)]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **libraries()}


def unpack(archives: list[str]) -> None:
    """Each package's files are below TREE, and its version is noted."""
    os.makedirs(TREE, exist_ok=True)
    os.makedirs(os.path.join(INSTALLED, "versions"), exist_ok=True)
    for archive in archives:
        subprocess.run(["dpkg", "-x", archive, TREE], check=True)
        name, version = (_field(archive, field) for field in ("Package", "Version"))
        with open(os.path.join(INSTALLED, "versions", name), "w", encoding="utf-8") as file:
            file.write(version + "\n")


def _field(archive: str, field: str) -> str:
    return subprocess.run(["dpkg-deb", "-f", archive, field], check=True, capture_output=True, text=True).stdout.strip()
