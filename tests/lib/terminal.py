"""A terminal of one's own: real command lines against real sites, in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.main import main


@dataclass(frozen=True)
class Ended:
    """How a command line ended: CODE, and what stood on the two streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Exactly one line, with one object."""
        assert self.out.count("\n") == 1, self.out
        value: dict[str, Any] = json.loads(self.out)
        return value

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]

    @property
    def problem(self) -> str:
        """The code word of the error on stderr."""
        return self.err.partition("error[")[2].partition("]")[0]


Typed = Callable[..., Ended]


def terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, here: Path, *, stdin: str = os.devnull
) -> Typed:
    """A function that types one command line in HERE, with nobody at the keyboard."""
    here.mkdir(exist_ok=True)
    monkeypatch.chdir(here)
    monkeypatch.setattr("sys.stdin", open(stdin, encoding="utf-8"))  # noqa: SIM115 - open until the test ends

    def typed(*words: object) -> Ended:
        capsys.readouterr()
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return Ended(code, told.out, told.err)

    return typed
