"""A group that imports a command when it is run and not before, and help that begins with examples."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from holdfast.cli.own_name import as_typed
from holdfast.cli.table import GROUPS, TABLE

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Formatter(click.HelpFormatter):
    """Help in which each command is as it can be typed."""

    def write_text(self, text: str) -> None:
        super().write_text(as_typed(text))


class Context(click.Context):
    """What click gives a command to write its help with."""

    formatter_class = Formatter


class LazyGroup(click.Group):
    """A group whose help and version need no command's module."""

    context_class = Context

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
            from holdfast.cli.usage import no_command

            raise click.UsageError(no_command(args[0]), ctx)
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

    context_class = Context

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(formatter, self.epilog or "")
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)


def write_examples(formatter: click.HelpFormatter, examples: str) -> None:
    """EXAMPLES line by line, unwrapped."""
    formatter.write("Examples:\n")
    for line in examples.strip().splitlines():
        formatter.write(f"  {as_typed(line.strip())}\n")
    formatter.write("\n")
