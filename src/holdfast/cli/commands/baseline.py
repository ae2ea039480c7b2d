"""`holdfast baseline`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options


@options.command(
    """
    holdfast baseline --from cms-4.2.zip           what its makers shipped to the site that was adopted
    holdfast baseline --from v1.3 20251130-101500  a ref of its repository, for a release that is named
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
    """Say what was shipped to RELEASE, which Holdfast did not deploy itself: one that was adopted or made by hand.

    What equals that version is code, in RELEASE and in what is live: the next deploy drops of it what it does not ship,
    and RELEASE may be pruned as any other. What differs is an edit, what is not in it is data; both are kept. Without
    RELEASE it is the live one, else the newest of them; without `--from` its `.git` says what was shipped.
    """
    return "baseline", run.session.ask_baseline(release, run.flags, was=was, accept=accept)
