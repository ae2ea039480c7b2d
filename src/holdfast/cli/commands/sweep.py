"""`holdfast sweep`."""

from __future__ import annotations

import click

from holdfast.cli import options


@options.command(
    """
    holdfast sweep --site /var/www/club
    holdfast sweep --site /var/www/club --quiet    for cron
    holdfast sweep --site /var/www/club --accept old-document-root    nothing serves the old document root
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.option(
    "--accept",
    multiple=True,
    metavar="old-document-root",
    help="The old document root is no longer served: remove its links.",
)
def command(run: options.Run, accept: tuple[str, ...]) -> options.Answer:
    """Collect files that appeared since the last look: in the live release, in older ones, in document roots.

    Nothing else changes, and it asks nothing. Of two versions of a file the newer one goes live, and the other is kept
    in the attic.
    """
    return "sweep", run.session.ask_site("sweep", run.flags, accept=accept)
