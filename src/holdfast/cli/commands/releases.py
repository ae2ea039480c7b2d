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
    """List the releases of a site: state, source, and the files that appeared in them on the server."""
    return "releases", run.session.ask_site("releases", run.flags)
