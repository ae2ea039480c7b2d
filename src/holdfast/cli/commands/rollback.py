"""`holdfast rollback`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast rollback --site /var/www/club                    the release before this one
    holdfast rollback 20250815-152018 --site /var/www/club    that one
    holdfast rollback --accept data-shrank                    what `stop` takes is meant to go
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("release", default="", shell_complete=complete.releases)
@click.option(
    "--accept", multiple=True, metavar="data-shrank", help="What a hook takes of the data is meant to go, this once."
)
def command(run: options.Run, release: str, accept: tuple[str, ...]) -> options.Answer:
    """Activate an earlier good release; twice goes back twice. Code goes back, data does not.

    `stop` runs as for what is live; the `start` and `after_activation` hooks run that the release was deployed with.
    """
    return "rollback", run.session.ask_site("rollback", run.flags, release=release, accept=accept)
