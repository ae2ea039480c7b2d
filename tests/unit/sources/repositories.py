"""Repositories and extracted trees for the tests of sources."""

from __future__ import annotations

import os
import subprocess

from holdfast_engine.fs.extract import TreeWriter

WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false")


def run(place, *words, given=None):
    """Run git in PLACE for a test; its output."""
    done = subprocess.run(("git", *WHO, *words), cwd=place, check=True, capture_output=True, input=given)
    return done.stdout.decode().strip()


def commit(repository, message="change", **files):
    """Write FILES (name to bytes), commit everything, and return the commit's id."""
    for name, content in files.items():
        path = repository / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    run(repository, "add", "-A")
    run(repository, "commit", "-q", "--allow-empty", "-m", message)
    return run(repository, "rev-parse", "HEAD")


def extracted(source, place):
    """Extract SOURCE into the new directory PLACE; the writer."""
    place.mkdir()
    fd = os.open(place, os.O_RDONLY)
    writer = TreeWriter(fd, sealed=False, keep_writable=lambda _path: False)
    try:
        source.extract(writer)
    finally:
        writer.close()
        os.close(fd)
    return writer


def mirrors(cache):
    return sorted(name for name in os.listdir(cache) if not name.endswith(".lock"))


def both(location):
    """LOCATION as a path and as a URL."""
    return (str(location), f"file://{location}")
