"""A newcomer's first hour: from nothing to the first success by the install page and one guide alone, and what it costs
in commands, in seconds and in words that have to be learned.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from guides import machine, page
from guides.page import DOCS, Block, Page
from guides.worlds import WORLDS

ONE_FILE = "install -D -m 755 ~/holdfast.pyz ~/.local/bin/holdfast\n"
"""As docs/install.md has it; the file came by `scp`."""


@dataclass(frozen=True)
class Newcomer:
    """Who follows GUIDE until the first block in which UNTIL is typed; HAS_IT where Holdfast is there already, and
    CALLED as the guide says that it is typed there.
    """

    guide: str
    until: str
    has_it: bool = False
    called: str = "holdfast"


NEWCOMERS = {
    "an FTP site on a server": Newcomer("ftp", "holdfast deploy"),
    "shared hosting without root": Newcomer(
        "shared-hosting", "holdfast deploy", has_it=True, called="python3 ~/holdfast.pyz"
    ),
    "a Capistrano team": Newcomer("capistrano", "holdfast deploy"),
    "who leads the pipeline": Newcomer("ci", '"deploy $commit"'),
    "on call at three in the morning": Newcomer("symptoms", "holdfast recover --site", has_it=True),
}


@dataclass(frozen=True)
class Hour:
    """What stood on the terminal, how it ended, and what it cost; WORDS are those of docs/words.md that were met."""

    text: str
    code: int
    commands: list[str]
    seconds: float
    words: list[str]

    def row(self, name: str) -> str:
        met = ", ".join(self.words)
        return f"| {name} | {len(self.commands)} | {self.seconds:.1f} | {len(self.words)}: {met} |"


def live_through(name: str, program: str) -> Hour:
    """The hour of the newcomer NAME with the one file PROGRAM, in a mount namespace that the caller has made."""
    newcomer = NEWCOMERS[name]
    followed = page.read(DOCS / f"guides/{newcomer.guide}.md")
    user, blocks = followed.follow.get("user", "root"), tuple(_first_blocks(followed, newcomer))
    top = Path(tempfile.mkdtemp(prefix="holdfast-hour-"))
    top.chmod(0o755)
    programs = machine.furnish(top)
    WORLDS[followed.follow["world"]]()
    (programs / "holdfast").unlink()
    shutil.copy(program, f"/home/{user}/holdfast.pyz")
    if newcomer.has_it and newcomer.called == "holdfast":
        shutil.copy(program, programs / "holdfast")
    began = time.monotonic()
    ended = machine.run(machine.script(blocks, ":"), user=user, programs=programs)
    seconds = time.monotonic() - began
    typed = [line for block in blocks if block.is_typed for line in block.text.splitlines() if line.strip()]
    return Hour(ended.text, ended.code, typed, seconds, _met(_shown(ended.text)))


def _first_blocks(followed: Page, newcomer: Newcomer) -> Iterator[Block]:
    """What is typed and saved up to the first success, the installation first."""
    if not newcomer.has_it:
        yield Block("sh", ONE_FILE, 0)
    for block in followed.blocks:
        yield replace(block, text=_called(block.text, newcomer.called))
        if block.is_typed and newcomer.until in block.text:
            return
    raise AssertionError(f"{newcomer.until} is nowhere in {followed.path}")


def _called(text: str, program: str) -> str:
    return re.sub(r"^holdfast(?= )", program, text, flags=re.MULTILINE)


def _shown(text: str) -> str:
    """TEXT without JSON, which no newcomer reads, and without the comments of a file of settings."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(("{", "#")))


def _met(text: str) -> list[str]:
    """The words of docs/words.md that stand in TEXT, but in names of commands and of checks."""
    every = re.findall(r"(?m)^\| (\w[\w ]*) \|", (DOCS / "words.md").read_text())
    read = re.sub(r"`[^`]*`|holdfast \w+", "", text)
    return [word for word in every if word != "word" and re.search(rf"\b{word}s?\b(?!-)", read)]
