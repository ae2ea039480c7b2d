"""`holdfast status`."""

from __future__ import annotations

from holdfast.cli import options


@options.command(
    """
    holdfast status --site /var/www/club
    holdfast status --json                  with the site from holdfast.toml, or around here
    """,
    site=True,
)
def command(run: options.Run) -> options.Answer:
    """Show the live release, the others, the data that is shared, and what is unfinished."""
    return "status", run.session.ask_site("status", run.flags)
