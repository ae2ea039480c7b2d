"""Which holdfast.toml governs a site, and a decision written into it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from shlex import quote
from typing import Any

from holdfast.config.edit import names, with_entry, without_entry
from holdfast.config.layers import load_settings
from holdfast.config.text import NAME, Text
from holdfast_engine.model.values import dataclass


@dataclass(frozen=True)
class Written:
    """Where a decision stands besides the site: in the file at PATH, or nowhere. NOTE tells a person so."""

    path: str = ""
    note: str = ""


def governing(site: str, nearest: Text | None, *, named: bool, source: Mapping[str, Any]) -> str:
    """The file whose `[shared]` holds for SITE: the NEAREST one, where it was NAMED, names this site, or lies at the
    top of what was deployed; else the one at the top of a SOURCE that is a directory of this host. Empty where none is.
    """
    top = _local(source)
    if nearest is not None:
        root = load_settings([nearest], {}, {}).get("site.root")
        here = os.path.dirname(nearest.origin)
        if named or (root and _is_one(str(root), site)) or (top and _is_one(here, top)):
            return nearest.origin
    own = os.path.join(top, NAME) if top and source.get("kind") == "directory" else ""
    return own if own and os.path.isfile(own) else ""


def _local(source: Mapping[str, Any]) -> str:
    place = str(source.get("location") or "")
    return place if source.get("kind") in ("directory", "git") and os.path.isdir(place) else ""


def _is_one(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def foreseen(path: str, decision: Mapping[str, Any]) -> Written:
    """Where DECISION, as the engine tells it, would be written, and why not where it would not."""
    if not path or not decision.get("list"):
        return Written(note="noted only in the site" if decision.get("list") else "")
    try:
        text = _text(path)
    except (OSError, ValueError):
        return Written(note=f"`{path}` cannot be read; noted only in the site")
    hidden = (decision.get("configured") or {}).get(decision["list"])
    if decision["verb"] != "forget" and hidden and not names(text, decision["list"]):
        return Written(note=f"a list in `{path}` would hide the one of the source; noted only in the site")
    if _changed(text, decision) is None:
        line = f"[shared] {decision['list']} = [..., {_entry(decision)!r}]"
        return Written(note=f"`{path}` has a layout that a program cannot safely change; noted in the site: {line}")
    does = "taken out of" if decision["verb"] == "forget" else "written to"
    return Written(path, f"{does} `[shared] {decision['list']}` of {quote(path)}")


def write(path: str, decision: Mapping[str, Any]) -> Written:
    """The file at PATH says DECISION: the old text or the new one after a crash, with the owner and mode it had."""
    found = foreseen(path, decision)
    if not found.path:
        return found
    try:
        text = _text(path)
        changed = _changed(text, decision)
        if changed is not None and changed != text:
            _replace(os.path.realpath(path), changed)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no text"
        return Written(note=f"`{path}` could not be written ({why}); noted only in the site")
    return found


def _entry(decision: Mapping[str, Any]) -> str:
    return f"{decision['path']}/" if decision.get("is_dir") else str(decision["path"])


def _changed(text: str, decision: Mapping[str, Any]) -> str | None:
    act = without_entry if decision["verb"] == "forget" else with_entry
    return act(text, str(decision["list"]), _entry(decision))


def _text(path: str) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def _replace(path: str, text: str) -> None:
    """A new file takes the place of the one at PATH by one rename, once it is on disk."""
    status, new = os.stat(path), f"{path}.holdfast-new"
    with suppress(FileNotFoundError):
        os.unlink(new)
    with open(new, "x", encoding="utf-8", newline="") as file:
        os.fchmod(file.fileno(), status.st_mode & 0o7777)
        with suppress(PermissionError):
            os.fchown(file.fileno(), status.st_uid, status.st_gid)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
