"""`holdfast detect`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast detect                    what is code in this directory, and what is data
    holdfast detect ../club --json     the same for a script
    """
)
@click.argument("path", default=".", shell_complete=complete.directories)
def command(run: options.Run, path: str) -> options.Answer:
    """Show what is data, code and build output in the application in PATH, its framework and its web root."""
    return "detect", run.session.detect(path)
