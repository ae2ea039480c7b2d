"""`holdfast completion`."""

from __future__ import annotations

import click

from holdfast.cli import options

SHELLS = ("bash", "zsh", "fish")


@options.command(
    """
    source <(holdfast completion bash)                                        in ~/.bashrc
    source <(holdfast completion zsh)                                         in ~/.zshrc, after `compinit`
    holdfast completion fish > ~/.config/fish/completions/holdfast.fish       once
    """
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(run: options.Run, shell: str) -> options.Answer:  # noqa: ARG001 - every command is given one
    """Write the lines that make SHELL complete commands, options and the releases of the site."""
    from click.shell_completion import get_completion_class

    from holdfast.cli.main import COMPLETE, group

    found = get_completion_class(shell)
    assert found is not None
    made = found(group, {}, "holdfast", COMPLETE)
    # `made.source()` would start a second shell to ask for its version; the one that reads this knows its own.
    script = made.source_template % made.source_vars()
    return "completion", {"shell": shell, "script": script}
