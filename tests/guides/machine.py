"""A small host of one's own, in a mount namespace: /var, /srv and /home are empty, and what a guide calls besides
Holdfast is there, or stands in for it and notes how it was called.
"""

from __future__ import annotations

import os
import pty
import select
import sys
from dataclasses import dataclass
from pathlib import Path

from guides.page import Block
from lib.mounts import mount, mount_memory

PROJECT = Path(__file__).resolve().parents[2]
_STANDING_IN = ("systemctl", "nginx", "apachectl", "service", "pm2", "crontab")
"""Programs of a host that the guides call, and that do nothing to a site."""
_SUDO = """#!/bin/sh
# who types is root already; another user is taken on as sudo would do it
[ "$1" = -u ] || exec "$@"
user=$2; shift 2
home=$(getent passwd "$user" | cut -d: -f6)
exec setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups env HOME="$home" "$@"
"""
_PEOPLE = {"deploy": 1001, "club": 1002}
_QUESTIONS = ("[y/N] ", "[Y/n] ")
_PATIENCE = 60.0


@dataclass(frozen=True)
class Ended:
    """What stood on the terminal, and how the shell ended."""

    text: str
    code: int


def furnish(top: Path) -> Path:
    """The host is there, below TOP where it is no mount; returns the directory of the programs that stand in."""
    for place in ("/var", "/srv", "/home"):
        mount_memory(Path(place), "mode=755")
    for directory in ("/var/www", "/var/tmp", "/var/backups", *(f"/home/{name}" for name in ("root", *_PEOPLE))):
        os.makedirs(directory)
    os.chmod("/var/tmp", 0o1777)
    _let_people_in(top)
    for place in (sys.base_prefix, str(PROJECT)):
        _open_the_way_to(Path(place), top)
    programs = top / "programs"
    programs.mkdir()
    for name in _STANDING_IN:
        _put(programs / name, f'#!/bin/sh\necho "{name} $*" >> {top}/called\n')
    _put(programs / "sudo", _SUDO)
    (programs / "holdfast").symlink_to(PROJECT / ".venv/bin/holdfast")
    return programs


def _let_people_in(top: Path) -> None:
    """The users that the guides name have accounts, as far as this namespace reaches."""
    accounts, groups = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
    for name, number in _PEOPLE.items():
        accounts += f"{name}:x:{number}:{number}::/home/{name}:/bin/bash\n"
        groups += f"{name}:x:{number}:\n"
        os.chown(f"/home/{name}", number, number)
    for name, text in (("passwd", accounts), ("group", groups)):
        (top / name).write_text(text)
        mount(top / name, Path("/etc") / name)


def _open_the_way_to(place: Path, top: Path) -> None:
    """Anybody may come to PLACE: a directory above it that is closed is another one here, with PLACE in it."""
    closed = next((one for one in reversed(place.parents) if not one.stat().st_mode & 0o001), None)
    if closed is None:
        return
    aside = top / f"beside-{closed.name}"
    aside.mkdir()
    mount(place, aside)
    mount_memory(closed, "mode=755")
    place.mkdir(parents=True)
    mount(aside, place)


def _put(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def script(blocks: tuple[Block, ...], after_each: str) -> str:
    """What a shell is given: each of BLOCKS as it stands, and AFTER_EACH of them; it ends at the first that fails."""
    lines = ["set -eu"]
    for block in blocks:
        if "file" in block.said:
            end = f"END_OF_{block.line}"
            lines += [f"cat > {block.said['file']} <<'{end}'", block.text + end]
        elif block.is_typed:
            lines += [f"echo '@@ line {block.line}'", *_ending(block), after_each]
    return "\n".join(lines) + "\n"


def _ending(block: Block) -> list[str]:
    if "exit" not in block.said:
        return [block.text]
    wanted = block.said["exit"]
    return [f"code=0; {{ {block.text.strip()}\n}} || code=$?", f'[ "$code" = {wanted} ] || exit 99']


def run(text: str, *, user: str, programs: Path, columns: int = 100) -> Ended:
    """TEXT is typed by USER at a terminal, who says yes to every question."""
    child, terminal = pty.fork()
    if child == 0:
        _become(user, programs, columns)
        os.execvp("bash", ["bash", "-c", text])
    told = _listen(terminal)
    _, status = os.waitpid(child, 0)
    return Ended(told, os.waitstatus_to_exitcode(status))


def _become(user: str, programs: Path, columns: int) -> None:
    if user != "root":
        number = _PEOPLE[user]
        os.setgroups([])
        os.setgid(number)
        os.setuid(number)
    os.environ.update(
        HOME=f"/home/{user}",
        PATH=f"/home/{user}/.local/bin:{programs}:{os.environ['PATH']}",
        COLUMNS=str(columns),
        GIT_CONFIG_GLOBAL="/dev/null",
        NO_COLOR="1",
        TERM="dumb",
    )
    os.environ.pop("XDG_CONFIG_HOME", None)
    os.chdir(os.environ["HOME"])


def _listen(terminal: int) -> str:
    told = b""
    while select.select([terminal], [], [], _PATIENCE)[0]:
        try:
            more = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        told += more
        if told.decode(errors="replace").endswith(_QUESTIONS):
            os.write(terminal, b"y\n")
    os.close(terminal)
    return told.decode(errors="replace").replace("\r\n", "\n")
