"""A configuration file as it was read, before it is understood."""

from __future__ import annotations

import os
from shlex import quote
from typing import NamedTuple

from holdfast_engine.model.problem import Problem

NAME = "holdfast.toml"
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "holdfast.schema.json")
"""The JSON Schema that is published with the package."""


class Text(NamedTuple):
    """The bytes of one file. ORIGIN is what messages call it; relative paths in it start at BASE.

    FROM_SOURCE marks the file that came with the code: whoever wrote the code does not decide
    which directory of a host is deployed to, so its `site`, `hosts` and `source` do not speak.
    """

    origin: str
    content: bytes
    base: str = ""
    from_source: bool = False


def find_text(directory: str) -> Text | None:
    """The nearest `holdfast.toml` in DIRECTORY or above it; none where DIRECTORY is not known.

    One above it must be ours or root's, for its hooks will be run: raises `config-not-yours`.
    """
    if not directory:
        return None
    here = os.path.abspath(directory)
    while not os.path.isfile(os.path.join(here, NAME)):
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
    path = os.path.join(here, NAME)
    if here != os.path.abspath(directory):
        _require_ours(path)
    return read_text(path)


def _require_ours(path: str) -> None:
    """PATH is no file that another user left in a directory above, as anybody may in `/tmp`."""
    ours = {0, os.geteuid(), int(os.environ.get("SUDO_UID", "0"))}
    if os.stat(path).st_uid not in ours:
        raise Problem(
            "config-not-yours",
            f"{path} belongs to another user, and its commands would run as you",
            hint=f"if you trust it: `--config {quote(path)}`",
        )


def read_text(path: str) -> Text:
    """The file at PATH; OSError is left to the caller's caller, who knows why it was wanted."""
    with open(path, "rb") as file:
        return Text(path, file.read(), os.path.dirname(path))
