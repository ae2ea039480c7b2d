"""`holdfast try`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast try                 the example application
    holdfast try ../club         a copy of your own application
    """,
    changes=True,
)
@click.argument("app", default="", shell_complete=complete.directories)
def command(run: options.Run, app: str) -> options.Answer:
    """Deploy APP three times under live uploads, crash it, roll it back, and show that nothing was lost."""
    from holdfast.tour.story import run as tour

    return "try", tour(app or None, run.out)
