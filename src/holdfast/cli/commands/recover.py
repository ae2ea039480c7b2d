"""`holdfast recover`."""

from __future__ import annotations

from holdfast.cli import options


@options.command(
    """
    holdfast recover --site /var/www/club
    """,
    site=True,
    changes=True,
    plans=True,
)
def command(run: options.Run) -> options.Answer:
    """Finish or undo what was interrupted, find data that appears lost, and put it back.

    Looks at strays, the attic, old releases and broken links. Nothing is overwritten: where two
    versions of a file are found, both are kept and named.
    """
    return "recover", run.session.ask_site("recover", run.flags)
