"""Every run begins and ends here: with an exit code, and with a problem in words when there is one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from holdfast import __version__
from holdfast.cli.lazy import LazyGroup
from holdfast.cli.own_name import own_name
from holdfast.cli.signals import signals
from holdfast.errors import interrupted
from holdfast_engine.model.problem import EXIT_CODES, Problem
from holdfast_engine.streams import keep_own_rights, prepare_streams, require_utf8

EXAMPLES = """
holdfast try                                             see it work on an example, in a minute
holdfast detect                                          what is code here, and what is data
holdfast deploy --site /var/www/club --source . --yes    deploy this directory
holdfast rollback --site /var/www/club                   go back one release
"""
COMPLETE = "_HOLDFAST_COMPLETE"
"""The variable by which a shell asks what may be typed."""


@click.group(
    cls=LazyGroup,
    epilog=EXAMPLES,
    no_args_is_help=False,  # the versions of click differ in what they make of it: see `_helped`
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="holdfast", message="%(prog)s %(version)s")
def group() -> None:
    """Deploy web applications in releases; no byte that a user wrote is lost by it.

    Exit codes: 0 done, 1 failed, 2 usage, 10 configuration, 11 no such thing, 20 another command
    first, 21 locked, 30 refused, 31 declined, 40 host, 41 format, 50 failed and undone, 51 rolled
    back, 60 unfinished, 61 a person is needed, 70 a bug in Holdfast, 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one run; nothing is raised but what ends the interpreter itself."""
    if arguments is None:
        require_utf8()
        keep_own_rights()
    given = list(sys.argv[1:] if arguments is None else arguments)
    prepare_streams()
    if os.environ.get("HOLDFAST_FAILPOINT"):
        from holdfast_engine.fs.failpoint import obey_environment

        obey_environment()
    with signals():
        try:
            code = group.main(given, own_name(), COMPLETE, standalone_mode=False, obj=tuple(given))
        except click.UsageError as error:
            return _told(given, _refused(error, given)) if given else _helped(error)
        except (KeyboardInterrupt, click.Abort):
            return _told(given, interrupted())
    return code if isinstance(code, int) else 0


def _told(given: Sequence[str], problem: Problem) -> int:
    from holdfast.cli.options import view_for  # a version or a help needs no view

    return view_for(given).problem(problem)


def _refused(error: click.UsageError, given: Sequence[str]) -> Problem:
    from holdfast.cli.usage import problem_of  # nobody waits for it who types what can be read

    return problem_of(error, given)


def _helped(error: click.UsageError) -> int:
    """No command at all is no mistake to tell, but nothing was done either: the help, and the code of a usage error."""
    from holdfast.cli.render.plain import write

    write("stderr", f"{error.ctx.get_help() if error.ctx else error.format_message()}\n")
    return EXIT_CODES["usage"]


if __name__ == "__main__":
    sys.exit(main())
