"""Whose processes serve applications on this host: by what works in a site, by the pools of php-fpm, by web servers."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Iterator
from typing import Optional

from holdfast_engine.fs import processes
from holdfast_engine.fs.root import Root

_SERVERS = ("nginx", "apache2", "httpd", "caddy", "lighttpd", "frankenphp")
_PROC = "/proc"
_POOLS = ("/etc/php", "/etc/php-fpm.d")


def others() -> list[int]:
    """The processes of anybody but root and us: most are root's, and only these are asked anything."""
    ours = (None, 0, os.geteuid())
    return [process for process in processes.numbers() if _owner(process) not in ours]


def working_in(root: Root, among: Iterable[int]) -> frozenset[int]:
    """The users, but root and us, of processes that have something below the deploy root open, or run from it."""
    return _not_us(_owner(process) for process in processes.users(root, among))


def of_pools(site: str) -> frozenset[int]:
    """The users of php-fpm's pools that name SITE in one of their paths; where none does, of all pools."""
    found = [(_value(text, "user"), text) for text in _pools()]
    named = [user for user, text in found if site in text]
    return _not_us(_uid(user) for user in named or [user for user, _ in found])


def of_web_servers(among: Iterable[int]) -> frozenset[int]:
    """The users, but root and us, of the workers of web servers that run on this host, those in containers left out."""
    found = (process for process in among if _name(process) in _SERVERS)
    return _not_us(_owner(process) for process in found if not _is_contained(_read(f"{_PROC}/{process}/status")))


def _not_us(found: Iterator[Optional[int]]) -> frozenset[int]:
    return frozenset(one for one in found if one not in (None, 0, os.geteuid()))


def _pools() -> Iterator[str]:
    """The text of each pool's file that may be read."""
    for top in _POOLS:
        for here, _, names in os.walk(top):
            if here.endswith(".d"):
                yield from (_read(os.path.join(here, name)) for name in sorted(names) if name.endswith(".conf"))


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def _value(text: str, key: str) -> str:
    """What an ini file says of KEY last; a comment says nothing."""
    rows = (line.partition("=") for line in text.splitlines() if not line.lstrip().startswith(";"))
    found = [value.strip().strip("'\"") for name, _, value in rows if name.strip() == key]
    return found[-1] if found else ""


def _uid(name: str) -> Optional[int]:
    try:
        return int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _is_contained(status: str) -> bool:
    """True where STATUS has more than one number for its process: it is in a container on this host, whose users are
    none of ours (proc(5), NSpid).
    """
    numbers = next((line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")), [])
    return len(numbers) > 1


def _owner(process: int) -> Optional[int]:
    try:
        return os.stat(f"{_PROC}/{process}").st_uid
    except OSError:
        return None


def _name(process: int) -> str:
    return _read(f"{_PROC}/{process}/comm").strip()
