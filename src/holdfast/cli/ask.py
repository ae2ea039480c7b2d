"""The one question: shall this plan be run?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from holdfast.cli.render.view import View, is_terminal
from holdfast_engine.model.problem import Problem


def asker(view: View, *, may_ask: bool = True) -> Callable[[dict[str, Any]], bool]:
    """A function that shows a plan and returns the answer.

    Raises `declined` where nobody can be asked: neither a script nor a cron job is taken for a yes.
    """

    def ask(plan: dict[str, Any]) -> bool:
        if not may_ask or not is_terminal(sys.stdin) or not is_terminal(sys.stderr):
            why = "there is no terminal" if may_ask else "`--no-input` was given"
            raise Problem(
                "declined",
                f"this changes the site and needs a yes, and there is no way to ask: {why}",
                state="nothing was changed",
                hint=_how_to_agree(str(plan.get("command") or "deploy")),
            )
        view.plan(plan)
        view.question("run this? [y/N] ")
        return _answer(view) in ("y", "yes")

    return ask


def inquirer(view: View, *, may_ask: bool = True) -> Callable[[str], bool | None]:
    """A function that puts a question whose usual answer is yes; None where nobody can be asked."""

    def inquire(text: str) -> bool | None:
        if not may_ask or not is_terminal(sys.stdin) or not is_terminal(sys.stderr):
            return None
        view.question(f"{text} [Y/n] ")
        return _answer(view) in ("", "y", "yes")

    return inquire


def _answer(view: View) -> str:
    """What was typed; `interrupted` for Ctrl-C, which is a no before anything was begun."""
    try:
        return sys.stdin.readline().strip().lower()
    except KeyboardInterrupt:
        view.end_line()
        hint = "the same command again asks again; with `--plan` it only shows what it would do"
        raise Problem("interrupted", "interrupted at the question", state="nothing was changed", hint=hint) from None


def _how_to_agree(command: str) -> str:
    looking = "; `holdfast deploy --plan` shows first what it would do" if command == "deploy" else ""
    return f"the same command with `--yes`{looking}"
