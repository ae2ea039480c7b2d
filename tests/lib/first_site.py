"""The first hour of an installation: a plain site is taken on and deployed to, and nothing of it is lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Run = Callable[..., str]


def by(program: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Runs PROGRAM with the words given, in ENVIRONMENT and no other; it has to end well."""

    def run(*words: str | Path) -> str:
        ran = subprocess.run(
            [*program, *map(str, words)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, (words, ran.stdout, ran.stderr)
        return ran.stdout

    return run


def nothing_but(home: Path) -> dict[str, str]:
    """The environment of somebody who has just come: a home with nothing in it."""
    home.mkdir()
    return {"HOME": str(home), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def taken_on_and_deployed(run: Run, top: Path) -> None:
    """A site in a plain directory below TOP is adopted, used, and gets a new version; every byte is still there."""
    club = top / "club"
    ours = _write(club, {"index.html": "the first page", "uploads/ada.jpg": "of Ada"})
    run("adopt", club, "--yes")
    theirs = _write(club / "current", {"uploads/bob.jpg": "of Bob", "certificates/7.pdf": "a certificate"})
    _write(top / "next", {"index.html": "the second page"})
    run("deploy", "--site", club, "--source", top / "next", "--yes")
    assert (club / "current/index.html").read_text() == "the second page"
    uploads = {path: text for path, text in {**ours, **theirs}.items() if path != "index.html"}
    assert {path: (club / "current" / path).read_text() for path in uploads} == uploads
    kept = {path.read_text() for path in club.rglob("index.html") if path.is_file()}
    assert kept >= {"the first page", "the second page"}


def _write(folder: Path, files: dict[str, str]) -> dict[str, str]:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return files
