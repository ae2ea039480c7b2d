"""`holdfast adopt`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast adopt /var/www/club          a plain directory, or another tool's layout
    holdfast adopt /var/www/club --plan   what it is, what becomes of it, and the lines for the web server
    holdfast adopt /var/www/club --yes    without a question
    holdfast adopt ~/public_html --site ~/club    a document root that cannot be a link
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("directory", shell_complete=complete.directories)
def command(run: options.Run, directory: str) -> options.Answer:
    """Turn the site that is live in DIRECTORY into a Holdfast site, in place; nothing is overwritten.

    A document root that cannot be moved nor be a link stays where it is: with `--site` its application becomes a site
    there, and the document root is filled with links to what is live, which each later command keeps in step.
    """
    return "adopt", run.session.ask_adopt(directory, run.flags)
