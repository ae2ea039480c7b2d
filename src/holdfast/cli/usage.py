"""What a command line that cannot be read was meant to be: read for its words, once it was refused."""

from __future__ import annotations

import os
from collections.abc import Sequence
from shlex import quote

import click

from holdfast.cli.table import TABLE
from holdfast.errors import suggestion
from holdfast_engine.model.expressions import expression
from holdfast_engine.model.problem import Problem

COMMANDS = {
    "help": "--help",
    "man": "docs",
    "install": "docs",
    "update": "deploy",
    "upgrade": "deploy",
    "push": "deploy",
    "publish": "deploy",
    "release": "deploy",
    "undo": "rollback",
    "revert": "rollback",
    "back": "rollback",
    "undelete": "restore",
    "list": "releases",
    "ls": "releases",
    "log": "history",
    "logs": "history",
    "diff": "review diff",
    "fix": "recover",
    "repair": "recover",
    "rescue": "recover",
    "doctor": "checklist",
    "clean": "prune",
    "cleanup": "prune",
    "remove": "leave",
    "uninstall": "leave",
    "setup": "adopt",
    "import": "adopt",
    "demo": "try",
}
"""Words of other tools, and those that come to mind first, with what to type here."""
OPTIONS = {"--from": "--source", "--dir": "--site", "--directory": "--site", "--path": "--site", "--check": "--plan"}

_ENTRY = expression(r"\d{6}-[a-z]+")
"""An operation, as lists name it."""


def no_command(word: str) -> str:
    """That there is no command WORD, and which was probably meant."""
    meant = f"did you mean `{COMMANDS[word]}`?" if word in COMMANDS else suggestion(word, TABLE)
    return f"there is no command `{word}`; {meant}".rstrip("; ")


def problem_of(error: click.UsageError, given: Sequence[str]) -> Problem:
    """The refusal of GIVEN, with the line to type next."""
    named = f"holdfast {given[0]}" if given and given[0] in TABLE else "holdfast"  # not every error knows its command
    path = error.ctx.command_path if error.ctx else named
    message = _unknown(error) if isinstance(error, click.NoSuchOption) else error.format_message().rstrip(".")
    hint = _with_its_option(error, path, given) or f"{path} --help"
    return Problem("usage", message[:1].lower() + message[1:], state="nothing was changed", hint=hint)


def _unknown(error: click.NoSuchOption) -> str:
    known = [flag for each in error.ctx.command.params for flag in each.opts] if error.ctx else []
    meant = OPTIONS.get(error.option_name, "")
    near = suggestion(error.option_name, [flag for flag in known if flag.startswith("--")])
    asked = f"did you mean `{meant}`?" if meant in known else near
    return f"there is no option `{error.option_name}`; {asked}".rstrip("; ")


def _with_its_option(error: click.UsageError, path: str, given: Sequence[str]) -> str:
    """The command with what was typed after it behind its option: `adopt` alone takes a site without one. Where the
    site was named, what is left is the source.
    """
    takes = {flag for one in error.ctx.command.params for flag in one.opts} if error.ctx else set()
    if "--site" not in takes or "unexpected extra argument" not in error.format_message():
        return ""
    site = next((given[at + 1] for at, word in enumerate(given[:-1]) if word == "--site"), "")
    at_site = f"{path} --site {quote(site)}" if site else path
    if "--operation" in takes:
        return _of_operation(at_site, [word for word in given[1:] if word != site and not word.startswith("-")])
    left = next((word for word in given[1:] if word != site and os.path.exists(word)), "")
    if left and "--source" in takes and (site or not _may_be_site(left)):
        return f"{at_site} --source {quote(left)}"
    return f"{path} --site {quote(left)}" if os.path.isdir(left) and not site else ""


def _of_operation(command: str, words: Sequence[str]) -> str:
    named = next((word for word in words if _ENTRY.fullmatch(word)), "")
    path = next((word for word in words if word != named), "")
    return f"{command} {quote(path)} --operation {named}" if named and path else ""


def _may_be_site(word: str) -> bool:
    """True for a site, and for a directory that may become one: it is empty, or not there."""
    return os.path.isdir(word) and (os.path.isdir(os.path.join(word, ".holdfast")) or not os.listdir(word))
