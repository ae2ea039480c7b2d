"""`holdfast attic`."""

from __future__ import annotations

from holdfast.cli import options


@options.command(
    """
    holdfast attic --site /var/www/club
    """,
    site=True,
)
def command(run: options.Run) -> options.Answer:
    """List what was replaced or removed, why, and until when it is kept; `restore` brings it back."""
    return "attic", run.session.ask_site("attic", run.flags)
