"""The table of commands, and a group that imports a command when it is run and not before."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from holdfast.errors import suggestion

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

TABLE = {
    "detect": ("detect", "what is data, code and build output here, and why; framework and web root"),
    "explain": ("explain", "why one path is data, code or build output"),
    "init": ("init", "write a commented `holdfast.toml` from what was detected"),
    "plan": ("plan", "show what a deploy would do to code and data; change nothing"),
    "deploy": ("deploy", "put a new version live"),
    "rollback": ("rollback", "make an earlier release live again; data stays as it is"),
    "status": ("status", "what is live, what is shared, what is unfinished"),
    "releases": ("releases", "list the releases of a site"),
    "history": ("history", "list what was done to a site, when and by whom"),
    "checklist": ("checklist", "check a site; say how to fix what is wrong"),
    "check": ("checklist", "short for `checklist`"),
    "link": ("link", "link the data into a release; for a deploy script of your own"),
    "adopt": ("adopt", "turn a site that is live in a plain directory into a Holdfast site"),
    "leave": ("leave", "give the site back as it was, or as a layout that works without Holdfast"),
    "baseline": ("baseline", "say which version was installed before Holdfast managed the site"),
    "recover": ("recover", "finish what was interrupted; find lost data and put it back"),
    "sweep": ("sweep", "collect files that appeared outside of `shared/`; for cron"),
    "review": ("review", "decide on edited files, and on files from the server that look like code"),
    "access": ("access", "show or change what the application may write"),
    "report": ("report", "write one HTML page of a site: sizes, releases, what is to be done"),
    "attic": ("attic", "list what was replaced or removed, and is still kept"),
    "restore": ("restore", "bring content back from the attic"),
    "prune": ("prune", "delete old releases that hold nothing of yours"),
    "try": ("tour", "see it work on an example: deploy during uploads, crash, roll back"),
    "config": ("config", "show each setting, its value and where it is set"),
    "docs": ("docs", "read the documentation, without a network"),
    "completion": ("completion", "set up completion for bash, zsh and fish"),
}
"""Each command's name with its module in `commands/` and its summary."""


GROUPS = {
    "Before a deploy": ("detect", "explain", "init", "plan", "config"),
    "Deploy": ("deploy", "rollback", "link", "adopt", "leave", "prune"),
    "Look": ("status", "report", "releases", "history", "checklist", "check"),
    "Data": ("sweep", "recover", "review", "baseline", "access", "attic", "restore"),
    "Learn": ("try", "docs", "completion"),
}
"""The same names as a person looks for them in the help."""


class LazyGroup(click.Group):
    """A group whose help and version need no command's module."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(TABLE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in TABLE:
            return None
        found = import_module(f"holdfast.cli.commands.{TABLE[cmd_name][0]}").command
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and ctx.resilient_parsing and args[0] not in TABLE:
            return None, None, args  # a shell completes: a word that is no command has no completion, and no message
        if args and not args[0].startswith("-") and args[0] not in TABLE:
            raise click.UsageError(f"there is no command `{args[0]}`; {suggestion(args[0], TABLE)}".rstrip("; "), ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        known = ((name, summary) for name, (_, summary) in TABLE.items() if name.startswith(incomplete))
        named = [CompletionItem(name, help=summary) for name, summary in known]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_epilog(ctx, formatter)  # examples first
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        width = max(map(len, TABLE))  # one column over all groups
        for title, names in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), TABLE[name][1]) for name in names])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        write_examples(formatter, self.epilog or "")


class Command(click.Command):
    """A command whose help begins with its examples, as they are typed."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(formatter, self.epilog or "")
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)


def write_examples(formatter: click.HelpFormatter, examples: str) -> None:
    """EXAMPLES line by line, unwrapped."""
    formatter.write("Examples:\n")
    for line in examples.strip().splitlines():
        formatter.write(f"  {line.strip()}\n")
    formatter.write("\n")
