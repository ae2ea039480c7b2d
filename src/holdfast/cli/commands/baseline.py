"""`holdfast baseline`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast baseline --from cms-4.2.zip           the version that was installed before the adoption
    holdfast baseline --from v1.3 20251130-101500  a ref of its repository, for one release
    holdfast baseline --from a.zip --from b.zip    what equals either is code
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("release", required=False, default="", shell_complete=complete.releases)
@options.shipped("--from")
@options.accepting
def command(run: options.Run, release: str, was: tuple[str, ...], accept: tuple[str, ...]) -> options.Answer:
    """Say which version RELEASE is: one that was adopted or made by hand, so that Holdfast did not deploy it itself.

    Files equal to that version are code: the next deploy may replace or remove them, and RELEASE can be pruned like any
    other. Files that differ are edits, and all others are data; both are kept. Without RELEASE it is the live one, or
    the newest of them; without `--from` its `.git` is read.
    """
    return "baseline", run.session.ask_baseline(release, run.flags, was=was, accept=accept)
