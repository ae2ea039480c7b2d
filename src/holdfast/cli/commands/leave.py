"""`holdfast leave`."""

from __future__ import annotations

import click

from holdfast.cli import options


@options.command(
    """
    holdfast leave --site /var/www/club --plan      what it would become, and where the rest would lie
    holdfast leave --site /var/www/club             as it was before: a plain directory, or a layout
    holdfast leave --site /var/www/club --layout    releases, shared and current, without Holdfast
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.option("--plain", "word", flag_value="plain", help="Make a plain directory of it, served at its old place.")
@click.option("--layout", "word", flag_value="layout", help="Leave releases/, shared/ and current as they are.")
@click.option("--keep-current", is_flag=True, help="Leave `current` in a plain directory, as a link to all of it.")
def command(run: options.Run, word: str | None, *, keep_current: bool) -> options.Answer:
    """Give the site back: it goes on being served, and Holdfast has nothing to do with it any more.

    Nothing is deleted: what is not served (old releases, the attic) is left in a directory that is named. Every path
    resolves at every moment, owners and modes are as they were, and files can be written again by whom they belong to.
    """
    words = [*([word] if word else []), *(["keep-current"] if keep_current else [])]
    return "leave", run.session.ask_site("leave", run.flags, words=tuple(words))
