"""What the application could do before Holdfast came, as it was measured once and is kept in the site file (G10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Optional

from holdfast_engine.model.paths import outermost
from holdfast_engine.model.values import dataclass

FORMAT = 1

CONFIGURED, SAID, OWNER, PROCESS, POOL, WORKER = "configured", "said", "owner", "process", "pool", "worker"
HOW = {
    CONFIGURED: "`[site] web_user` says so",
    SAID: "a person said so, with `holdfast access user`",
    OWNER: "it owns what appeared on the server",
    PROCESS: "its processes work in this site",
    POOL: "a pool of php-fpm runs as it",
    WORKER: "the web server's workers run as it",
}
"""How the web user was found, as a code word in the site file; a person reads the sentence."""


@dataclass(frozen=True)
class WebUser:
    """Whom the application runs as, and HOW that is known."""

    uid: int
    how: str


@dataclass(frozen=True)
class Access:
    """Who may make names in a directory: its owner UID, its group GID, its MODE, and its ACL with the DEFAULT one of
    what is made in it, both as `setfacl` has them, with numbers.
    """

    uid: int
    gid: int
    mode: int
    acl: str = ""
    default: str = ""

    @property
    def plain(self) -> Access:
        """Without its ACLs."""
        return replace(self, acl="", default="")

    def lets_in(self, user: int, groups: frozenset[int]) -> bool:
        """True where USER, in GROUPS, may make names."""
        if self.uid == user:
            return bool(self.mode & 0o200)
        named = [*_rights(self.acl, f"u:{user}:"), *(one for gid in groups for one in _rights(self.acl, f"g:{gid}:"))]
        if named:
            return any("w" in one for one in (*named, *_owning(self, groups))) and "w" in _mask(self.acl)
        return bool(self.mode & (0o020 if self.gid in groups else 0o002))


def _rights(acl: str, start: str) -> list[str]:
    return [one[len(start) :] for one in acl.split(",") if one.startswith(start)]


def _mask(acl: str) -> str:
    return next(iter(_rights(acl, "m::")), "rwx")


def _owning(access: Access, groups: frozenset[int]) -> list[str]:
    return _rights(access.acl, "g::") if access.gid in groups else []


@dataclass(frozen=True)
class Kept:
    """The access of each directory of the application, by path relative to the release; one that is not named is as the
    nearest above it. A file that is named may be written. USER is the user that the application runs as, if known,
    HOW tells from what; SAID are the paths that a person named.
    """

    user: Optional[int] = None
    directories: Mapping[str, Access] = field(default_factory=dict)
    how: str = ""
    said: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.directories)

    def of(self, path: str) -> Optional[Access]:
        """The access of the directory PATH; None where nothing was measured."""
        here = path
        while here and here not in self.directories:
            here = here.rpartition("/")[0]
        return self.directories.get(here)

    @property
    def tops(self) -> tuple[str, ...]:
        """The paths below which all have an access: the whole release where its own is kept."""
        return ("",) if "" in self.directories else tuple(outermost(self.directories))

    def to_json(self) -> dict[str, Any]:
        if not self.directories and self.user is None:
            return {}
        told = sorted(self.directories.items())
        return {
            "format": FORMAT,
            "user": self.user,
            "how": self.how,
            "said": sorted(self.said),
            "directories": {path: [one.uid, one.gid, one.mode] for path, one in told},
            "acls": {path: [one.acl, one.default] for path, one in told if one != one.plain},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Kept:
        """What a site file keeps; HOW, SAID and ACLs came later, and are not in an older one."""
        rows: Mapping[str, Any] = value.get("directories", {})
        acls: Mapping[str, Any] = value.get("acls", {})
        user = value.get("user")
        return cls(
            user if isinstance(user, int) else None,
            {path: _access(row, acls.get(path, ("", ""))) for path, row in rows.items()},
            str(value.get("how", "")),
            frozenset(map(str, value.get("said", ()))),
        )


def _access(row: Sequence[int], acls: Sequence[str]) -> Access:
    uid, gid, mode = map(int, row)
    acl, default = map(str, acls)
    return Access(uid, gid, mode, acl, default)
