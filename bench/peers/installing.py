"""Fetches the tools into `.peers/`, each from the registry that has it; for what cannot be had there is a reason."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys

from peers.debian import TREE, libraries, unpack
from peers.tool import INSTALLED

DEBIAN = ("capistrano", "mina", "rsync", "libfaketime")
NPM = ("shipit-cli@5.3.0", "shipit-deploy@5.3.0", "shipit-shared@4.4.2")
SSH = """#!/bin/sh
# A stand-in for ssh: the command runs on this host, in the same words that a server would be given.
while [ $# -gt 0 ]; do
    case $1 in
        -o | -p | -i | -l) shift 2 ;;
        -*) shift ;;
        *) break ;;
    esac
done
shift
while [ "${1#-}" != "$1" ]; do
    case $1 in
        --) shift && break ;;
        -o | -p | -i | -l) shift 2 ;;
        *) shift ;;
    esac
done
cd / && exec bash --norc -c "$*"
"""
WRAPPED = """#!/bin/sh
LD_LIBRARY_PATH="{libraries}" exec "{program}" "$@"
"""


def install() -> None:
    """`.peers/` holds what could be fetched; what is there already is not fetched again."""
    os.makedirs(os.path.join(INSTALLED, "bin"), exist_ok=True)
    for fetch in (from_debian, from_npm):
        try:
            fetch()
        except (OSError, subprocess.CalledProcessError) as reason:
            print(f"{fetch.__name__}: {reason}", file=sys.stderr)
    program("ssh", SSH)


def from_debian() -> None:
    missing = [name for name in DEBIAN if not os.path.exists(os.path.join(INSTALLED, "versions", name))]
    if missing:
        kept = os.path.join(INSTALLED, "archives")
        os.makedirs(os.path.join(kept, "partial"), exist_ok=True)
        asked = ["apt-get", "install", "--yes", "--quiet", "--download-only", "--no-install-recommends"]
        fetch = [*asked, "-o", f"Dir::Cache::archives={kept}", *missing]
        if subprocess.run(fetch, check=False, capture_output=True).returncode:
            subprocess.run(["apt-get", "update", "--quiet"], check=True, stdout=subprocess.DEVNULL)
            subprocess.run(fetch, check=True, stdout=subprocess.DEVNULL)
        unpack(glob.glob(os.path.join(kept, "*.deb")))
        give_mina_its_template()
    places = libraries()["LD_LIBRARY_PATH"]
    program("rsync", WRAPPED.format(libraries=places, program=os.path.join(TREE, "usr/bin/rsync")))


def give_mina_its_template() -> None:
    """Debian's package ships the script that Mina runs on the host among its examples, where Mina does not look."""
    looked_for = os.path.join(TREE, "usr/lib/ruby/data")
    if not os.path.lexists(looked_for):
        os.symlink("../../share/doc/mina/examples", looked_for)


def from_npm() -> None:
    where = os.path.join(INSTALLED, "npm")
    if not os.path.isdir(os.path.join(where, "node_modules")):
        os.makedirs(where, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--prefix", where]
        subprocess.run(
            [shutil.which("npm") or "npm", "install", *quiet, *NPM], cwd=where, check=True, stdout=subprocess.DEVNULL
        )


def program(name: str, text: str) -> None:
    path = os.path.join(INSTALLED, "bin", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o755)


def clock() -> str:
    """The library that gives a process another time, or nothing."""
    found = glob.glob(os.path.join(TREE, "usr/lib/*/faketime/libfaketime.so.1"))
    return found[0] if found else ""
