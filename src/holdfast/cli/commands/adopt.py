"""`holdfast adopt`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast adopt /var/www/club          a plain directory, or another tool's layout
    holdfast adopt /var/www/club --yes    without a question
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("directory", shell_complete=complete.directories)
def command(run: options.Run, directory: str) -> options.Answer:
    """Turn the site that is live in DIRECTORY into a Holdfast site, in place; nothing is overwritten."""
    return "adopt", run.session.ask_adopt(directory, run.flags)
