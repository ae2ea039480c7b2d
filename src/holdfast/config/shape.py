"""What may stand in `holdfast.toml`: the one place that knows its keys and their types."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

Unset = UnsetType
Count = Annotated[int, Meta(ge=0)]
Words = Annotated[str, Meta(min_length=1)]


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the code comes from: one of git, path and archive."""

    git: Words | Unset = UNSET
    path: Words | Unset = UNSET
    archive: Words | Unset = UNSET
    ref: Words | Unset = UNSET
    sha256: Words | Unset = UNSET
    verify_signature: bool | Unset = UNSET


class Build(Struct, frozen=True, forbid_unknown_fields=True):
    """How an incoming release is built."""

    commands: tuple[Words, ...] | Unset = UNSET


class Shared(Struct, frozen=True, forbid_unknown_fields=True):
    """What is data, and what only looks like it."""

    paths: tuple[str, ...] | Unset = UNSET
    code: tuple[str, ...] | Unset = UNSET
    artifacts: tuple[str, ...] | Unset = UNSET
    carried: tuple[str, ...] | Unset = UNSET
    writable: tuple[str, ...] | Unset = UNSET


class Hooks(Struct, frozen=True, forbid_unknown_fields=True):
    """Commands that run in the release, guarded."""

    stop: tuple[Words, ...] | Unset = UNSET
    start: tuple[Words, ...] | Unset = UNSET
    before_activation: tuple[Words, ...] | Unset = UNSET
    after_activation: tuple[Words, ...] | Unset = UNSET


class Attic(Struct, frozen=True, forbid_unknown_fields=True):
    """How long displaced content is kept."""

    keep: Words | Unset = UNSET


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the site stands on this host."""

    root: Words | Unset = UNSET
    web_user: Words | Unset = UNSET
    public_html: Words | Unset = UNSET


class Host(Struct, frozen=True, forbid_unknown_fields=True):
    """One host that the site stands on."""

    address: Words
    root: Words


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `holdfast.toml`."""

    minimum: Annotated[str, Meta(pattern=r"^\d+(\.\d+){0,2}$")] | Unset = UNSET
    framework: Words | Unset = UNSET
    keep: Count | Unset = UNSET
    source: Source | Unset = UNSET
    build: Build | Unset = UNSET
    shared: Shared | Unset = UNSET
    hooks: Hooks | Unset = UNSET
    attic: Attic | Unset = UNSET
    site: Site | Unset = UNSET
    hosts: dict[str, Host] | Unset = UNSET


SECTIONS: dict[str, type[Struct]] = {
    "source": Source,
    "build": Build,
    "shared": Shared,
    "hooks": Hooks,
    "attic": Attic,
    "site": Site,
}


def known_keys() -> tuple[str, ...]:
    """Every key by its dotted name, in the order of the file; a host's name stands as `NAME`."""
    keys: list[str] = []
    for name in File.__struct_fields__:
        inner = SECTIONS.get(name)
        keys += [f"{name}.{field}" for field in inner.__struct_fields__] if inner else [name]
    keys.remove("hosts")
    return (*keys, *(f"hosts.NAME.{field}" for field in Host.__struct_fields__))
