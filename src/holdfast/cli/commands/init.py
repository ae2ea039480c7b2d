"""`holdfast init`."""

from __future__ import annotations

import os
from typing import Any

import click

from holdfast.cli import complete, options
from holdfast.cli.masking import Masks, secrets_of
from holdfast.config.imported import ImportedLines
from holdfast.config.template import template, write_template
from holdfast.imports import Findings, read_directory
from holdfast.presets.catalog import catalog


@options.command(
    """
    holdfast init            write holdfast.toml here
    holdfast init ../club    write it there
    """,
    changes=True,
)
@click.argument("path", default=".", shell_complete=complete.directories)
def command(run: options.Run, path: str) -> options.Answer:
    """Write a commented holdfast.toml into PATH, from what was detected there. It never overwrites one.

    It also reads files of Capistrano, Mina, Deployer, Shipit and Ansistrano, and scripts that link into shared/, and
    runs none of them: what they share, from where they deploy, to which hosts. What it does not understand becomes a
    comment. On a terminal it asks about directories that may be data.
    """
    found = run.session.detect(path)
    imported = read_directory(os.path.abspath(path))
    lines = ImportedLines(imported, Masks(secrets_of(imported.named)))
    text = template(found, _suggested(found), _kept(run, path, found, imported), lines)
    written = write_template(os.path.abspath(path), text)
    more = {"read": dict(imported.files), "unread": len(imported.unread)} if imported else {}
    return "init", {"outcome": "written", "path": written, **more}


def _kept(run: options.Run, path: str, found: dict[str, Any], imported: Findings) -> list[str]:
    """The undecided directories that somebody at the terminal calls data; what git tracks is the author's own, and what
    was IMPORTED is decided.
    """
    where = os.path.join(path, str(found.get("app_root", ".")))
    return [
        one
        for one in found.get("undecided", ())
        if one not in imported.shared
        and not _is_tracked(where, one)
        and run.inquire(f"It is unclear what `{one}` is, and it is not empty. Is it data that must be kept?")
    ]


def _is_tracked(where: str, path: str) -> bool:
    import subprocess

    try:
        ran = subprocess.run(["git", "-C", where, "ls-files", "-z", "--", path], capture_output=True, check=False)
    except OSError:
        return False
    return bool(ran.stdout)


def _suggested(found: dict[str, Any]) -> dict[str, Any]:
    """The preset of the framework that was FOUND, with the commands of what stands on top of it after its own."""
    presets = catalog()
    suggested = dict(presets.get(str(found.get("framework")), {}))
    for name in found.get("with", ()):
        for key in ("build", "before_activation", "after_activation"):
            suggested[key] = list(dict.fromkeys([*suggested.get(key, ()), *presets[name][key]]))
    return suggested
