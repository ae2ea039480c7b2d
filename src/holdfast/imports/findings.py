"""What is understood of another tool's settings, and what is not: each with its file and its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from typing import Any, NamedTuple

from holdfast_engine.model.paths import RelPath, folded
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.values import dataclass

HOLE, SHARED, RELEASE = "\ue000", "\ue001", "\ue002"
"""What stands in a text for a part that nobody knows, for the directory of shared data, and for that of a release."""
_SHOWN = {HOLE: "…", SHARED: "{shared}", RELEASE: "{release}"}
_PACKAGES = re.compile(r"(?:^|/)(?:node_modules|bower_components|vendor|vendor/bundle|\.bundle|\.?venv)$")
_LOGIN = re.compile(r"(?<=://)[^/\s]*@")
_SCP = re.compile(r"^(?:[\w.-]+@)?[\w.-]+:(?!//)\S+$")
_ADDRESS = re.compile(r"(?:[\w.$+-]+@)?[\w.:\[\]-]+", re.ASCII)
_URL = re.compile(r"^(?:https?|ssh|git|file)://\S+$")


class Place(NamedTuple):
    """A line of a file, as people name it."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Said(NamedTuple):
    """A TEXT with the PLACE that says it; NOTE is what a person should know of it."""

    text: str
    place: Place
    note: str = ""


class Host(NamedTuple):
    """One host that was deployed to, and the deploy root there."""

    name: str
    address: str
    root: str
    place: Place


class Hook(NamedTuple):
    """COMMANDS that ran at a MOMENT of a deploy; KEY is the setting in which such stand."""

    moment: str
    task: str
    commands: tuple[str, ...]
    key: str
    place: Place


