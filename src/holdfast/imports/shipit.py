"""Shipit with shipit-deploy and shipit-shared: `shipitfile.js`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from holdfast.imports import commands
from holdfast.imports.findings import HOLE, RELEASE, SHARED, Findings, Host, Place
from holdfast.imports.literals import Literals
from holdfast.imports.tokens import JAVASCRIPT, Token, tokens
from holdfast.imports.values import UNKNOWN, Either, text_of

FILES = ("shipitfile.js", "shipitfile.babel.js", "shipitfile.cjs", "shipitfile.mjs", "shipitfile.ts")
_RUNNING = ("remote", "local", "remoteCopy", "copyToRemote")
_KNOWN = frozenset((
    "workspace", "dirToCopy", "ignores", "key", "strict", "shallowClone", "asUser", "updateSubmodules",
    "deleteOnRollback", "copy", "rsync", "rsyncFrom", "gitConfig", "gitLogFormat", "verboseSSHLevel", "tasks",
    "default", "deploy", "rootWorkspace", "keepWorkspace",
))  # fmt: skip


class _File:
    """One file: its settings by environment, and where each word of them stands."""

    def __init__(self, findings: Findings, file: str, text: str) -> None:
        self.findings, self.file = findings, file
        self.lines = text.splitlines()
        self.found = [one for one in tokens(text, JAVASCRIPT) if one.kind != "line"]
        self.names: dict[str, Any] = {"shipit": {"releasePath": RELEASE, "sharedPath": SHARED, "currentPath": RELEASE}}
        self.reader = Literals(self.found, JAVASCRIPT, self.names, {})
        self.settings: dict[str, Any] = {}
        self.tasks: list[tuple[int, str]] = []
        self.ran: dict[str, list[str]] = {}
        self.hooks: list[tuple[str, str, Place]] = []

    def read(self) -> None:
        while self.reader.at < len(self.found):
            token, before = self.reader.peek(), self.reader.at
            while self.tasks and self.tasks[-1][0] <= before:
                self.tasks.pop()
            if token.kind == "name":
                self._name(token)
            self.reader.at = max(self.reader.at, before + 1)

    def _name(self, token: Token) -> None:
        after = self.reader.peek(1)
        if after.value == "(":
            self._call(token.value, Place(self.file, token.line))
        elif token.value in ("const", "let", "var") and self.reader.peek(2).value == "=":
            self.reader.at += 3
            self.names[after.value] = self._peeked()
        elif (token.value == "exports" and after.value == "=") or (token.value == "default" and after.value == "{"):
            self.reader.at += 2 if after.value == "=" else 1
            if self.reader.peek().value == "{":
                self._configured(self._peeked(), Place(self.file, token.line))

    def _peeked(self) -> Any:
        """The value that begins here, when calls inside it are still to be met."""
        start = self.reader.at
        value = self.reader.value()
        self.reader.at = start
        return value

    def _arguments(self) -> list[Any]:
        self.reader.at += 1
        return self.reader.arguments()

    def _call(self, name: str, place: Place) -> None:
        end = self.reader.closing(self.reader.at + 1)
        start = self.reader.at
        if name in ("initConfig", "assign"):
            for one in self._arguments():
                self._configured(one, place)
        elif name in ("blTask", "task"):
            given = self._arguments()
            task = text_of(given[0]) if given else ""
            self.ran.setdefault(task, [])
            self.tasks.append((end, task))
            self.reader.at = start + 2
        elif name in ("on", "once"):
            self._event(start, end, place)
        elif name == "start" and self.tasks:
            started = [text_of(one) for one in self._arguments()]
            self.ran[self.tasks[-1][1]] += [f"(task {one})" for one in started]
        elif name in _RUNNING:
            said = [text_of(one) for one in self._arguments() if isinstance(one, str)][:1]
            task = self.tasks[-1][1] if self.tasks else ""
            for one in said:
                commands.run(self.findings, one, place, self.ran.setdefault(task, []).append)

    def _event(self, start: int, end: int, place: Place) -> None:
        given = self._arguments()
        moment = text_of(given[0]) if given else ""
        name = f"on {moment}"
        self.hooks.append((name, name, place))
        self.ran.setdefault(name, [])
        self.tasks.append((end, name))
        self.reader.at = start + 2

    def _configured(self, value: Any, place: Place) -> None:
        if isinstance(value, dict):
            self.settings.update(value)
        elif value is UNKNOWN and not self.settings:
            self.findings.skip(self.lines[place.line - 1].strip(), place)

    def place(self, *words: str) -> Place:
        """The first line that says one of WORDS as a text or a name, else the first of all."""
        for word in words:
            for token in self.found:
                said = "".join(part for part in token.parts if isinstance(part, str)) or token.value
                if said == word or (word and word in said and token.kind == "text"):
                    return Place(self.file, token.line)
        return Place(self.file, 1)


def _environments(settings: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each environment on top of the defaults; production first."""
    default = settings.get("default")
    base = default if isinstance(default, dict) else {}
    named = [(name, one) for name, one in settings.items() if name != "default" and isinstance(one, dict)]
    named.sort(key=lambda one: "prod" not in one[0])
    return [(name, _over(base, one)) for name, one in named] or [("", base)]


