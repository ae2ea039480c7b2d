"""The options that all commands share, and the one way in which a command is run and ends."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click

from holdfast.cli.ask import asker, inquirer
from holdfast.cli.complete import checks, directories, files
from holdfast.cli.lazy import Command
from holdfast.cli.render.choose import choose
from holdfast.cli.render.view import Manner, View
from holdfast.config.places import working_directory
from holdfast.errors import bug, interrupted
from holdfast.session import Session
from holdfast_engine.model.problem import EXIT_CODES, Problem
from holdfast_engine.model.values import dataclass

Answer = tuple[str, dict[str, Any]]
"""The page that shows a result, and the result."""


@dataclass(frozen=True)
class Run:
    """What a command gets besides its own arguments. FLAGS are settings by their dotted key."""

    session: Session
    flags: dict[str, Any]
    out: Callable[[str], None]
    inquire: Callable[[str], bool | None]


Work = Callable[..., Answer]

_OUTPUT = (
    click.option("--no-color", is_flag=True, help="No colours; the same as `--color never`."),
    click.option(
        "--color",
        type=click.Choice(("auto", "always", "never")),
        default="auto",
        help="Colours: on terminals without `NO_COLOR`, always, or never. [default: auto]",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress."),
    click.option("-v", "--verbose", is_flag=True, help="Show more of what happens, and where data is."),
    click.option("--events", is_flag=True, help="Progress as JSON lines on stderr."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout at the end."),
)
_SITE = (
    click.option("--config", metavar="FILE", shell_complete=files, help="Read FILE, not the nearest holdfast.toml."),
    click.option(
        "--site",
        metavar="DIR",
        shell_complete=directories,
        help="The site's directory. [default: [site].root, or the site around here]",
    ),
)
_PLAN = (click.option("--plan", "--dry-run", "only_plan", is_flag=True, help="Show the plan and change nothing."),)
_YES = (
    click.option("--no-input", is_flag=True, help="Do not ask: where a question is needed, end with exit code 31."),
    click.option("-y", "--yes", is_flag=True, help="Answer every question with yes."),
)

accepting = click.option(
    "--accept",
    multiple=True,
    metavar="CHECK[=PATH]",
    shell_complete=checks,
    help="Accept what this check refuses, this once; `data-memory=PATH`: for good. Repeatable.",
)
"""For commands that refuse what only a person can know to be meant."""


def shipped(name: str) -> Callable[[Any], Any]:
    """The option NAME of a command that is told what was shipped; it is handed on as `was`."""
    return click.option(
        name,
        "was",
        multiple=True,
        metavar="ARCHIVE|REF",
        shell_complete=files,
        help="The version that was shipped: an archive, a directory, a repository or a ref. Repeatable.",
    )


def command(
    examples: str, *, site: bool = False, changes: bool = False, plans: bool = False
) -> Callable[[Work], click.Command]:
    """A click command from a function of a `Run` and its own arguments."""

    def wrap(work: Work) -> click.Command:
        def invoke(**given: Any) -> int:
            return _invoke(work, given, logged=changes)

        invoke.__doc__ = work.__doc__
        invoke.__click_params__ = getattr(work, "__click_params__", [])  # type: ignore[attr-defined]
        shared: list[Any] = [*_OUTPUT, *(_YES if changes else ()), *(_PLAN if plans else ()), *(_SITE if site else ())]
        for option in shared:
            option(invoke)
        _own_first(invoke, len(shared))
        name = work.__module__.rpartition(".")[2]
        made = click.command(name, cls=Command, epilog=examples)(invoke)
        made.context_settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
        return made

    return wrap


def _own_first(invoke: Any, shared: int) -> None:
    """A command's own options stand before those that all have; click keeps them in reverse."""
    params = invoke.__click_params__
    own = len(params) - shared
    invoke.__click_params__ = params[own:] + params[:own]


def _invoke(work: Work, given: dict[str, Any], *, logged: bool) -> int:
    manner = Manner(
        json=given.pop("as_json"),
        events=given.pop("events"),
        quiet=given.pop("quiet"),
        verbose=given.pop("verbose"),
        color="never" if given.pop("no_color") else given.pop("color"),
    )
    given.pop("color", None)
    site = {"site.root": given.pop("site", None)}
    view, file = choose(manner), given.pop("config", None) or os.environ.get("HOLDFAST_CONFIG", "")
    session = Session(working_directory(), os.environ, view.tell, file=file)
    if logged:
        view = _logged(view, lambda: session.site(site))
    may_ask, yes = not given.pop("no_input", False), given.pop("yes", False)
    only_plan = given.pop("only_plan", False)
    session = replace(session, tell=view.tell, ask=asker(view, may_ask=may_ask), yes=yes, only_plan=only_plan)
    inquire = inquirer(view, may_ask=may_ask and not yes)
    named = os.path.normpath(os.path.join(session.directory, site["site.root"])) if site["site.root"] else ""
    return _finish(view, lambda: _answered(work, Run(session, site, view.say, inquire), given), named)


def _answered(work: Work, run: Run, given: dict[str, Any]) -> Answer:
    """What WORK says; a plan has a page of its own."""
    page, result = work(run, **given)
    return "plan" if run.session.only_plan else page, result


def _logged(view: View, site: Callable[[], str] = str) -> View:
    """VIEW, with everything that it is told in a file as well; VIEW alone where no file can be written."""
    from holdfast.cli.log import Log, LoggedView

    if isinstance(view, LoggedView):
        return view
    context = click.get_current_context()
    log = Log.begin(context.obj or (), os.environ, site)
    if log is None:
        return view
    context.call_on_close(log.close)
    return LoggedView(view, log)


def _finish(view: View, work: Callable[[], Answer], site: str) -> int:
    """Tells how WORK ended; SITE is the one that was named by a flag, and is named in what to type next."""
    try:
        page, result = work()
    except Problem as problem:
        if not problem.state and problem.kind in _BEFORE_ANYTHING:
            problem.state = "nothing was changed"
        return view.problem(_whole(problem, site))
    except (KeyboardInterrupt, click.Abort):
        return view.problem(_whole(interrupted(), site))
    except OSError as error:  # what the host refuses before the engine is asked is no mistake of ours
        return view.problem(_refused_by_the_host(view, error))
    except Exception as error:  # noqa: BLE001 - the last place before the interpreter's own
        view = _logged(view)  # a run that only looks has no log until there is something to find out from it
        view.trace(traceback.format_exc())
        return view.problem(_whole(bug(error), site))
    view.result(page, result)
    return exit_code(result)


def _whole(problem: Problem, site: str) -> Problem:
    from holdfast.cli.whole_line import with_site

    problem.hint = with_site(problem.hint, site)
    return problem


def _refused_by_the_host(view: View, error: OSError) -> Problem:
    from holdfast_engine.site.host_errors import problem_of

    view.trace(traceback.format_exc())
    return problem_of(error)


_BEFORE_ANYTHING = ("usage", "config", "input", "state")
"""Classes of what the controller finds before it asks the engine."""


def exit_code(result: dict[str, Any]) -> int:
    """The contract's code for a result: an outcome that is no success says so by its class."""
    if result.get("verdict") == "refuse":
        return EXIT_CODES["refused"]
    return EXIT_CODES.get(str(result.get("outcome", "ok")), 0)


def view_for(arguments: Sequence[str]) -> View:
    """The view for a command line that could not be understood."""
    return choose(Manner(json="--json" in arguments, color="never" if "--no-color" in arguments else "auto"))
