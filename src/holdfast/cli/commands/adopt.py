"""`holdfast adopt`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options
from holdfast_engine.model.problem import Problem


@options.command(
    """
    holdfast adopt /var/www/club                   a plain directory, or another tool's layout
    holdfast adopt /var/www/club --plan            what it would become, the lines for the web server
    holdfast adopt /var/www/club --was cms-4.2.zip the version you installed: all else is data, or an edit
    holdfast adopt /var/www/club --was v1.3        the same, by a ref of its repository
    holdfast adopt ~/public_html --site ~/club     a document root that cannot be a link
    holdfast adopt --undo /var/www/club            back as it was, if nothing was deployed
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.option("--undo", is_flag=True, help="Put the site back as it was before its adoption.")
@click.argument("directory", required=False, shell_complete=complete.directories)
@options.shipped("--was")
@options.accepting
def command(
    run: options.Run, directory: str | None, was: tuple[str, ...], accept: tuple[str, ...], *, undo: bool
) -> options.Answer:
    """Turn the site that is live in DIRECTORY into a Holdfast site, in place. Nothing is overwritten.

    Name the version that was installed with `--was`: files equal to it are code, and the next deploy may replace or
    remove them. Files that differ are edits, and all others are data; both are kept. A git checkout needs no `--was`.

    If a document root can neither be moved nor be a link, name another place with `--site`: the site is made there, and
    the document root is filled with links to the live release. Later commands keep those links up to date.

    With --undo, if nothing was deployed since, DIRECTORY becomes what it was, with all files written meanwhile. After a
    deploy, use `holdfast leave`.
    """
    if undo:
        return "leave", run.session.ask_undo(directory, run.flags)
    if directory is None:
        raise Problem("usage", "no directory given to adopt", hint="holdfast adopt DIRECTORY")
    return "adopt", run.session.ask_adopt(directory, run.flags, was=was, accept=accept)
