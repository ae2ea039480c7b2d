"""Ansistrano: `ansistrano_*` variables in playbooks, roles and variables of groups, with the inventory beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.imports import yaml
from holdfast.imports.findings import HOLE, RELEASE, SHARED, Findings, Host, Place
from holdfast.imports.yaml import Item

PREFIX = "ansistrano_"
_KNOWN = frozenset((
    "deploy_from", "deploy_via", "current_dir", "version_dir", "shared_dir", "release_version",
    "allow_anonymous_stats", "current_via", "git_depth", "git_identity_key_path", "git_identity_key_remote_path",
    "git_executable", "rsync_extra_params", "rsync_set_remote_user", "ensure_shared_paths_exist",
    "ensure_basedirs_shared_files_exist", "remove_rolled_back", "shared_paths", "shared_files", "deploy_to",
    "keep_releases", "git_repo", "git_branch", "git_real_repo_dir", "git_repo_tree",
))  # fmt: skip
_TASKS = re.compile(rf"{PREFIX}(before|after)_([a-z_]+?)_tasks_file")
_MODULES = ("command", "shell", "ansible.builtin.command", "ansible.builtin.shell", "raw")
_INVENTORY = re.compile(
    r"(?:^|/)(?:hosts|inventory|inventories/.*|inventory/[^/]+|(?:production|staging)(?:\.ini)?|[\w-]+\.ini)$"
)
_HOST_LINE = re.compile(r"^(\S+?)((?:\s+\w+=\S+)*)\s*(?:#.*)?$")
_DEEPEST = 5


class _Variables:
    """Every variable of all files, the later one for what is said twice; WHERE keeps the place of each."""

    def __init__(self, findings: Findings, files: Mapping[str, str]) -> None:
        self.findings, self.files = findings, files
        self.known: dict[str, str] = {}
        self.said: list[tuple[Item, str]] = []
        self.users: list[str] = []

    def read(self, file: str) -> None:
        document = yaml.load(self.files[file])
        for table in yaml.tables(document):
            for one in table:
                self._variable(one, file)

    def _variable(self, one: Item, file: str) -> None:
        if isinstance(one.value, yaml.Scalar) and one.value.text:
            self.known.setdefault(one.key, one.value.text)
            self.findings.named.append((one.key, one.value.text))
        if one.key.startswith(PREFIX):
            self.said.append((one, file))
            self.findings.files.setdefault(file, "Ansistrano")
        if one.key in ("remote_user", "ansible_user", "ansible_ssh_user") and isinstance(one.value, yaml.Scalar):
            self.users.append(one.value.text or "")

    def resolved(self, text: str, depth: int = 0) -> str:
        """TEXT with what is known in the place of `{{ name }}`, else a hole."""
        if depth > _DEEPEST:
            return HOLE

        def one(found: re.Match[str]) -> str:
            name, _, more = found.group(1).partition("|")
            default = re.search(r"default\(\s*['\"]?([^'\"),]*)['\"]?", more)
            own = {f"{PREFIX}release_path.stdout": RELEASE, f"{PREFIX}shared_path.stdout": SHARED}
            path = own.get(name.strip()) or self.known.get(name.strip())
            fallback = default.group(1) if default else HOLE
            return self.resolved(path, depth + 1) if path else fallback

        return re.sub(r"\{\{\s*(.*?)\s*\}\}", one, text)


def read(findings: Findings, files: Mapping[str, str]) -> None:
    """What the variables say, wherever they stand."""
    named = sorted(
        (file for file in files if file.endswith((".yml", ".yaml")) and PREFIX in files[file]),
        key=lambda file: ("prod" not in file and "group_vars/all" not in file, file),
    )
    if not named:
        return
    variables = _Variables(findings, files)
    for file in named:
        variables.read(file)
    for one, file in variables.said:
        _tell(variables, one.key.removeprefix(PREFIX), one, Place(file, one.line))
    _tell_hosts(variables, [file for file in files if _INVENTORY.search(file)])


def _tell(variables: _Variables, name: str, one: Item, place: Place) -> None:
    findings, said = variables.findings, one.value
    if name in ("shared_paths", "shared_files"):
        _tell_shared(variables, said, place, directory=name == "shared_paths")
    elif _TASKS.fullmatch(one.key):
        _tell_tasks(variables, one, place)
    elif not isinstance(said, yaml.Scalar) or said.text is None:
        findings.skip(f"{one.key}:", place)
    elif name == "keep_releases":
        _tell_keep(variables, said.text, place)
    elif name == "git_repo":
        findings.repository(variables.resolved(said.text), place)
    elif name == "git_branch":
        findings.say("branch", variables.resolved(said.text), place)
    elif name == "deploy_to":
        findings.say("root", variables.resolved(said.text), place)
    elif name not in _KNOWN:
        findings.skip(f"{one.key}:", place)


def _tell_keep(variables: _Variables, said: str, place: Place) -> None:
    """Nothing of Ansistrano's 0, which keeps all, is taken over."""
    keep = variables.resolved(said)
    if keep == "0":
        variables.findings.skip("keep_releases is 0 here, which keeps all", place)
    else:
        variables.findings.keep(keep, place)