def _over(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """MORE laid over BASE as the tool does: tables are merged, all else is replaced."""
    merged = {**base, **more}
    for key in base.keys() & more.keys():
        if isinstance(base[key], dict) and isinstance(more[key], dict):
            merged[key] = _over(base[key], more[key])
    return merged


def _tell(file: _File, stage: str, settings: dict[str, Any]) -> None:
    findings = file.findings
    shared = settings.get("shared")
    if isinstance(shared, dict):
        _tell_shared(file, shared)
    elif shared is not None:
        findings.skip("shared is computed", file.place("shared"))
    for key in ("repositoryUrl", "branch", "keepReleases"):
        if key in settings:
            _tell_single(file, key, settings[key], stage)
    _tell_hosts(file, stage, settings)
    for key in settings.keys() - _KNOWN - {"shared", "repositoryUrl", "branch", "keepReleases", "servers", "deployTo"}:
        findings.skip(f"{key}:", file.place(key))


def _tell_single(file: _File, key: str, value: Any, stage: str) -> None:
    said = text_of(value)
    place = file.place(said if said and HOLE not in said and key != "keepReleases" else key, key)
    if key == "repositoryUrl":
        file.findings.repository(said, place)
    elif key == "keepReleases":
        file.findings.keep(said, place)
    else:
        file.findings.say("branch", said, place, f"of {stage}" if stage else "")


def _tell_shared(file: _File, shared: dict[str, Any]) -> None:
    for key, directory in (("dirs", True), ("files", False)):
        many = shared.get(key) if isinstance(shared.get(key), list) else []
        for one in _members(many):
            path = one.get("path") if isinstance(one, dict) else one
            if isinstance(path, str):
                file.findings.share(path, file.place(path, key), directory=directory)
            else:
                file.findings.skip(f"a part of shared.{key} is computed", file.place(key))
        if shared.get(key) is UNKNOWN:
            file.findings.skip(f"shared.{key} is computed", file.place(key))


def _members(many: Any) -> list[Any]:
    flat = []
    for one in many or ():
        flat += list(one) if isinstance(one, Either) else [one]
    return flat


def _tell_hosts(file: _File, stage: str, settings: dict[str, Any]) -> None:
    servers, root = settings.get("servers"), text_of(settings.get("deployTo", UNKNOWN))
    for one in servers if isinstance(servers, list) else [servers]:
        host = one.get("host") if isinstance(one, dict) else one
        user = one.get("user") if isinstance(one, dict) else ""
        if isinstance(host, str):
            address = f"{user}@{host}" if isinstance(user, str) and user and "@" not in host else host
            bare, _, port = address.partition(":")
            if port and port != "22":
                file.findings.skip(f"port {port}: it belongs in ~/.ssh/config", file.place(host))
            file.findings.host(Host(stage or "production", bare, root, file.place(host)))
        elif servers is not None:
            file.findings.skip("servers are computed", file.place("servers"))


def _tell_hooks(file: _File) -> None:
    for moment, task, place in file.hooks:
        ran: list[str] = []
        for one in file.ran.get(task, []):
            named = re.fullmatch(r"\(task (.*)\)", one)
            ran += file.ran.get(named.group(1), [one]) if named else [one]
        if ran or task not in file.ran:
            file.findings.hook(moment, "", ran, place)
    for task, ran in file.ran.items():
        is_named = any(f"(task {task})" in every for every in file.ran.values())
        if ran and task and not is_named and not task.startswith("on "):
            file.findings.hook("by name", task, ran, file.place(task))


def read(findings: Findings, files: Mapping[str, str]) -> None:
    """What the settings of each environment say."""
    for name in FILES:
        if name in files:
            file = _File(findings, name, files[name])
            file.read()
            findings.files[name] = "Shipit"
            for stage, settings in _environments(file.settings):
                _tell(file, stage, settings)
            _tell_hooks(file)
