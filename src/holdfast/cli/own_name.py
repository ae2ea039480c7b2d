"""By what name this program is called here, so that a hint can be typed as it is printed.

An installed program is `holdfast`. One in a single file is that file with the Python that runs it, unless the
`holdfast` in PATH is that file. Texts say `holdfast`; where they leave, the name is put in.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import Any

import holdfast
from holdfast.cli.table import TABLE

NAME = "holdfast"
_DATA = frozenset(("subject", "location", "ref", "path", "stray_paths", "edited", "value", "hooks", "build", "script"))
"""Keys of what people wrote, which may look like a command of ours."""
_COMMAND = (
    r'"[^"\n]*"'  # what somebody said, as the subject of a commit
    r"|((?:^|[`(]|: |^(?:back|next) +|&& |; )(?:sudo (?:-u \S+ )?)?)holdfast"
    rf"(?= (?:--|(?:{'|'.join(TABLE)})\b))"
)
_QUOTED = r"`[^`\n]+`"
_LISTED = r" +(?! |(?:do|type): )"
"""The beginning of a line that lists something: a path, a hook, what a program said."""


@cache
def own_name() -> str:
    """What is typed to run this program once more, from where the person stands."""
    archive = getattr(getattr(holdfast.__spec__, "loader", None), "archive", "")
    return _called(archive) if archive else NAME


def as_typed(text: str) -> str:
    """TEXT with each command of ours as it can be typed here; in what it lists, those between backticks alone."""
    if own_name() == NAME or NAME not in text:
        return text
    if re.match(_LISTED, text):
        return re.sub(_QUOTED, lambda found: _put_in(found[0]), text)
    return _put_in(text)


def all_as_typed(value: Any) -> Any:
    """VALUE with each text in it so, but for what people wrote."""
    if own_name() == NAME:
        return value
    if isinstance(value, dict):
        return {key: each if key in _DATA else all_as_typed(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [all_as_typed(each) for each in value]
    return as_typed(value) if isinstance(value, str) else value


def _put_in(text: str) -> str:
    def named(found: re.Match[str]) -> str:
        return found[0] if found[1] is None else f"{found[1]}{own_name()}"

    return re.sub(_COMMAND, named, text, flags=re.MULTILINE)


def _called(archive: str) -> str:
    from shlex import join
    from shutil import which

    if _is_same(which(NAME), archive):
        return NAME
    typed = sys.argv[0] if _is_same(sys.argv[0], archive) else os.path.abspath(archive)
    names = ("python3", f"python3.{sys.version_info[1]}", os.path.basename(sys.executable))
    python = next((name for name in names if _is_same(which(name), sys.executable)), sys.executable)
    return join([python or "python3", typed])


def _is_same(path: str | None, other: str) -> bool:
    try:
        return bool(path) and os.path.samefile(path or "", other)
    except OSError:
        return False
