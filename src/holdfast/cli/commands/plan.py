"""`holdfast plan`."""

from __future__ import annotations

from typing import Any

from holdfast.cli import options
from holdfast.cli.commands.deploy import of_source, source_flags


@options.command(
    """
    holdfast plan --site /var/www/club --source .
    holdfast plan --ref v1.4                        with site and source from holdfast.toml
    """,
    site=True,
)
@of_source
def command(run: options.Run, **given: Any) -> options.Answer:
    """Show what a deploy would do to code and data; change nothing."""
    return "plan", run.session.ask_with_source("plan", {**run.flags, **source_flags(given)})
