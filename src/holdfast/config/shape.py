"""What may stand in `holdfast.toml`: the one place that knows its keys and their kinds."""

from __future__ import annotations

from holdfast.config.kinds import Count, Kind, Many, Named, Table, Truth, Words

_PATHS = Many(Words(may_be_empty=True))
_COMMANDS = Many(Words())

SECTIONS = {
    "source": Table(
        "Source",
        "Where the code comes from: one of git, path and archive.",
        {
            "git": Words(),
            "path": Words(),
            "archive": Words(),
            "ref": Words(),
            "sha256": Words(),
            "verify_signature": Truth(),
        },
    ),
    "build": Table("Build", "How an incoming release is built.", {"commands": _COMMANDS}),
    "shared": Table(
        "Shared",
        "What is data, and what only looks like it.",
        {"paths": _PATHS, "code": _PATHS, "artifacts": _PATHS, "carried": _PATHS, "writable": _PATHS},
    ),
    "hooks": Table(
        "Hooks",
        "Commands that run in the release, guarded.",
        {"stop": _COMMANDS, "start": _COMMANDS, "before_activation": _COMMANDS, "after_activation": _COMMANDS},
    ),
    "attic": Table("Attic", "How long the attic keeps what was replaced.", {"keep": Words()}),
    "site": Table(
        "Site",
        "Where the site is on this host.",
        {"root": Words(), "web_user": Words(), "public_html": Words()},
    ),
}
"""The tables of the file that have keys of their own."""

HOST = Table("Host", "One host that has the site.", {"address": Words(), "root": Words()}, needed=("address", "root"))
_TOP: dict[str, Kind] = {
    "minimum": Words(pattern=r"^\d+(\.\d+){0,2}$", like="a version such as '0.1'"),
    "framework": Words(),
    "keep": Count(),
}
FILE = Table("File", "The whole of `holdfast.toml`.", {**_TOP, **SECTIONS, "hosts": Named(HOST)})


def known_keys() -> tuple[str, ...]:
    """Every key by its dotted name, in the order of the file; a host's name stands as `NAME`."""
    inner = (f"{name}.{key}" for name, section in SECTIONS.items() for key in section.keys)
    return (*_TOP, *inner, *(f"hosts.NAME.{key}" for key in HOST.keys))
