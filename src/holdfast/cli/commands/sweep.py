"""`holdfast sweep`."""

from __future__ import annotations

from holdfast.cli import options


@options.command(
    """
    holdfast sweep --site /var/www/club
    holdfast sweep --site /var/www/club --quiet    for cron
    """,
    site=True,
    changes=True,
    plans=True,
)
def command(run: options.Run) -> options.Answer:
    """Bring home what was written since the last look: to the live release, to older ones, to the old document root.

    Nothing else is changed, and nothing is asked. Of two versions the one that was saved last is served, and the
    other one is kept in the attic.
    """
    return "sweep", run.session.ask_site("sweep", run.flags)
