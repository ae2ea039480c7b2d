"""`holdfast recover`."""

from __future__ import annotations

from holdfast.cli import options


@options.command(
    """
    holdfast recover --plan --site /var/www/club    only look: what is missing, each copy, what to type
    holdfast recover --site /var/www/club           put back what is found, after asking
    """,
    site=True,
    changes=True,
    plans=True,
)
def command(run: options.Run) -> options.Answer:
    """Finish or undo what was interrupted, find data that seems lost, and put it back.

    It looks at files outside of `shared/`, the attic, old releases and broken links. For counted files that are missing
    it looks for copies under other names, in releases and in the trash. Each row ends with one line to type. Nothing is
    overwritten: where two versions of a file are found, both are kept and named.
    """
    return "recover", run.session.ask_site("recover", run.flags)
