"""`holdfast restore`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast attic                                                      what there is
    holdfast restore public/uploads/a.png                               the newest version in the attic
    holdfast restore public/uploads/a.png --operation 000005-recover    the one that operation replaced
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("path", shell_complete=complete.displaced)
@click.option(
    "--operation",
    default="",
    metavar="ID",
    shell_complete=complete.operations,
    help="The operation that put it into the attic, as `attic` shows.",
)
def command(run: options.Run, path: str, operation: str) -> options.Answer:
    """Bring the content of PATH back from the attic; what is there now is saved to the attic first."""
    return "restore", run.session.ask_site("restore", run.flags, path=path, release=operation)
