"""`holdfast adopt`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options
from holdfast_engine.model.problem import Problem


@options.command(
    """
    holdfast adopt /var/www/club           a plain directory, or another tool's layout
    holdfast adopt /var/www/club --yes     without a question
    holdfast adopt --undo /var/www/club    as it was, while nothing was deployed
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.option("--undo", is_flag=True, help="Make of the site what it was before its adoption.")
@click.argument("directory", required=False, shell_complete=complete.directories)
def command(run: options.Run, directory: str | None, *, undo: bool) -> options.Answer:
    """Turn the site that is live in DIRECTORY into a Holdfast site, in place; nothing is overwritten.

    With --undo, and while nothing was deployed since, it is what it was, with what was written meanwhile; for ever
    after there is `holdfast leave`.
    """
    if undo:
        return "leave", run.session.ask_undo(directory, run.flags)
    if directory is None:
        raise Problem("usage", "nothing says which directory is to be adopted", hint="holdfast adopt DIRECTORY")
    return "adopt", run.session.ask_adopt(directory, run.flags)
