"""`holdfast checklist`."""

from __future__ import annotations

from holdfast.cli import options


@options.command(
    """
    holdfast checklist --site /var/www/club
    holdfast check --json                      short, and for a monitor
    """,
    site=True,
)
def command(run: options.Run) -> options.Answer:
    """Check the site. Each check passes, warns or refuses, and says how to fix what is wrong. Exit 30 on a refusal."""
    return "checklist", run.session.ask_site("checklist", run.flags)
