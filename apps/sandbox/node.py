"""Node as this host has it, and packages from npm: fetched once into `.apps/node`, and bound into a root."""

from __future__ import annotations

import os
import shutil
import subprocess

from sandbox.places import NODE, Unavailable

PACKAGES = {
    "express": ("express@4", "multer@1.4.5-lts.2", "better-sqlite3@12"),
    "lowdb": ("express@4", "multer@1.4.5-lts.2", "lowdb@7"),
    "nextjs": ("next@14", "react@18", "react-dom@18"),
    "sveltekit": (
        "@sveltejs/kit@2",
        "@sveltejs/adapter-node@5",
        "@sveltejs/vite-plugin-svelte@5",
        "svelte@5",
        "vite@6",
    ),
    "vite": ("vite@6",),
}


def fetch(name: str) -> None:
    """Node stands in `.apps/node/bin`, and the packages of NAME beside it."""
    _bring_node()
    target = os.path.join(NODE, name)
    if os.path.isdir(target):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed here")
    partial = target + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    os.makedirs(partial)
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", partial, *PACKAGES[name]]
    told = subprocess.run(command, cwd=partial, capture_output=True, text=True, check=False)
    if told.returncode:
        raise Unavailable(f"npm could not fetch {name}: {' / '.join(told.stderr.strip().splitlines()[-3:])}")
    os.rename(partial, target)


def _bring_node() -> None:
    place, node = os.path.join(NODE, "bin", "node"), shutil.which("node")
    if node is None:
        raise Unavailable("node is not installed here")
    if not os.path.exists(place):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        shutil.copy(os.path.realpath(node), place)