def _tell_shared(variables: _Variables, said: Any, place: Place, *, directory: bool) -> None:
    for one in said if isinstance(said, tuple) else [said]:
        if isinstance(one, yaml.Scalar) and one.text and not _is_list(variables, one.text):
            there = Place(place.file, one.line)
            variables.findings.share(variables.resolved(one.text), there, directory=directory)
        elif isinstance(one, list):  # `- path: storage` with `src` beside it
            paths = [
                item.value.text for item in one if item.key in ("path", "dest") and isinstance(item.value, yaml.Scalar)
            ]
            for path in paths:
                variables.findings.share(variables.resolved(path or HOLE), place, directory=directory)
        elif not (isinstance(one, yaml.Scalar) and one.text == ""):
            variables.findings.skip("a part of what is shared is computed", place)


def _is_list(variables: _Variables, text: str) -> bool:
    """True for a TEXT that stands for a list, as `{{ app_dirs }}` or `{{ a + b }}`: told where that is said."""
    return bool(re.fullmatch(r"\{\{.*\}\}", text)) and HOLE in variables.resolved(text)


def _tell_tasks(variables: _Variables, one: Item, place: Place) -> None:
    found = _TASKS.fullmatch(one.key)
    said = one.value.text if isinstance(one.value, yaml.Scalar) else ""
    if found and said:
        moment = f"{found[1]} {found[2]}"
        variables.findings.hook(moment, os.path.basename(said), _commands(variables, said), place)


def _commands(variables: _Variables, named: str) -> Iterator[str]:
    """What the tasks of the file run that is NAMED, where it lies beside the playbook."""
    end = "/".join(part for part in re.sub(r"\{\{.*?\}\}", "", named).split("/") if part not in ("", ".", ".."))
    beside = [file for file in variables.files if file == end or file.endswith(f"/{end}")]
    for file in beside[:1]:
        for table in yaml.tables(yaml.load(variables.files[file])):
            for item in table:
                if item.key in _MODULES:
                    yield from _ran(variables, item.value)


def _ran(variables: _Variables, said: Any) -> Iterator[str]:
    """One command, or those of a text over several lines; `cmd` where it is a table."""
    inner = next((one.value for one in said if one.key == "cmd"), None) if isinstance(said, list) else said
    if isinstance(inner, yaml.Scalar) and inner.text:
        yield from (variables.resolved(line) for line in inner.text.split("\n"))


def _tell_hosts(variables: _Variables, inventories: list[str]) -> None:
    """The hosts of INVENTORIES, which are lines of INI, and of tables of YAML that name hosts."""
    root = variables.findings.single.get("root")
    if root is None:
        return
    for file in inventories:
        section = ""
        for number, line in enumerate(variables.files[file].split("\n"), 1):
            section = line.strip("[] \r") if line.startswith("[") else section
            found = _HOST_LINE.match(line.strip()) if not line.startswith(("[", "#", ";", "-")) else None
            if found and not section.endswith((":vars", ":children")):
                options = dict(one.split("=", 1) for one in found.group(2).split())
                _host(variables, found.group(1), options, section, Place(file, number))
    for file, text in variables.files.items():
        if file.endswith((".yml", ".yaml")) and "hosts:" in text:
            _hosts_of_yaml(variables, file)


def _hosts_of_yaml(variables: _Variables, file: str) -> None:
    """`hosts:` with a table below it is an inventory's; a playbook names a group there."""
    for table in yaml.tables(yaml.load(variables.files[file])):
        for one in (item for key in table if key.key == "hosts" for item in yaml.items(key.value)):
            said = yaml.plain(one.value)
            known = said.items() if isinstance(said, dict) else ()
            options = {key: value for key, value in known if isinstance(value, str)}
            _host(variables, one.key, options, "", Place(file, one.line))


def _host(variables: _Variables, name: str, options: Mapping[str, str], section: str, place: Place) -> None:
    host = options.get("ansible_host") or options.get("ansible_ssh_host") or name
    root = variables.findings.single["root"].text
    if not re.fullmatch(r"[\w.-]+", host):
        return
    user = options.get("ansible_user") or options.get("ansible_ssh_user") or next(filter(None, variables.users), "")
    short = name.partition(".")[0] if host == name else name
    address = f"{user}@{host}" if user else host
    variables.findings.host(Host(f"{section}-{short}" if section else short, address, root, place))
