"""`holdfast releases`."""

from __future__ import annotations

from holdfast.cli import options


@options.command(
    """
    holdfast releases --site /var/www/club
    """,
    site=True,
)
def command(run: options.Run) -> options.Answer:
    """List the releases of a site, with their state, their source and the strays in them."""
    return "releases", run.session.ask_site("releases", run.flags)
