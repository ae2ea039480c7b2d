"""What kind of thing a source is, from the way it is written and what stands there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace

from holdfast.config.layers import Resolved, Value
from holdfast.config.places import absolute
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Source

_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".zip")
_SCHEMES = ("file", "ssh", "https", "http", "git")


def find_source(resolved: Resolved) -> Source:
    """The source that flags, environment or files name, with the proof that is asked of it.

    Raises `source-unset`, `source-missing`, `source-unusable`, `ref-missing` for a ref of
    something that has none, and `config-invalid` for a SHA-256 that is none.
    """
    found = resolved.location
    if found is None:
        raise Problem(
            "source-unset",
            "no source given: it is unknown where the code comes from",
            context=("no `--source`, no `HOLDFAST_SOURCE`, no `[source]` in a `holdfast.toml` here or above",),
            hint="holdfast deploy --source PATH",
        )
    key, value = found
    source = _with_ref(_of_kind(key.partition(".")[2], value), str(resolved.get("source.ref") or ""))
    return replace(source, sha256=_sha256(resolved), signed=bool(resolved.get("source.verify_signature")))


def recognise(text: str, base: str) -> Source:
    """TEXT as a git repository (a URL, or a path with one in it), or as a directory or an archive relative to BASE."""
    if text.startswith("-") or "::" in text.partition("/")[0]:
        raise Problem(
            "source-unusable", f"`{_shown(text)}` is neither a path nor a URL to fetch", hint="holdfast deploy -h"
        )
    scheme, separator, _ = text.partition("://")
    if separator:
        return _from_url(text, scheme)
    path = absolute(text, base, what="the source")
    if os.path.isfile(path):
        return Source("archive", path)
    if os.path.isdir(path):
        return Source("git" if holds_git(path) else "directory", path)
    if re.match(r"[^/:]+:", text):
        return Source("git", text)
    raise Problem(
        "source-missing", f"there is no directory and no archive `{path}`", hint="holdfast deploy --source PATH"
    )


def version(text: str, base: str, resolved: Resolved, places: Iterable[str]) -> Source:
    """TEXT as `recognise` reads it where something stands there; else as a ref of the configured repository, or of the
    one at the first of PLACES that is a checkout.
    """
    if "://" in text or os.path.lexists(absolute(text, base, what="the version")) or re.match(r"[^/:]+:", text):
        return recognise(text, base)
    known = resolved.location
    if known is not None:
        source = recognise(known[1].value, known[1].base)
        if source.kind == "git":
            return replace(source, ref=text)
    place = next((place for place in places if os.path.isdir(os.path.join(place, ".git"))), None)
    if place is not None:
        return Source("git", place, text)
    raise Problem(
        "source-missing",
        f"`{_shown(text)}` is no archive and no directory, and there is no repository to look for it as a ref",
        hint="name the archive or the directory of the version that was shipped",
    )


def holds_git(path: str) -> bool:
    """True for a working tree (whose `.git` may be a file) and for a bare repository."""
    bare = os.path.isfile(os.path.join(path, "HEAD")) and os.path.isdir(os.path.join(path, "objects"))
    return bare or os.path.lexists(os.path.join(path, ".git"))


def _of_kind(kind: str, value: Value) -> Source:
    source = recognise(value.value, value.base)
    if kind == "archive" and source.kind != "archive":
        raise Problem(
            "source-unusable",
            f"`{_shown(value.value)}` is not an archive",
            context=(f"said by {value.origin}",),
            hint=f"use `source.{'path' if source.kind == 'directory' else 'git'}`",
        )
    if kind == "path" and (source.kind == "archive" or not os.path.isabs(source.location)):
        raise Problem(
            "source-unusable",
            f"`source.path` is a directory, not `{_shown(value.value)}`",
            hint="use `source.archive`" if source.kind == "archive" else "use `source.git`",
        )
    if kind == "git" and source.kind != "git":
        raise Problem(
            "source-unusable", f"`{source.location}` is not a git repository", context=(f"said by {value.origin}",)
        )
    return source


def _from_url(text: str, scheme: str) -> Source:
    if scheme not in _SCHEMES:
        raise Problem(
            "source-unusable", f"`{scheme}://` cannot be fetched", context=(f"known: {', '.join(_SCHEMES)}",), hint=""
        )
    if text.lower().endswith(_ARCHIVES):
        raise _archive(text)
    return Source("git", text)


def _shown(text: str) -> str:
    """TEXT without a password or token in its URL."""
    from holdfast_engine.model.redaction import redacted

    return redacted(text)


def _archive(text: str) -> Problem:
    return Problem(
        "source-unusable",
        f"`{_shown(text)}` is an archive, and Holdfast does not fetch archives from a URL",
        state="nothing was changed",
        hint="fetch it with `curl -fLO` and name the file: `holdfast deploy --source FILE --sha256 HEX`",
    )


def _sha256(resolved: Resolved) -> str:
    said = str(resolved.get("source.sha256") or "")
    if said and not re.fullmatch(r"[0-9a-fA-F]{64}", said):
        raise Problem(
            "config-invalid",
            f"{resolved.origin('source.sha256')} cannot be {said[:80]!r}: 64 hexadecimal digits are needed",
            hint="`sha256sum FILE` prints them",
        )
    return said.lower()


def _with_ref(source: Source, ref: str) -> Source:
    if ref and source.kind != "git":
        raise Problem(
            "ref-missing",
            f"`{source.location}` is not a git repository, so it has no ref `{ref}`",
            hint="leave `--ref` out",
        )
    return replace(source, ref=ref)
