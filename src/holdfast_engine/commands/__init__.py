"""One thin file for each word that is typed. May import every room of the engine."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from holdfast_engine.fs.descriptors import require_descriptors
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.problem import BEFORE_ANYTHING, UNCHANGED, Problem
from holdfast_engine.model.request import Request

COMMANDS = (
    *("access", "adopt", "attic", "baseline", "checklist", "deploy", "detect", "explain", "history", "inspect"),
    *(
        "leave",
        "link",
        "plan",
        "prune",
        "recover",
        "releases",
        "report",
        "restore",
        "review",
        "rollback",
        "status",
        "sweep",
    ),
)
"""Each has a module and a function of its name."""


def perform(request: Request, *, tell: Listener, ask: Ask) -> dict[str, Any]:
    """Do what REQUEST says and return the answer as JSON; raises Problem.

    TELL hears every event; ASK is asked with the plan before something changes, unless the
    request says yes already. Only the modules of that one command are imported.
    """
    if request.command not in COMMANDS:
        raise Problem("usage", f"there is no command `{request.command}`")
    require_descriptors()
    module = import_module(f"holdfast_engine.commands.{request.command}")
    try:
        answer: dict[str, Any] = getattr(module, request.command)(request, tell, ask)
    except Problem as problem:
        if problem.kind in BEFORE_ANYTHING or request.command in _LOOKING:
            problem.state = problem.state or UNCHANGED
        elif problem.kind == "failed-back":
            problem.state = problem.state or "nothing was switched; what was live is live, as before"
        elif problem.kind == "host":
            problem.state = problem.state or "no data was moved"
        raise
    except OSError as error:
        from holdfast_engine.site.host_errors import problem_of

        raise problem_of(error) from error
    return answer


_LOOKING = ("inspect", "plan", "detect", "explain", "report")
"""Commands that change nothing, whatever stops them."""
