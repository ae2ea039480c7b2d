"""One file per act. The sibling rooms below are composed here and nowhere else; may import every room of the engine."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from holdfast_engine.model.event import Listener
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request

Ask = Callable[[dict[str, Any]], bool]

_MODULES = {
    "adopt": "adopt",
    "attic": "shelves",
    "checklist": "looking",
    "deploy": "deploy",
    "detect": "explaining",
    "explain": "explaining",
    "history": "looking",
    "inspect": "explaining",
    "link": "link",
    "plan": "explaining",
    "prune": "prune",
    "recover": "recover",
    "releases": "looking",
    "restore": "shelves",
    "rollback": "rollback",
    "status": "looking",
    "sweep": "sweeping",
}


def perform(request: Request, *, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Do what REQUEST says and return the answer that INTERFACE.md describes; raises Problem.

    TELL hears every event; ASK is asked with the plan before something changes, unless the
    request says yes already. Only the modules of that one command are imported.
    """
    if request.command not in _MODULES:
        raise Problem("usage", f"there is no command `{request.command}`")
    module = import_module(f"holdfast_engine.commands.{_MODULES[request.command]}")
    try:
        answer: dict[str, Any] = getattr(module, request.command)(request, tell, ask)
    except Problem as problem:
        if problem.kind in _BEFORE_ANYTHING or request.command in _LOOKING:
            problem.state = problem.state or "nothing was changed"
        elif problem.kind == "failed-back":
            problem.state = problem.state or "nothing was switched; what was live is live, as before"
        raise
    except OSError as error:
        from holdfast_engine.commands.workplace import told

        raise told(error) from error
    return answer


_LOOKING = ("inspect", "plan", "detect", "explain")
"""Commands that change nothing, whatever stops them."""

_BEFORE_ANYTHING = ("usage", "config", "input", "state", "locked", "refused", "declined", "mismatch")
"""Classes that by contract are raised before a command changes anything: what fails later is of another class."""
