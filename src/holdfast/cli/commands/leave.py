"""`holdfast leave`."""

from __future__ import annotations

import click

from holdfast.cli import options


@options.command(
    """
    holdfast leave --site /var/www/club --plan      what it would become, and where the rest would go
    holdfast leave --site /var/www/club             as it was before: a plain directory, or a layout
    holdfast leave --site /var/www/club --layout    releases, shared and current, without Holdfast
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.option("--plain", "word", flag_value="plain", help="Make it a plain directory, served from its old place.")
@click.option("--layout", "word", flag_value="layout", help="Leave releases/, shared/ and current as they are.")
@click.option("--keep-current", is_flag=True, help="Leave `current` in a plain directory, as a link to all of it.")
def command(run: options.Run, word: str | None, *, keep_current: bool) -> options.Answer:
    """Stop using Holdfast: the site stays live, as a plain directory or as releases/, shared/ and current.

    Nothing is deleted: old releases and the attic go to a directory that is named. Every path resolves at every moment,
    owners and modes become what they were, and owners can write to their files again.
    """
    words = [*([word] if word else []), *(["keep-current"] if keep_current else [])]
    return "leave", run.session.ask_site("leave", run.flags, words=tuple(words))
