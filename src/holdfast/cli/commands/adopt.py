"""`holdfast adopt`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast adopt /var/www/club                   a plain directory, or another tool's layout
    holdfast adopt /var/www/club --yes             without a question
    holdfast adopt /var/www/club --was cms-4.2.zip what its makers shipped: all else is data, or an edit
    holdfast adopt /var/www/club --was v1.3        the same by a ref of the repository that it comes from
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("directory", shell_complete=complete.directories)
@click.option(
    "--was",
    multiple=True,
    metavar="ARCHIVE|REF",
    shell_complete=complete.files,
    help="The version that was shipped: an archive, a directory, a repository or a ref. Repeatable.",
)
@options.accepting
def command(run: options.Run, directory: str, was: tuple[str, ...], accept: tuple[str, ...]) -> options.Answer:
    """Turn the site that is live in DIRECTORY into a Holdfast site, in place; nothing is overwritten.

    What equals a version that `--was` names is code: the next deploy drops of it what it does not ship. What differs
    from it is an edit, and what is not in it is data; both are kept. A git checkout says so by itself.
    """
    return "adopt", run.session.ask_adopt(directory, run.flags, was=was, accept=accept)
