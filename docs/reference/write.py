"""Write the parts of the reference that follow from the code: `make docs`.

A test compares them with the code, so that neither says what the other does not.
"""

from __future__ import annotations

import os

import click

import holdfast.config
from holdfast.cli.lazy import TABLE
from holdfast.cli.main import group
from holdfast.config.layers import VARIABLES
from holdfast.config.schema import PUBLISHED, published

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(os.path.dirname(holdfast.config.__file__), "docs")
SECTIONS = ("top", "source", "build", "shared", "hooks", "site", "hosts")

COMMANDS = """\
# Commands

Results go to stdout, progress and problems to stderr. Every command takes `--json`, which ends with
one JSON object on stdout; every command on a site takes `--site`, every one that changes
something `--yes`. A question that nobody can be asked ends with exit code 31. The exit codes are
listed in [problems.md](problems.md).

What rules call a cache (`bootstrap/cache`, `__pycache__` and the like; `holdfast detect` lists them) is
rebuilt in each release: what is written there is neither brought home nor kept.
"""

CONFIGURATION = """\
# Configuration

Flags beat `HOLDFAST_*` variables, which beat `holdfast.toml`, which beats what is detected. Two files
are read. The one at the top of the source, in the version that is deployed, gives `framework`, `keep`,
`build`, `shared` and `hooks`. The one found upward from the working directory adds `source`, `site` and
`hosts`, and wins where both speak; a plan names those whose settings hold. For `detect` and `init` the
file found upward from their PATH is the one that counts. A list replaces a list as a whole. `holdfast init` writes one.

An unknown key is an error that names the nearest known one. Editors find a JSON Schema in the
package, as `holdfast/config/holdfast.schema.json`.
"""

VARIABLES_INTRO = """\
## Environment

| variable | setting |
| --- | --- |
"""

VARIABLES_END = """
`HOLDFAST_DEBUG=1` adds the traceback to a mistake inside Holdfast. `NO_COLOR` turns colours off.
Commands in `build` and `hooks` are given `HOLDFAST_RELEASE`, `HOLDFAST_SITE` and `HOLDFAST_PREVIOUS`;
hooks also `HOLDFAST_SHARED`, which a build is not given on purpose: it has no business with data.
"""


COMMAND = """\
## `{name}`

{summary}.

```text
{help}
```
"""


def commands() -> str:
    """`commands.md` as it should be."""
    context = click.Context(group, info_name="holdfast", max_content_width=100, terminal_width=100)
    parts = [COMMANDS]
    for name in TABLE:
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, context, info_name=name, max_content_width=100, terminal_width=100)
        inner.help_option_names = ["-h", "--help"]
        summary = TABLE[name][1]
        summary = summary[:1].upper() + summary[1:]
        parts.append(COMMAND.format(name=name, summary=summary, help=command.get_help(inner).strip()))
    return "\n".join(parts)


def configuration() -> str:
    """`configuration.md` as it should be."""
    parts = [CONFIGURATION]
    for name in SECTIONS:
        with open(os.path.join(EXAMPLES, f"{name}.toml"), encoding="utf-8") as file:
            title = "Top of the file" if name == "top" else f"`[{name}]`"
            parts.append(f"## {title}\n\n```toml\n{file.read().strip()}\n```\n")
    rows = "".join(f"| `{name}` | `{key}` |\n" for name, key in VARIABLES.items())
    return "\n".join([*parts, VARIABLES_INTRO + rows + VARIABLES_END])


def pages() -> dict[str, str]:
    """Each generated file with its text."""
    return {
        os.path.join(HERE, "commands.md"): commands(),
        os.path.join(HERE, "configuration.md"): configuration(),
        PUBLISHED: published(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