@dataclass
class Findings:
    """What the files of one directory say. The first who says how many, from where or which branch is believed."""

    files: dict[str, str] = field(default_factory=dict)
    shared: dict[str, Said] = field(default_factory=dict)
    packages: dict[str, Said] = field(default_factory=dict)
    writable: dict[str, Said] = field(default_factory=dict)
    single: dict[str, Said] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    hooks: dict[Place, Hook] = field(default_factory=dict)
    unread: dict[tuple[Place, str], Said] = field(default_factory=dict)
    named: list[tuple[str, str]] = field(default_factory=list)
    """Names with their literal values, for whoever hides those that are secret."""

    def __bool__(self) -> bool:
        return bool(self.files)

    def share(self, text: str, place: Place, *, directory: bool = False, note: str = "") -> None:
        """TEXT is a path of a release whose content is data; what is no such path is told of as not understood."""
        path = self._path(text, place)
        if path is None:
            return
        if _PACKAGES.search(path):
            self.packages.setdefault(path, Said(path, place, "packages: each release installs its own"))
            return
        same = {folded(known): known for known in self.shared}.get(folded(path), path)
        if same != path:
            self.skip(f"`{path}` and `{same}` differ in case alone", place)
            return
        before = self.shared.get(path)
        whole = f"{path}/" if directory else path
        if before is None or (directory and not before.text.endswith("/")):
            self.shared[path] = Said(whole, before.place if before else place, before.note if before else note)

    def may_be_written(self, text: str, place: Place) -> None:
        path = self._path(text, place)
        if path is not None:
            self.writable.setdefault(path, Said(f"{path}/", place))

    def _path(self, text: str, place: Place) -> RelPath | None:
        plain = text.removeprefix(RELEASE).removeprefix(SHARED).strip().lstrip("/")
        if set(plain) & set(_SHOWN):
            self.skip(f"the path `{text}` is computed", place)
            return None
        try:
            return RelPath.parse(plain)
        except Problem as problem:
            self.skip(f"the {problem.message}", place)
            return None

    def say(self, key: str, text: object, place: Place, note: str = "") -> None:
        """TEXT is the value of KEY, unless it is computed, or another value stands already."""
        said = str(text)
        if set(said) & set(_SHOWN) or not said or not said.isprintable():
            self.skip_once(f"{key} is computed", place)
        elif self.single.setdefault(key, Said(said, place, note)).text != said:
            self.skip(f"{key} is `{said}` here", place)

    def skip_once(self, text: str, place: Place) -> None:
        """TEXT, unless the line at PLACE is told already."""
        if not any(known == place for known, _ in self.unread):
            self.skip(text, place)

    def repository(self, text: str, place: Place) -> None:
        """Where the code comes from, without a login in the URL: that is for git's own helpers and for keys."""
        plain = _LOGIN.sub(_account, text)
        if not (_URL.match(plain) or _SCP.match(plain)) or set(plain) & set(_SHOWN):
            self.skip("the repository is computed, or on the host itself" if text else "no repository", place)
            return
        note = "the login of the URL is left out" if plain != text else ""
        self.say("git", plain, place, note)

    def keep(self, value: object, place: Place) -> None:
        number = str(value).strip()
        if number.isascii() and number.isdigit() and len(number) < 6:
            self.say("keep", number, place)
        else:
            self.skip("how many releases are kept is computed, or all are", place)

    def host(self, host: Host) -> None:
        """HOST under a name of its own; the same host named twice is one."""
        known = {(one.address, one.root) for one in self.hosts.values()}
        if (host.address, host.root) in known:
            return
        user, at, bare = host.address.rpartition("@")
        host = host._replace(address=f"{user.partition(':')[0]}{at}{bare}")  # a password is no part of an address
        if not (_ADDRESS.fullmatch(host.address) and host.root.startswith(("/", "~")) and host.root.isprintable()):
            self.skip(f"the host {host.address or '…'} has no literal root", host.place)
            return
        stem, number = re.sub(r"[^A-Za-z0-9_-]+", "-", host.name).strip("-") or "host", 1
        while (name := stem if number == 1 else f"{stem}-{number}") in self.hosts:
            number += 1
        self.hosts[name] = host._replace(name=name)

    def hook(self, moment: str, task: str, commands: Iterable[str], place: Place) -> None:
        told = tuple(dict.fromkeys(shown(one) for one in commands if one.strip()))
        self.hooks.setdefault(place, Hook(moment, task, told, key_of(moment, told), place))

    def skip(self, text: str, place: Place) -> None:
        """TEXT is told as not understood, in one line."""
        line = " ".join(shown(text).split())[:160]
        self.unread.setdefault((place, line), Said(line, place))


def shown(text: str) -> str:
    """TEXT as people read it."""
    for mark, word in _SHOWN.items():
        text = text.replace(mark, word)
    return text


def _account(match: re.Match[str]) -> str:
    """An account that everybody uses, as `git@`, says nothing secret; a password or a token does."""
    said = match.group()
    return "git@" if said.partition(":")[0].rstrip("@") == "git" else ""


_AFTER = re.compile(
    r"after .*\b(?:publish(?:ing|ed)|finish(?:ing|ed)|(?:create_)?symlink|success|restart|cleanup|cleaned|deploy)$"
    r"|before .*\b(?:published|finishing|finished|cleanup|restart|success|cleaned)$"
    r"|.*\b(?:launch|after the switch|deployed|published|cleaned|finished)$"
)
_BUILD = re.compile(r"\b(?:npm|yarn|pnpm|bun|composer|bundle install|pip|webpack|vite|gulp|grunt|assets:precompile)\b")


def key_of(moment: str, commands: Iterable[str] = ()) -> str:
    """The setting in which commands of that MOMENT belong."""
    if _AFTER.match(moment):
        return "after_activation"
    return "build" if any(map(_BUILD.search, commands)) else "before_activation"


def texts(value: Any) -> list[str | None]:
    """The texts of a list, or of one text; None for each part that is not known."""
    many = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
    flat: list[str | None] = []
    for one in many:
        if isinstance(one, (list, tuple)):
            flat += texts(list(one))
        else:
            flat.append(one if isinstance(one, str) else None)
    return flat
