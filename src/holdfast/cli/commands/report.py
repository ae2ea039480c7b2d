"""`holdfast report`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import click

from holdfast.cli import complete, options
from holdfast.cli.masking import Masks, environment_files, secrets_in
from holdfast.cli.own_name import all_as_typed
from holdfast.config.places import absolute

_SENTENCES = frozenset(("why", "mend", "text", "subject", "location", "holder", "reason", "source"))
"""Keys of what is said in sentences, which may quote what a person wrote; names of files are told as they are."""


@options.command(
    """
    holdfast report --site /var/www/club                 writes club-report.html here
    holdfast report --site /var/www/club -o ~/club.html  writes it there
    """,
    site=True,
)
@click.option(
    "-o", "--output", metavar="FILE", shell_complete=complete.files, help="The file. [default: SITE-report.html]"
)
def command(run: options.Run, output: str | None) -> options.Answer:
    """Write one HTML file that shows a site: what is data, code, build output and carried along, with sizes; what was
    done to it; what each release changed; what is to be done; what is in the attic.

    The page needs no network and no other file. It has names of files and no content of any, only you can read it, and
    it is never written into a directory that is served. It replaces an earlier report, and nothing else.
    """
    from holdfast.report.file import require_writable, write_page
    from holdfast.report.page import page

    site = run.session.site(run.flags)
    target = absolute(output or f"{os.path.basename(site.rstrip('/'))}-report.html", run.session.directory)
    require_writable(target)
    found = _masked(run.session.ask_site("report", run.flags, path=target), _masks(site))
    written = write_page(target, page(all_as_typed(found)))
    return "report", {**found, "outcome": "written", "path": target, "bytes": written}


def _masks(site: str) -> Masks:
    return Masks(secret for file in environment_files(site) for secret in secrets_in(file))


def _masked(value: Any, masks: Masks, key: str = "") -> Any:
    """VALUE with what is secret, or looks like it, taken out of its sentences."""
    if isinstance(value, Mapping):
        return {name: _masked(one, masks, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, masks, key) for one in value]
    return masks(value) if isinstance(value, str) and key in _SENTENCES else value
