"""`holdfast access`."""

from __future__ import annotations

import click

from holdfast.cli import options
from holdfast_engine.model.problem import Problem

VERBS = ("allow", "deny", "user", "measure")


@options.command(
    """
    holdfast access                            who the web user is, and what it may write
    holdfast access allow data public/cache    it may create files in these directories, in every release
    holdfast access deny plugins               it may no longer
    holdfast access user www-data              which user the application runs as
    holdfast access measure                    measure the live release again
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("verb", required=False, default="", metavar="[allow|deny|user|measure]")
@click.argument("words", nargs=-1, metavar="[PATH|NAME]...")
def command(run: options.Run, verb: str, words: tuple[str, ...]) -> options.Answer:
    """Show what the application may write in a release, or change it.

    PATH is a directory of the release with everything below it, or one file. A change holds at once in the live release
    and in every later one. Files in `shared/` stay the application's; `allow` opens a directory there to it.
    """
    if verb and verb not in VERBS:
        raise _usage(f"there is no `access {verb}`", f"one of {', '.join(f'`holdfast access {one}`' for one in VERBS)}")
    if not verb and run.session.only_plan:
        raise _usage("`access` alone changes nothing, so it has no plan", "`holdfast access`")
    return "access", run.session.ask_site("access", run.flags, intent=verb, words=words)


def _usage(message: str, hint: str) -> Problem:
    return Problem("usage", message, state="nothing was changed", hint=hint)
