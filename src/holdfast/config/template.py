"""The commented `holdfast.toml` that `init` writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from holdfast.config.imported import ImportedLines
from holdfast.config.text import NAME, SCHEMA
from holdfast_engine.model.problem import Problem

_TEMPLATE = """\
{schema}# What Holdfast needs to know about this application. Lines that begin with `#` are suggestions.
# `holdfast detect` shows what applies without them, and why; flags and HOLDFAST_* beat this file.

{framework}
{keep}

[source]
{source}

[build]
{build}

[shared]
# Detected as data: {data}
{paths}
# Detected as build output: {output}
# artifacts = [{artifacts}]
{writable}
[hooks]
# For an application that keeps files in memory and saves them whole: stop, last look, switch, start.
# stop = ["systemctl --user stop club"]
# start = ["systemctl --user start club"]
{before}
{after}
{hooks}
[attic]
# keep = "90 days"              # what deploys replace is kept that long; or "for ever"

[site]
{root}
# web_user = "www-data"         # detected from the owner of the data if not set
{hosts}{end}"""
_KEEP = "# keep = 5                      # good releases to keep besides the live one"
_SOURCE = """\
path = "."                      # a directory; or git = "https://example.org/club.git", ref = "main"
                                # or archive = "club-1.4.tar.gz", sha256 = "…\""""
_ROOT = '# root = "/var/www/example.org"'


def write_template(directory: str, text: str) -> str:
    """The path of a new `holdfast.toml` in DIRECTORY, with TEXT in it.

    Raises `config-exists` and changes nothing when one is there, or a link under its name.
    """
    path = os.path.join(directory, NAME)
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Problem(
            "config-exists",
            f"`{path}` exists, and is not overwritten",
            state="nothing was changed",
            hint=f"edit `{path}`",
        ) from None
    except PermissionError:
        raise Problem("no-permission", f"`{directory}` cannot be written to", state="nothing was changed") from None
    return path


def template(
    found: Mapping[str, Any], suggested: Mapping[str, Any], kept: Iterable[str], imported: ImportedLines
) -> str:
    """The text of the file, from what `detect` FOUND, the preset SUGGESTED and other tools' files IMPORTED.

    A command stands in it commented: only a person makes it run. KEPT are directories that a person called data: they
    stand in it for good. The first line names the schema of this installation, as editors with taplo read it; there is
    no such line where all of it lies in one file, which no editor looks into.
    """
    framework = found.get("framework")
    data = [*found.get("persistent", ()), *found.get("persistent_files", ())]
    artifacts = list(found.get("artifacts", ()))
    return _TEMPLATE.format(
        schema=f"#:schema file://{quote(SCHEMA)}\n" if os.path.isfile(SCHEMA) else "",
        framework=f'framework = "{framework}"' if framework else '# framework = "laravel"',
        keep=imported.keep() or _KEEP,
        source=_source(imported),
        build=_with(_commands("commands", suggested.get("build", ())), imported.hooks(("build",))),
        data=", ".join(data) or "nothing",
        paths=_paths(found.get("persistent", ()), list(kept), imported),
        output=", ".join(artifacts) or "nothing",
        artifacts=_quoted(artifacts),
        writable=_ended(imported.writable()),
        before=_commands("before_activation", suggested.get("before_activation", ())),
        after=_commands("after_activation", suggested.get("after_activation", ())),
        hooks=_ended("\n".join(imported.hooks(("before_activation", "after_activation")))),
        root=imported.root() or _ROOT,
        hosts=imported.hosts(),
        end=imported.end(),
    )


def _source(imported: ImportedLines) -> str:
    """The repository that was deployed from; else this directory."""
    said = imported.source()
    return said if said and not said.startswith("#") else _with(_SOURCE, [said] if said else [])


def _with(text: str, more: Iterable[str]) -> str:
    return "\n".join([text, *more])


def _ended(text: str) -> str:
    """TEXT as lines of its own before an empty one; an empty line where there is none."""
    return f"{text}\n" if text else ""


def _paths(detected: Iterable[str], kept: list[str], imported: ImportedLines) -> str:
    """What a person KEPT, or files say, is said; what was DETECTED holds without being said, and is a comment."""
    own = [f"{path}/" for path in kept if path.isprintable()]
    said = imported.paths(own) if imported.found.shared or imported.found.packages else ""
    return said or f"{'' if kept else '# '}paths = [{_quoted(own or (f'{path}/' for path in detected))}]"


def _commands(key: str, commands: Iterable[str]) -> str:
    return f"# {key} = [{_quoted(commands)}]"


def _quoted(texts: Iterable[str]) -> str:
    """TOML strings; names with control characters are left out, since a comment ends at a line's end."""
    import json

    return ", ".join(json.dumps(text, ensure_ascii=False) for text in texts if text.isprintable())
