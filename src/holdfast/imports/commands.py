"""Commands of a shell, as scripts and recipes run them: which of them link shared data into a release."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import NamedTuple

from holdfast.imports.findings import HOLE, RELEASE, SHARED, Findings, Place

_IN_RELEASE = re.compile(rf"(?:^|.*/)(?:releases/[^/]+|current|{RELEASE})/(.+)$")
_IN_SHARED = re.compile(
    rf"(?:^|.*/)(?:shared|persistent|persist|{SHARED})/(.+)$"
    r"|^/(?!.*/(?:releases|current)/).+/(?:data|permanent|storage|var|media|files)/(.+)$",
    re.IGNORECASE,
)
_PLUMBING = frozenset((
    "cd", "echo", "printf", "test", "[", "[[", "true", "false", "exit", "set", "export", "local", "readonly",
    "return", "shift", "source", ".", "if", "then", "fi", "else", "elif", "for", "do", "done", "while", "case",
    "esac", "ln", "mkdir", "rm", "chmod", "chown", "touch", "find", "ls", "tail", "head", "sort", "xargs", "git",
    "ssh", "scp", "rsync", "tar", "unzip", "cp", "mv", "cat", "date", "pwd", "umask", "trap", "function", "read",
    "sleep", "id", "whoami", "!", "{", "}", "declare", "unset", "wait", "((",
))  # fmt: skip


class Linked(NamedTuple):
    """The path PATH of a release is a link to FROM in the directory of shared data."""

    path: str
    source: str


def words_of(command: str) -> list[str]:
    """COMMAND in words, without quotes; what is quoted by halves is split at spaces."""
    try:
        return shlex.split(command, comments=True)
    except ValueError:
        return command.replace('"', "").replace("'", "").split()


def simple_commands(text: str) -> list[str]:
    """The commands of TEXT, one after the other; what is quoted stays together."""
    parts = re.findall(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^;&|\n"'\\]|>&|&>|&(?=\d)|["'])+""", text)
    plain = (re.sub(r"^\(\s*(?!\()|\s+[)}]$", "", part.strip()) for part in parts)
    return [part for part in plain if part.strip(" )(")]


def links_of(words: list[str], inside: str = "") -> list[Linked] | None:
    """What a call of `ln` links into a release; None where it links data in a way that is not understood. INSIDE is the
    directory that it runs in.
    """
    if not any(word.startswith("-") and not word.startswith("--") and "s" in word for word in words) and (
        "--symbolic" not in words
    ):
        return []
    options = [word for word in words if word.startswith("-")]
    places = [word for word in words[1:] if not word.startswith("-")]
    if len(places) == 1:
        places.append(places[0].rstrip("/").rpartition("/")[2])
    *sources, target = places or [""]
    found = [_IN_SHARED.match(source.rstrip("/")) for source in sources]
    if not any(found):
        return []
    into = len(sources) > 1 or target.endswith("/") or target in (RELEASE, ".", "./") or target.rstrip("/") == RELEASE
    into = into and not any("T" in option for option in options)
    return _placed([match[1] or match[2] for match in found if match], target, inside, into=into)


def _placed(sources: list[str], target: str, inside: str, *, into: bool) -> list[Linked] | None:
    linked = []
    for source in sources:
        there = f"{target.rstrip('/')}/{source.rpartition('/')[2]}" if into else target
        path = _in_release(there, inside, source)
        if path is None or HOLE in path:
            return None
        linked.append(Linked(path, source))
    return linked


def _in_release(target: str, inside: str, source: str) -> str | None:
    """TARGET as a path of the release; where a directory with an unknown name leads, the end that it has in common with
    SOURCE.
    """
    there = (
        target if target.startswith(("/", RELEASE, HOLE, "~")) else f"{inside or RELEASE}/{target.removeprefix('./')}"
    )
    found = _IN_RELEASE.match(there)
    if found:
        return found.group(1)
    return source if there.endswith(f"/{source}") else None


def share_links(findings: Findings, command: str, place: Place, inside: str = "") -> bool:
    """True for a COMMAND that links; what it links of shared data is shared."""
    words = words_of(command)
    while words and words[0] in ("sudo", "-E", "-n"):
        words = words[1:]
    if not words or words[0].rpartition("/")[2] != "ln":
        return False
    linked = links_of(words, inside)
    if linked is None:
        findings.skip(command, place)
    for path, source in linked or ():
        note = "" if path.rstrip("/") == source else f"was shared/{source}"
        findings.share(path.rstrip("/"), place, note=note)
    return True


def run(findings: Findings, text: str, place: Place, keep: Callable[[str], None]) -> bool:
    """Each command of TEXT: a link is read, what an application runs is KEPT, plumbing is passed over. True where there
    was a link.
    """
    inside, linked = "", False
    for command in simple_commands(text):
        words = words_of(command)
        if words[:1] == ["cd"] and len(words) > 1:
            inside = words[1]
        elif share_links(findings, command, place, inside):
            linked = True
        elif not is_plumbing(words):
            keep(command)
    return linked


def is_plumbing(words: list[str]) -> bool:
    """True for what makes a release and switches to it: Holdfast does that itself."""
    bare = [word for word in words if word not in ("sudo", "-E", "-n") and not re.match(r"^\w+=", word)]
    return not bare or bare[0].rpartition("/")[2] in _PLUMBING
