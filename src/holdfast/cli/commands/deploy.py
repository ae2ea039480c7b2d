"""`holdfast deploy`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from holdfast.cli import complete, options

_F = TypeVar("_F", bound=Callable[..., Any])


def of_source(function: _F) -> _F:
    """The options that say which code is meant."""
    ref = click.option("--ref", metavar="REF", help="Branch, tag or commit of a git source. [default: HEAD]")
    source = click.option(
        "--source", metavar="PATH|GIT-URL|ARCHIVE", shell_complete=complete.files, help="Where the code comes from."
    )
    sha256 = click.option("--sha256", metavar="HEX", help="The SHA-256 that the archive must have.")
    signed = click.option(
        "--verify-signature/--no-verify-signature",
        default=None,
        help="Deploy only a tag or commit whose signature git verifies with your keys.",
    )
    return source(ref(sha256(signed(function))))


def source_flags(given: dict[str, Any]) -> dict[str, Any]:
    """Those options as settings."""
    return {
        "source": given["source"],
        "source.ref": given["ref"],
        "source.sha256": given["sha256"],
        "source.verify_signature": given["verify_signature"],
    }


@options.command(
    """
    holdfast deploy --site /var/www/club --source . --yes
    holdfast deploy --ref v1.4                               with site and source from holdfast.toml
    holdfast deploy --source club-1.4.tar.gz --sha256 HEX    an archive with that checksum
    holdfast deploy --plan                                   show what it would do
    holdfast deploy --accept database-identity               the database was changed on purpose
    holdfast deploy --accept data-memory=public/exports      these files may be gone, now and later
    """,
    site=True,
    changes=True,
    plans=True,
)
@of_source
@click.option("--force", is_flag=True, help="Deploy even if nothing changed.")
@options.accepting
def command(run: options.Run, *, force: bool, accept: tuple[str, ...], **given: Any) -> options.Answer:
    """Put a new version live.

    The first deploy into a missing or empty directory makes the site. Data stays in its place; files that the
    application wrote into the live release move to shared/ first, so that the new release has them too.
    """
    act = "plan" if run.session.only_plan else "deploy"
    return act, run.session.ask_with_source(act, {**run.flags, **source_flags(given)}, force=force, accept=accept)
