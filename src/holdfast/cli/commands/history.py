"""`holdfast history`."""

from __future__ import annotations

from holdfast.cli import options


@options.command(
    """
    holdfast history --site /var/www/club
    """,
    site=True,
)
def command(run: options.Run) -> options.Answer:
    """List what was done to a site, when, by whom and with which result."""
    return "history", run.session.ask_site("history", run.flags)
