"""`holdfast prune`."""

from __future__ import annotations

import click

from holdfast.cli import options


@options.command(
    """
    holdfast prune --site /var/www/club             as many as [keep] says
    holdfast prune --keep 2 --site /var/www/club    the two newest good ones and the active one
    """,
    site=True,
    changes=True,
)
@click.option("--keep", type=click.IntRange(min=0), metavar="N", help="Good releases to keep besides the active one.")
def command(run: options.Run, keep: int | None) -> options.Answer:
    """Remove retired releases that are proven reproducible; name what is kept, and why."""
    return "prune", run.session.ask_site("prune", run.flags, keep=keep)
