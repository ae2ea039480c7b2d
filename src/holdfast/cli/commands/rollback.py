"""`holdfast rollback`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast rollback --site /var/www/club                    the release before this one
    holdfast rollback 20250815-152018 --site /var/www/club    that one
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("release", default="", shell_complete=complete.releases)
def command(run: options.Run, release: str) -> options.Answer:
    """Activate an earlier good release; twice goes back twice. Code goes back, data does not.

    The `after_activation` hooks run that the release was deployed with.
    """
    return "rollback", run.session.ask_site("rollback", run.flags, release=release)
