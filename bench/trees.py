"""Trees to measure with: the same bytes in every run."""

from __future__ import annotations

import os
import random
import subprocess

FILES, BYTES = 8_000, 42_000_000
_GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@localhost")


def git(repository: str, *words: str) -> str:
    ran = subprocess.run([*_GIT, *words], cwd=repository, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def repository(top: str, *, files: int = FILES) -> str:
    """A packed git repository at TOP: 8,000 FILES with 42 MB, half of them text."""
    chance = random.Random(8_000)
    words = [f"{chance.getrandbits(40):x}" for _ in range(2_000)]
    for number in range(files):
        path = os.path.join(top, f"vendor/package-{number // 80:03}/part-{number // 10 % 8}", f"file-{number:04}.php")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        size = int(BYTES / FILES * chance.choice((0.2, 0.5, 1, 1, 2.3)))
        with open(path, "wb") as file:
            file.write(" ".join(chance.choices(words, k=size // 10)).encode() if number % 2 else chance.randbytes(size))
    for path, text in {"artisan": "<?php\n", "public/index.php": "<?php\n", "storage/app/.gitignore": "*\n"}.items():
        os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
        with open(os.path.join(top, path), "w", encoding="utf-8") as file:
            file.write(text)
    git(top, "init", "--quiet", "--initial-branch=main")
    git(top, "add", "--all", "--force")
    git(top, "commit", "--quiet", "--message=one")
    git(top, "repack", "-a", "-d", "-q")
    return top


def next_version(top: str, number: int) -> None:
    """A commit that changes three files, packed as a push packs it."""
    for name in ("artisan", "public/index.php", f"vendor/package-{number % 100:03}/changed.php"):
        os.makedirs(os.path.dirname(os.path.join(top, name)), exist_ok=True)
        with open(os.path.join(top, name), "w", encoding="utf-8") as file:
            file.write(f"<?php // version {number}\n")
    git(top, "add", "--all", "--force")
    git(top, "commit", "--quiet", f"--message=version {number}")


def uploads(top: str, *, files: int) -> str:
    """FILES empty files below TOP spread evenly over 1,000 directories in 20, which makes 1,021 to look at."""
    directories = [os.path.join(top, f"{year:02}", f"{album:02}") for year in range(20) for album in range(50)]
    for directory in directories:
        os.makedirs(directory, exist_ok=True)
    for number in range(files):
        path = os.path.join(directories[number % len(directories)], f"photo-{number:06}.jpg")
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))
    return top
