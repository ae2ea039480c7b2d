"""`holdfast adopt`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options
from holdfast_engine.model.problem import Problem


@options.command(
    """
    holdfast adopt /var/www/club                   a plain directory, or another tool's layout
    holdfast adopt /var/www/club --plan            what it is, what becomes of it, the lines for the web server
    holdfast adopt /var/www/club --was cms-4.2.zip what its makers shipped: all else is data, or an edit
    holdfast adopt /var/www/club --was v1.3        the same by a ref of the repository that it comes from
    holdfast adopt ~/public_html --site ~/club     a document root that cannot be a link
    holdfast adopt --undo /var/www/club            as it was, while nothing was deployed
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.option("--undo", is_flag=True, help="Make of the site what it was before its adoption.")
@click.argument("directory", required=False, shell_complete=complete.directories)
@options.shipped("--was")
@options.accepting
def command(
    run: options.Run, directory: str | None, was: tuple[str, ...], accept: tuple[str, ...], *, undo: bool
) -> options.Answer:
    """Turn the site that is live in DIRECTORY into a Holdfast site, in place; nothing is overwritten.

    What equals a version that `--was` names is code: the next deploy drops of it what it does not ship. What differs
    from it is an edit, and what is not in it is data; both are kept. A git checkout says so by itself.

    A document root that cannot be moved nor be a link stays where it is: with `--site` its application becomes a site
    there, and the document root is filled with links to what is live, which each later command keeps in step.

    With --undo, and while nothing was deployed since, it is what it was, with what was written meanwhile; for ever
    after there is `holdfast leave`.
    """
    if undo:
        return "leave", run.session.ask_undo(directory, run.flags)
    if directory is None:
        raise Problem("usage", "nothing says which directory is to be adopted", hint="holdfast adopt DIRECTORY")
    return "adopt", run.session.ask_adopt(directory, run.flags, was=was, accept=accept)
