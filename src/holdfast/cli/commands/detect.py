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
    """Show the framework, the web root and the care of each path of the application in PATH."""
    return "detect", run.session.detect(path)
