"""Ctrl-C where something is asked."""

from __future__ import annotations

import io
import sys

import pytest

from holdfast.cli.ask import asker
from holdfast.cli.render.plain import PlainView
from holdfast.cli.render.view import Manner
from holdfast_engine.model.problem import Problem


class Interrupted(io.StringIO):
    """A terminal at which somebody presses Ctrl-C."""

    def isatty(self):
        return True

    def readline(self, *_):
        raise KeyboardInterrupt


def test_what_is_said_after_ctrl_c_stands_on_a_line_of_its_own(monkeypatch):
    """INTERFACE, exit codes: 130; the question stays as it stood, and nothing is printed that only a program reads."""
    shown = Interrupted()
    monkeypatch.setattr(sys, "stdin", Interrupted())
    monkeypatch.setattr(sys, "stderr", shown)
    with pytest.raises(Problem, match="interrupted at the question"):
        asker(PlainView(Manner(), lambda *_, **__: []))({"command": "prune", "steps": []})
    assert shown.getvalue().endswith("run this? [y/N] \n")
    assert "\\n" not in shown.getvalue()
