"""`holdfast link`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast link /var/www/club/releases/42 /var/www/club/shared --yes
    python3 holdfast-engine.pyz link releases/42 shared                   on a host without Holdfast
    """,
    changes=True,
)
@click.argument("release", shell_complete=complete.directories)
@click.argument("shared", shell_complete=complete.directories)
@options.accepting
def command(run: options.Run, release: str, shared: str, accept: tuple[str, ...]) -> options.Answer:
    """Link the data in the directory SHARED into the directory RELEASE, and keep what appeared on the server. Do
    nothing else.

    For your own deploy script. Holdfast keeps its notes in .holdfast/ beside SHARED.
    """
    return "link", run.session.ask_link(release, shared, accept=accept)
