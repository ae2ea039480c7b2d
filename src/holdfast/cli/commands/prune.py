"""`holdfast prune`."""

from __future__ import annotations

import click

from holdfast.cli import options


def _number(_context: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise click.BadParameter(f"{text!r} is not a whole number of 0 or more")
    return int(text)


@options.command(
    """
    holdfast prune --site /var/www/club             as many as [keep] says
    holdfast prune --keep 2 --site /var/www/club    the two newest good ones and the live one
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.option("--keep", callback=_number, metavar="N", help="Good releases to keep besides the live one.")
def command(run: options.Run, keep: int | None) -> options.Answer:
    """Delete old releases that hold nothing of yours, and what was in the attic for long enough.

    It lists what it keeps, and why. `[attic] keep` in holdfast.toml sets how long the attic keeps things.
    """
    return "prune", run.session.ask_site("prune", run.flags, keep=keep)
