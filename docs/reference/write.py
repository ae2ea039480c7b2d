"""Write the parts of the reference that follow from the code: `make docs`.

A test compares them with the code, so that neither says what the other does not.
"""

from __future__ import annotations

import os

import click

import holdfast.config
from holdfast import __version__
from holdfast.cli.main import EXAMPLES as EXAMPLES_TYPED
from holdfast.cli.main import group
from holdfast.cli.table import GROUPS, TABLE
from holdfast.config.layers import VARIABLES
from holdfast.config.schema import published
from holdfast.config.text import SCHEMA

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(os.path.dirname(holdfast.config.__file__), "docs")
SECTIONS = ("top", "source", "build", "shared", "hooks", "attic", "site", "hosts")

COMMANDS = """\
# Commands

Results go to stdout, progress and problems to stderr. Every command takes `--json`, which ends with
one JSON object on stdout; every command on a site takes `--site`, every one that changes
something `--yes` and `--no-input`. A question that nobody can be asked ends with exit code 31. The exit
codes are listed in [problems.md](problems.md), what holds for output, logs and directories in
[conventions.md](../conventions.md).

What rules call a cache (`bootstrap/cache`, `__pycache__` and the like; `holdfast detect` lists them) is
rebuilt in each release: what is written there is neither brought home nor kept.

The keys of what `review --json` and its decisions answer are listed in [the review](../review.md).
"""

CONFIGURATION = """\
# Configuration

Flags beat `HOLDFAST_*` variables, which beat `holdfast.toml`, which beats what is detected. Two files
are read. The one at the top of the source, in the version that is deployed, gives `framework`, `keep`,
`build`, `shared`, `hooks` and `attic`. The one found upward from the working directory adds `source`, `site` and
`hosts`, and wins where both speak; a plan names those whose settings hold. For `detect` and `init` the
file found upward from their PATH is the one that counts. A list replaces a list as a whole. `holdfast init` writes one.

An unknown key is an error that names the nearest known one. Editors find a JSON Schema in the
package, as `holdfast/config/holdfast.schema.json`; the file that `init` writes names it in its first line.
`holdfast config` shows what holds, and who said so.
"""

VARIABLES_INTRO = """\
## Environment

| variable | setting |
| --- | --- |
"""

VARIABLES_END = """
`HOLDFAST_CONFIG` names the file to read in the place of the nearest one upward, as `--config` does.
`HOLDFAST_DEBUG=1` shows the traceback of a mistake inside Holdfast at once; the log of the run has it in any
case. `NO_COLOR` turns colours off. `PAGER` shows `holdfast docs` on a terminal. `XDG_STATE_HOME` is where
logs go. Other variables that begin with `HOLDFAST_` mean nothing, and are passed over.
Commands in `build` and `hooks` are given `HOLDFAST_RELEASE`, `HOLDFAST_SITE` and `HOLDFAST_PREVIOUS`;
hooks also `HOLDFAST_SHARED`, which a build is not given on purpose: it has no business with data.
"""

MANUAL = """\
.TH HOLDFAST 1 "" "Holdfast {version}" "User commands"
.SH NAME
holdfast \\- deploys web applications in releases and never loses a byte that a user wrote
.SH SYNOPSIS
.B holdfast
COMMAND [OPTIONS] [ARGUMENTS]
.SH DESCRIPTION
{about}
.SH EXAMPLES
{examples}"""

ENVIRONMENT = """\
.SH ENVIRONMENT
Flags beat these, and these beat the files.
.TP
.B HOLDFAST_CONFIG
the settings' file, in the place of the nearest holdfast.toml
"""

MANUAL_END = """\
.SH FILES
.TP
.B holdfast.toml
settings: the one that came with the code, and the nearest one upward from the working directory
.TP
.B $XDG_STATE_HOME/holdfast/logs/
one file for each run that may change something; ~/.local/state where the variable is not set
.TP
.B .holdfast/
below the deploy root: journals, baselines, the attic
.SH SEE ALSO
The same documentation as text, without a network:
.B holdfast docs
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


def manual() -> str:
    """`holdfast.1` as it should be: the help of every command, for `man`."""
    parts = [MANUAL.format(version=__version__, about=roff(group.help or ""), examples=literal(EXAMPLES_TYPED))]
    for title, names in GROUPS.items():
        parts.append(f".SH {title.upper()}\n")
        parts += [_chapter(name) for name in names]
    return "".join([*parts, ENVIRONMENT, *_variables(), MANUAL_END])


def _chapter(name: str) -> str:
    context = click.Context(group, info_name="holdfast")
    command = group.get_command(context, name)
    assert command is not None
    inner = click.Context(command, context, info_name=name)
    usage = " ".join(("holdfast", name, *command.collect_usage_pieces(inner)))
    parts = [f".SS {roff(name)}\n{roff(command.help or '')}\n", literal(usage), literal(command.epilog or "")]
    for option in command.get_params(inner):
        record = option.get_help_record(inner) if isinstance(option, click.Option) else None
        parts.append(f".TP\n.B {roff(record[0])}\n{roff(record[1])}\n" if record else "")
    return "".join(parts)


def _variables() -> list[str]:
    return [f".TP\n.B {name}\nthe setting {roff(key)}\n" for name, key in VARIABLES.items()]


def roff(text: str) -> str:
    """TEXT for `man`: hyphens that are typed stay hyphens, and no line begins with a command."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    paragraphs = [" ".join(part.split()) for part in escaped.strip().split("\n\n")]
    return "\n.PP\n".join(f"\\&{part}" if part.startswith((".", "'")) else part for part in paragraphs)


def literal(text: str) -> str:
    """The lines of TEXT as they are typed."""
    lines = (line.strip() for line in text.strip().splitlines())
    body = "\n".join(_spaced(line) if "  " in line else roff(line) for line in lines)
    return f".PP\n.nf\n.RS\n{body}\n.RE\n.fi\n"


def _spaced(line: str) -> str:
    """What is typed, and after a wide gap what it does."""
    typed, _, about = line.partition("  ")
    return f"{roff(typed)}\n.RS\n{roff(about)}\n.RE"


def pages() -> dict[str, str]:
    """Each generated file with its text."""
    return {
        os.path.join(HERE, "commands.md"): commands(),
        os.path.join(HERE, "configuration.md"): configuration(),
        os.path.join(HERE, "holdfast.1"): manual(),
        SCHEMA: published(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
