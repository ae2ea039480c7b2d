"""Write the terminal of the README, `terminal.svg`: what its commands print, typed on a host of its own (as root)."""

from __future__ import annotations

import io
import os
import re
import sys

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from guides import page
from guides.follow import follow
from lib.mounts import may_mount, tell

HERE = os.path.dirname(os.path.abspath(__file__))
README = os.path.join(os.path.dirname(os.path.dirname(HERE)), "README.md")
COLUMNS = 100
SHOWN = ("holdfast deploy", "holdfast rollback")
"""The commands of the README that the picture has."""
STYLES = {"$ ": "bold", "deployed": "green", "activated": "green", "  warn": "yellow", "back": "bold", "run": "bold"}
_FONT = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)


def session() -> list[str]:
    """Each shown command with what it printed."""
    told = tell(follow, README).text
    lines: list[str] = []
    for block in page.read(page.Path(README)).typed:
        if block.text.startswith(SHOWN):
            printed = told.partition(f"@@ line {block.line}\n")[2].partition("@@ line ")[0]
            lines += [f"$ {block.text.strip()}", *printed.strip().splitlines(), ""]
    return lines


def drawn(lines: list[str]) -> str:
    """LINES as an SVG that asks no other host for a font."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in lines:
        style = next((style for begins, style in STYLES.items() if line.startswith(begins)), "")
        console.print(Text(line, style), no_wrap=True, crop=True)
    return _FONT.sub("", console.export_svg(title="an update, and back", theme=MONOKAI, unique_id="holdfast"))


def main() -> int:
    if may_mount():
        sys.stderr.write(f"{may_mount()}\n")
        return 1
    with open(os.path.join(HERE, "terminal.svg"), "w", encoding="utf-8") as file:
        file.write(drawn(session()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
