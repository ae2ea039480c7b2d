"""`holdfast init`."""

from __future__ import annotations

import os

import click

from holdfast.cli import complete, options
from holdfast.config.template import write_template
from holdfast.presets.catalog import catalog


@options.command(
    """
    holdfast init            write holdfast.toml here
    holdfast init ../club    write it there
    """,
    changes=True,
)
@click.argument("path", default=".", shell_complete=complete.directories)
def command(run: options.Run, path: str) -> options.Answer:
    """Write a commented holdfast.toml into PATH, from what was detected there; never overwrite one."""
    found = run.session.detect(path)
    suggested = catalog().get(str(found.get("framework")), {})
    return "init", {"outcome": "written", "path": write_template(os.path.abspath(path), found, suggested)}
