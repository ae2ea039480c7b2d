"""`holdfast rollback`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast rollback --site /var/www/club                    the release before this one
    holdfast rollback 20250815-152018 --site /var/www/club    that one
    holdfast rollback --accept data-shrank                    accept that `stop` deletes data
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("release", default="", shell_complete=complete.releases)
@click.option("--accept", multiple=True, metavar="data-shrank", help="Accept that a hook deletes data, this once.")
def command(run: options.Run, release: str, accept: tuple[str, ...]) -> options.Answer:
    """Make an earlier release live again; twice goes back twice. Code goes back, data does not.

    The live release's `stop` hooks run, then the `start` and `after_activation` hooks with which the other was
    deployed.
    """
    return "rollback", run.session.ask_site("rollback", run.flags, release=release, accept=accept)
