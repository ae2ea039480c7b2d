"""`holdfast sweep`."""

from __future__ import annotations

import click

from holdfast.cli import options


@options.command(
    """
    holdfast sweep --site /var/www/club
    holdfast sweep --site /var/www/club --quiet    for cron
    holdfast sweep --site /var/www/club --accept old-document-root    nothing serves the old one any more
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.option(
    "--accept",
    multiple=True,
    metavar="old-document-root",
    help="The place from before the adoption is served no more: take the links out of it.",
)
def command(run: options.Run, accept: tuple[str, ...]) -> options.Answer:
    """Bring home what was written since the last look: to the live release, to older ones, to document roots.

    Nothing else is changed, and nothing is asked. Of two versions the one that was saved last is served, and the
    other one is kept in the attic.
    """
    return "sweep", run.session.ask_site("sweep", run.flags, accept=accept)
