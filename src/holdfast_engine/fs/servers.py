"""Whose processes serve applications on this host: by what works in a site, by the pools of php-fpm, by web servers."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from typing import Optional

from holdfast_engine.fs.processes import users
from holdfast_engine.fs.root import Root

_SERVERS = ("nginx", "apache2", "httpd", "caddy", "lighttpd", "frankenphp")
_POOLS = ("/etc/php", "/etc/php-fpm.d")


def working_in(root: Root) -> frozenset[int]:
    """The users, but root and us, of processes that have something below the deploy root open, or run from it."""
    return _not_us(_owner(process) for process in users(root))


def of_pools(site: str) -> frozenset[int]:
    """The users of php-fpm's pools that name SITE in one of their paths; where none does, of all pools."""
    found = [(_value(text, "user"), text) for text in _pools()]
    named = [user for user, text in found if site in text]
    return _not_us(_uid(user) for user in named or [user for user, _ in found])


def of_web_servers() -> frozenset[int]:
    """The users, but root and us, of the workers of web servers that run on this host. What runs in a container may
    have the same name, and its numbers are of another host.
    """
    ours = (process for process in _processes() if _name(process) in _SERVERS and not _is_contained(process))
    return _not_us(map(_owner, ours))


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


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _owner(process: int) -> Optional[int]:
    try:
        return os.stat(f"/proc/{process}").st_uid
    except OSError:
        return None


def _is_contained(process: int) -> bool:
    """True for a process in a PID namespace below ours: it has a number in each (proc_pid_status(5))."""
    numbers = [line.split()[1:] for line in _read(f"/proc/{process}/status").splitlines() if line.startswith("NSpid:")]
    return any(len(one) > 1 for one in numbers)


def _name(process: int) -> str:
    return _read(f"/proc/{process}/comm").strip()
