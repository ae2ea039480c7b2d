"""From the bytes of one file to checked values by their dotted names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

from holdfast import __version__, toml
from holdfast.config.kinds import Misfit, Table
from holdfast.config.shape import FILE, HOST, SECTIONS
from holdfast.config.text import Text
from holdfast.errors import suggestion
from holdfast_engine.model.lifetime import WANTED, is_lifetime
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem


def decode(text: Text) -> dict[str, Any]:
    """The values of TEXT by dotted name, those that are set and no others.

    Raises `config-unreadable`, `config-needs-newer`, `config-unknown-key`, `config-invalid` and
    `path-invalid`, each naming the file and the key.
    """
    raw = _parse(text)
    _refuse_newer(text, raw.get("minimum"))
    for key, known in _unknown_keys(raw):
        raise Problem(
            "config-unknown-key",
            f"{text.origin} has an unknown key `{key}`",
            context=(f"known here: {', '.join(f'`{name}`' for name in known)}",),
            hint=suggestion(key.rpartition(".")[2], known, always=True),
        )
    try:
        values = dict(_flat(FILE.take(raw)))
    except Misfit as misfit:
        raise _invalid(text, misfit) from None
    _check_shared(text, values)
    _check_source(text, values)
    _check_attic(text, values)
    return values


def _parse(text: Text) -> dict[str, Any]:
    try:
        return toml.loads(text.content.decode())
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8; brackets in brackets, numbers without an end
        raise Problem(
            "config-unreadable", f"{text.origin} is not TOML: {error}", hint=f"fix {text.origin} at that place"
        ) from None


def _refuse_newer(text: Text, minimum: object) -> None:
    """A file for a newer Holdfast is told so before its keys are: they may be what is new."""
    if not isinstance(minimum, str) or not re.fullmatch(r"\d+(\.\d+){0,2}", minimum):
        return
    if _numbers(minimum) > _numbers(__version__):
        raise Problem(
            "config-needs-newer",
            f"{text.origin} needs Holdfast {minimum} or newer, and this is {__version__}",
            state="nothing was changed",
            hint="install a newer one: holdfast docs install",
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)[:3]]


def _unknown_keys(raw: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from _strange("", raw, FILE)
    for name, shape in SECTIONS.items():
        yield from _strange(f"{name}.", raw.get(name), shape)
    hosts = raw.get("hosts")
    for name, host in hosts.items() if isinstance(hosts, dict) else ():
        yield from _strange(f"hosts.{name}.", host, HOST)


def _strange(prefix: str, table: object, shape: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key in table if isinstance(table, dict) else ():
        if key not in shape.keys:
            yield f"{prefix}{key}", tuple(shape.keys)


def _flat(file: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of FILE by dotted name; hosts stay together, by the names that a person gave them."""
    for name, value in file.items():
        if name in SECTIONS:
            yield from ((f"{name}.{key}", each) for key, each in value.items())
        else:
            yield name, value


def _invalid(text: Text, misfit: Misfit) -> Problem:
    key = ".".join(step if re.fullmatch(r"[\w-]+", step) else f'"{step}"' for step in misfit.way)
    return Problem(
        "config-invalid",
        f"{text.origin}: `{key}` cannot be {_spelled(misfit.value)}",
        context=(misfit.reason,),
        hint=f"fix `{key}` in {text.origin}",
    )


def _spelled(value: object) -> str:
    """VALUE nearly as the person typed it."""
    return str(value).lower() if isinstance(value, (bool, float, date, time)) else repr(value)


def _check_shared(text: Text, values: dict[str, Any]) -> None:
    seen: dict[str, str] = {}
    for key in ("shared.paths", "shared.code", "shared.artifacts", "shared.carried"):
        paths = tuple(_path(text, key, path) for path in values.get(key, ()))
        for path in paths:
            other = seen.setdefault(path.rstrip("/"), key)
            if other != key:
                raise Problem(
                    "shared-paths-overlap",
                    f"{text.origin}: `{path}` is in `{other}` and in `{key}`",
                    hint="keep it in one of the two",
                )
        if paths:
            values[key] = paths
    if "shared.writable" in values:
        values["shared.writable"] = tuple(_path(text, "shared.writable", path) for path in values["shared.writable"])


def _path(text: Text, key: str, path: str) -> str:
    """The normal form of PATH; a trailing slash stays, since it makes a directory."""
    parsed = RelPath.parse(path, what=f"{text.origin}: `{key}`")
    return f"{parsed}/" if path.endswith("/") else str(parsed)


def _check_source(text: Text, values: Mapping[str, Any]) -> None:
    named = [f"`source.{kind}`" for kind in ("git", "path", "archive") if f"source.{kind}" in values]
    if len(named) > 1:
        raise Problem(
            "config-invalid", f"{text.origin} names more than one source: {', '.join(named)}", hint="keep one of them"
        )


def _check_attic(text: Text, values: Mapping[str, Any]) -> None:
    kept = values.get("attic.keep", "")
    if kept and not is_lifetime(kept):
        raise Problem(
            "config-invalid",
            f"{text.origin}: `attic.keep` cannot be {kept!r}",
            context=(WANTED,),
            hint=f"fix `attic.keep` in {text.origin}",
        )
