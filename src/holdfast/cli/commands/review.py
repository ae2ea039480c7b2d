"""`holdfast review`."""

from __future__ import annotations

import click

from holdfast.cli import complete, options
from holdfast_engine.model.problem import Problem

DECIDING = ("keep", "drop", "share", "forget")


@options.command(
    """
    holdfast review                          what looks like code, was edited, or was deleted here
    holdfast review diff public/tool.php     compare it with the shipped version, or the attic
    holdfast review keep public/tool.php     it is ours: it stays, and is not listed again
    holdfast review drop public/old.php      not needed: it goes to the attic now
    holdfast review share public/forum       it is data: it moves into `shared/` now
    holdfast review forget public/tool.php   take a decision back
    """,
    site=True,
    changes=True,
    plans=True,
)
@click.argument("verb", required=False, default="", metavar="[diff|keep|drop|share|forget]")
@click.argument("words", nargs=-1, metavar="[PATH]", shell_complete=complete.reviewed)
def command(run: options.Run, verb: str, words: tuple[str, ...]) -> options.Answer:
    """List files that need a decision: files from the server that look like code, and why; shipped files that were
    edited here, also if the edit is in the attic; and shipped files that were deleted here.

    Alone, and with `diff`, it only looks. `keep`, `share` and `forget` hold at once and for every later command: they
    are noted in the site, and in the holdfast.toml that applies to it. `drop` moves a file to the attic, `restore`
    brings it back, and a new file at its path is listed again.
    """
    if verb and verb not in (*DECIDING, "diff"):
        every = ", ".join(f"`{one}`" for one in ("diff", *DECIDING))
        raise _usage(f"there is no `review {verb}`, but {every}, each with a path", "`holdfast review` lists the paths")
    if bool(verb) != (len(words) == 1):
        raise _usage("`review` takes no path" if not verb else f"`review {verb}` needs one path", "`holdfast review`")
    if verb in DECIDING:
        return "decision", run.session.ask_review(verb, words, run.flags)
    if run.session.only_plan:
        raise _usage("listing changes nothing, so it has no plan", "`holdfast review`")
    page = "difference" if verb else "review"
    return page, run.session.ask_site("review", run.flags, intent=verb, words=words)


def _usage(message: str, hint: str) -> Problem:
    return Problem("usage", message, state="nothing was changed", hint=hint)
