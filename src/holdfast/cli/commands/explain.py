"""`holdfast explain`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast explain public/uploads                         in the application here
    holdfast explain public/avatars --site /var/www/club    in the release that is live there
    """,
    site=True,
)
@click.argument("path", shell_complete=complete.files)
def command(run: options.Run, path: str) -> options.Answer:
    """Show why PATH, relative to the application, is data, code or build output: every rule that applies, in order."""
    return "explain", run.session.explain(path, run.flags)
