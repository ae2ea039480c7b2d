"""The commented `holdfast.toml` that `init` writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from holdfast.config.text import NAME, SCHEMA
from holdfast_engine.model.problem import Problem

_TEMPLATE = """\
#:schema {schema}
# What Holdfast needs to know of this application. Lines that begin with `#` are suggestions.
# `holdfast detect` shows what holds without them, and why; flags and HOLDFAST_* beat this file.

{framework}
# keep = 5                      # retired good releases besides the active one

[source]
path = "."                      # a directory; or git = "https://example.org/club.git", ref = "main"
                                # or archive = "club-1.4.tar.gz", sha256 = "…"

[build]
{build}

[shared]
# Detected as data: {data}
{paths}
# Detected as build output: {output}
# artifacts = [{artifacts}]

[hooks]
# For an application that keeps files in memory and saves them whole: stop, last look, switch, start.
# stop = ["systemctl --user stop club"]
# start = ["systemctl --user start club"]
{before}
{after}

[attic]
# keep = "90 days"              # what deploys displaced stays that long; or "for ever"

[site]
# root = "/var/www/example.org"
# web_user = "www-data"         # detected from the owner of live data when left out
"""


def write_template(
    directory: str, found: Mapping[str, Any], suggested: Mapping[str, Any], kept: Iterable[str] = ()
) -> str:
    """The path of a new `holdfast.toml` in DIRECTORY, made from what `detect` FOUND and the preset SUGGESTED.

    KEPT are directories that a person called data: they stand in it for good.

    Raises `config-exists` and changes nothing when one is there, or a link under its name.
    """
    path = os.path.join(directory, NAME)
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(template(found, suggested, kept))
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


def template(found: Mapping[str, Any], suggested: Mapping[str, Any], kept: Iterable[str] = ()) -> str:
    """The text of the file. A preset's commands stand in it commented: only a person makes them run.

    The first line names the schema of this installation, as editors with taplo read it.
    """
    framework = found.get("framework")
    data = [*found.get("persistent", ()), *found.get("persistent_files", ())]
    artifacts = list(found.get("artifacts", ()))
    return _TEMPLATE.format(
        schema=f"file://{quote(SCHEMA)}",
        framework=f'framework = "{framework}"' if framework else '# framework = "laravel"',
        build=_commands("commands", suggested.get("build", ())),
        data=", ".join(data) or "nothing",
        paths=_paths(found.get("persistent", ()), list(kept)),
        output=", ".join(artifacts) or "nothing",
        artifacts=_quoted(artifacts),
        before=_commands("before_activation", suggested.get("before_activation", ())),
        after=_commands("after_activation", suggested.get("after_activation", ())),
    )


def _paths(detected: Iterable[str], kept: list[str]) -> str:
    """What a person KEPT is said; what was DETECTED holds without being said, and is a comment."""
    chosen = _quoted(f"{path}/" for path in kept or detected)
    return f"paths = [{chosen}]" if kept else f"# paths = [{chosen}]"


def _commands(key: str, commands: Iterable[str]) -> str:
    return f"# {key} = [{_quoted(commands)}]"


def _quoted(texts: Iterable[str]) -> str:
    """TOML strings; names with control characters are left out, since a comment ends at a line's end."""
    import json

    return ", ".join(json.dumps(text, ensure_ascii=False) for text in texts if text.isprintable())
