"""A long page by the program that a person reads long pages with."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress

_USUAL = ("less", "more")


def paged(text: str) -> bool:
    """True where `PAGER`, or what is usual, showed TEXT; it may be closed before the end."""
    from shutil import which

    mine = os.environ.get("PAGER", "")
    usual = () if os.environ.get("TERM") in ("dumb", "emacs") else _USUAL
    for command in (mine, *usual):
        with suppress(ValueError, OSError):  # quotes without an end, or no program
            words = shlex.split(command)
            if words and which(words[0]):
                _shown(words, text)
                return True
    return False


def _shown(words: list[str], text: str) -> None:
    import subprocess

    with subprocess.Popen(words, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        with suppress(OSError):
            program.stdin.write(text.encode(errors="backslashreplace"))
        with suppress(OSError):
            program.stdin.close()
        while program.returncode is None:
            with suppress(KeyboardInterrupt):  # the pager's own: it uses it for something else
                program.wait()
