"""What kind of thing a source is, from the way it is written and what stands there."""

from __future__ import annotations

import os
import re

from holdfast.config.layers import Resolved, Value
from holdfast.errors import Problem
from holdfast_engine.model.request import Source

_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".zip")
_SCHEMES = ("file", "ssh", "https", "http", "git")


def find_source(resolved: Resolved) -> Source:
    """The source that flags, environment or files name.

    Raises `source-unset`, `source-missing`, `source-unusable`, and `ref-missing` for a ref
    of something that has none.
    """
    found = resolved.location
    if found is None:
        raise Problem(
            "source-unset",
            "nothing says where the code comes from",
            context=("no `--source`, no `HOLDFAST_SOURCE`, no `[source]` in a `holdfast.toml` here or above",),
            hint="holdfast deploy --source PATH",
        )
    key, value = found
    source = _of_kind(key.partition(".")[2], value)
    return _with_ref(source, str(resolved.get("source.ref") or ""))


def recognise(text: str, base: str) -> Source:
    """TEXT as a git repository (a URL, or a path with one in it), or as a directory relative to BASE."""
    if text.startswith("-") or "::" in text.partition("/")[0]:
        raise Problem(
            "source-unusable", f"`{_shown(text)}` is no path and no URL that may be fetched", hint="holdfast deploy -h"
        )
    scheme, separator, _ = text.partition("://")
    if separator:
        return _from_url(text, scheme)
    path = os.path.abspath(os.path.join(base, os.path.expanduser(text)))
    if os.path.isfile(path):
        raise _archive(text)
    if os.path.isdir(path):
        return Source("git" if holds_git(path) else "directory", path)
    if re.match(r"[^/:]+:", text):
        return Source("git", text)
    raise Problem("source-missing", f"there is no directory `{path}`", hint="holdfast deploy --source PATH")


def holds_git(path: str) -> bool:
    """True for a working tree (whose `.git` may be a file) and for a bare repository."""
    bare = os.path.isfile(os.path.join(path, "HEAD")) and os.path.isdir(os.path.join(path, "objects"))
    return bare or os.path.lexists(os.path.join(path, ".git"))


def _of_kind(kind: str, value: Value) -> Source:
    if kind == "archive":
        raise _archive(value.value)
    source = recognise(value.value, value.base)
    if kind == "path" and not os.path.isabs(source.location):
        raise Problem(
            "source-unusable", f"`source.path` is a directory, not `{_shown(value.value)}`", hint="use `source.git`"
        )
    if kind == "git" and source.kind != "git":
        raise Problem(
            "source-unusable", f"`{source.location}` holds no git repository", context=(f"said by {value.origin}",)
        )
    return source


def _from_url(text: str, scheme: str) -> Source:
    if scheme not in _SCHEMES:
        raise Problem(
            "source-unusable", f"`{scheme}://` is not fetched", context=(f"known: {', '.join(_SCHEMES)}",), hint=""
        )
    if text.lower().endswith(_ARCHIVES):
        raise _archive(text)
    return Source("git", text)


def _shown(text: str) -> str:
    """TEXT without a password or token in its URL."""
    from holdfast_engine.sources.program import redacted

    return redacted(text)


def _archive(text: str) -> Problem:
    return Problem(
        "source-unusable",
        f"`{_shown(text)}` is neither a directory nor a git repository",
        state="nothing was changed",
        hint="unpack it and name the directory: holdfast deploy --source DIR",
    )


def _with_ref(source: Source, ref: str) -> Source:
    if ref and source.kind != "git":
        raise Problem(
            "ref-missing",
            f"`{source.location}` holds no git repository, so it has no ref `{ref}`",
            hint="leave `--ref` out",
        )
    return Source(source.kind, source.location, ref)
