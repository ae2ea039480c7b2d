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
    """Adopt, seed and link the data of the directory RELEASE, kept in the directory SHARED; nothing else.

    For people whose own script deploys. State lies in .holdfast/ beside SHARED.
    """
    return "link", run.session.ask_link(release, shared, accept=accept)
