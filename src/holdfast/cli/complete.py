"""What a shell offers at the Tab key: from what lies on this host, never from a network, never with a message."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Offers = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def directories(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The shell's own completion of directories."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="dir")]


def files(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The shell's own completion of files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="file")]


def _offering(find: Callable[[click.Context], Iterable[str]]) -> Offers:
    """What FIND finds, newest first; nothing where it fails: a person who types is not told of a missing file."""

    def offer(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            found = sorted(find(context), reverse=True)
        except Exception:  # noqa: BLE001 - a problem is told when the command is run
            return []
        return [CompletionItem(name) for name in found if name.startswith(begun) and name.isprintable()]

    return offer


def _site(context: click.Context) -> str:
    """The deploy root that the command would act on."""
    from holdfast.config.places import working_directory
    from holdfast.session import Session

    return Session(working_directory(), os.environ).site({"site.root": context.params.get("site")})


def _releases(context: click.Context) -> Iterable[str]:
    """By name alone: a release is in one directory, and its record may be readable by its owner only."""
    with os.scandir(os.path.join(_site(context), "releases")) as found:
        return [entry.name for entry in found if entry.is_dir(follow_symlinks=False)]


def _operations(context: click.Context) -> Iterable[str]:
    return os.listdir(os.path.join(_site(context), ".holdfast", "attic"))


def _displaced(context: click.Context) -> Iterable[str]:
    """What lies in the attic, by the paths that `restore` takes."""
    attic = os.path.join(_site(context), ".holdfast", "attic")
    for operation in os.listdir(attic):
        top = os.path.join(attic, operation, "files")
        for folder, _, names in os.walk(top):
            yield from (os.path.relpath(os.path.join(folder, name), top) for name in names)


def _reviewed(context: click.Context) -> Iterable[str]:
    """What `review` lists, by its paths; for `forget` what was decided."""
    from holdfast.config.places import working_directory
    from holdfast.session import Session

    flags = {"site.root": context.params.get("site")}
    told = Session(working_directory(), os.environ).ask_site("review", flags)
    return [row["path"] for row in told["decided" if context.params.get("verb") == "forget" else "entries"]]


def _acceptable(_context: click.Context) -> Iterable[str]:
    from holdfast_engine.checks.checklist import ACCEPTABLE

    return ACCEPTABLE


def _topics(_context: click.Context) -> Iterable[str]:
    from holdfast.cli.manual import TOPICS

    return TOPICS


releases, operations, displaced = _offering(_releases), _offering(_operations), _offering(_displaced)
reviewed = _offering(_reviewed)
checks, topics = _offering(_acceptable), _offering(_topics)
