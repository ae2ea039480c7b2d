"""`holdfast config`."""

from __future__ import annotations

from typing import Any

from holdfast.cli import options
from holdfast.cli.commands.deploy import of_source, source_flags


@options.command(
    """
    holdfast config                           every setting, its value, and where it is set
    holdfast config --site /var/www/club      with a flag instead of the file
    holdfast config --json                    the same for a script
    """,
    site=True,
)
@of_source
def command(run: options.Run, **given: Any) -> options.Answer:
    """Show each setting with its value and its origin: default, file, environment or flag.

    Nothing is fetched: the holdfast.toml of a source on another host is not read here.
    """
    return "config", run.session.settings({**run.flags, **source_flags(given)})
