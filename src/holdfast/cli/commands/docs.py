"""`holdfast docs`."""

from __future__ import annotations

import click

from holdfast.cli import complete, manual, options
from holdfast.errors import suggestion
from holdfast_engine.model.problem import Problem


@options.command(
    """
    holdfast docs                  what there is to read
    holdfast docs guarantees       what is promised
    holdfast docs problems         every exit code and message
    """
)
@click.argument("topic", default="", shell_complete=complete.topics)
def command(run: options.Run, topic: str) -> options.Answer:  # noqa: ARG001 - every command is given one
    """Show a page of the documentation as text, without a network; on a terminal through `PAGER`."""
    if not topic:
        rows = [{"topic": name, "about": about} for name, (_, about) in manual.TOPICS.items()]
        return "docs", {"topics": rows}
    topic = topic if topic in manual.TOPICS else manual.BY_PAGE.get(topic, topic)
    if topic not in manual.TOPICS:
        near = suggestion(topic, manual.TOPICS)
        raise Problem("usage", f"there is no topic `{topic}`; {near}".rstrip("; "), hint="holdfast docs")
    try:
        return "docs", {"topic": topic, "text": manual.read(topic)}
    except OSError as error:
        raise Problem(
            "path-missing", f"this installation has no page `{topic}`", context=[str(error)], hint="install it again"
        ) from error
