"""What a recipe of Capistrano or Mina sets in the end: lists, hosts, tasks, and when they run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from holdfast.imports.findings import HOLE, RELEASE, SHARED, Findings, Host, Place, texts
from holdfast.imports.values import UNKNOWN, text_of
from holdfast_engine.model.values import dataclass

_DIRECTORIES = ("linked_dirs", "shared_dirs", "shared_children")
_FILES = ("linked_files", "shared_files", "shared_paths")
_WRITABLE = ("file_permissions_paths", "writable_dirs")
LISTS = (*_DIRECTORIES, *_FILES, *_WRITABLE)
_CHILDREN_OF_2 = ("public/system", "log", "tmp/pids")
"""What Capistrano 2 links where nothing else is said."""
OF_THE_TOOL = re.compile(
    r"application|scm|format.*|log_level|pty|stages|default_stage|stage|ssh_options|use_sudo|deploy_via|tmp_dir|user|port"
    r"|domain|deploy_to|repo_url|repository|branch|revision|keep_releases|rbenv_.*|rvm_.*|chruby_.*|term_mode|forward_agent"
    r"|normalize_asset_timestamps|copy_.*|git_.*|local_user|default_run_options|conditionally_migrate|execution_mode"
    r"|bundle_.*|passenger_.*|puma_.*|unicorn_.*|sidekiq_.*|keep_assets|assets_.*|repo_tree|password|.*_roles?|current_dir.*"
)


@dataclass
class Task:
    """A task, or the block of a hook: what it runs, and where it stands."""

    name: str
    place: Place
    ran: list[str] = field(default_factory=list)
    linked: bool = False


@dataclass
class Hooked:
    """TASK (its name, or its own block) runs at a MOMENT."""

    moment: str
    task: Task | str
    place: Place


class Recipe:
    """The files of one stage, read one after the other: what one sets holds in the next."""

    def __init__(self, findings: Findings, stage: str) -> None:
        self.findings, self.stage = findings, stage
        self.names: dict[str, Any] = {"stage": stage} if stage else {}
        self.said: dict[str, Place] = {}
        self.members: dict[str, list[tuple[Any, Place]]] = {}
        self.hosts: list[tuple[str, Mapping[str, Any], Place]] = []
        self.tasks: dict[str, Task] = {}
        self.hooks: list[Hooked] = []
        self.mina = False
        self.calls = {
            "fetch": self._fetch,
            "release_path": lambda _: RELEASE,
            "current_path": lambda _: RELEASE,
            "latest_release": lambda _: RELEASE,
            "current_release": lambda _: RELEASE,
            "shared_path": lambda _: SHARED,
        }

    def _fetch(self, given: list[Any]) -> Any:
        name = text_of(given[0]) if given else ""
        if name in ("shared_path", "release_path", "current_path"):
            return SHARED if name == "shared_path" else RELEASE
        return self.names.get(name, given[1] if len(given) > 1 else UNKNOWN)

    def set(self, name: str, value: Any, place: Place) -> None:
        if isinstance(value, str) and HOLE not in value:
            self.findings.named.append((name, value))
        if value is UNKNOWN and name in LISTS:  # what was there may be there still
            before = self.names.get(name)
            value = [*(before if isinstance(before, list) else ()), UNKNOWN]
        self.names[name] = value
        self.said[name] = place
        if name in LISTS:
            self.members[name] = [*self._known_members(name, value), *self._fresh_members(name, value, place)]
        elif not OF_THE_TOOL.fullmatch(name):
            self.findings.skip(f"set :{name}", place)

    def _known_members(self, name: str, value: Any) -> list[tuple[Any, Place]]:
        there = texts(value)
        return [(one, place) for one, place in self.members.get(name, ()) if one in there]

    def _fresh_members(self, name: str, value: Any, place: Place) -> list[tuple[Any, Place]]:
        before = [one for one, _ in self.members.get(name, ())]
        return [(one, place) for one in texts(value) if one is None or one not in before]

    def end(self) -> None:
        """What was set at the end of all files is what holds."""
        for name in LISTS:
            for path, place in self._of_list(name):
                self._member(name, path, place)
        self._single()
        for hosts in self.hosts:
            self._host(*hosts)
        if self.mina and isinstance(self.names.get("domain"), str):
            self._host(self.names["domain"], {}, self.said["domain"])
        for hook in self.hooks:
            self._hook(hook)

    def _of_list(self, name: str) -> list[tuple[Any, Place]]:
        of_2 = name == "shared_children" and "repository" in self.said and not self.mina and name not in self.said
        if not of_2 or {"linked_dirs", "repo_url"} & self.said.keys():
            return self.members.get(name, [])
        return [(path, self.said["repository"]) for path in _CHILDREN_OF_2]

    def _member(self, name: str, path: str | None, place: Place) -> None:
        if path is None:
            self.findings.skip_once(f"a part of {name} is computed", place)
        elif name in _WRITABLE:
            self.findings.may_be_written(path, place)
        else:
            self.findings.share(path, place, directory=name in _DIRECTORIES)

    def _single(self) -> None:
        for name in ("repo_url", "repository"):
            if name in self.said:
                self.findings.repository(text_of(self.names[name]), self.said[name])
        for name in ("branch", "revision"):
            if name in self.said:
                self.findings.say("branch", text_of(self.names[name]), self.said[name], self._staged())
        if "keep_releases" in self.said:
            self.findings.keep(self.names["keep_releases"], self.said["keep_releases"])
        if "deploy_to" in self.said and not self.hosts:
            self.findings.say("root", text_of(self.names["deploy_to"]), self.said["deploy_to"])

    def _staged(self) -> str:
        return f"of {self.stage}" if self.stage else ""

    def _host(self, said: str, options: Mapping[str, Any], place: Place) -> None:
        user, _, bare = said.rpartition("@")
        who = next(
            (one for one in (options.get("user"), user, self.names.get("user")) if isinstance(one, str) and one), ""
        )
        name, _, port = bare.partition(":")
        port = port or text_of(options.get("port"))
        if port and port != "22":
            self.findings.skip(f"port {port} of {name}: it belongs in ~/.ssh/config", place)
        address, root = f"{who}@{name}" if who else name, text_of(self.names.get("deploy_to", UNKNOWN))
        self.findings.host(Host(self.stage or name.partition(".")[0], address, root, place))

    def _hook(self, hook: Hooked) -> None:
        task = hook.task if isinstance(hook.task, Task) else self._task(hook.task, hook.moment)
        if task is None or task.ran or not task.linked:
            name = hook.task.name if isinstance(hook.task, Task) else hook.task
            self.findings.hook(hook.moment, name, task.ran if task else (), hook.place)

    def _task(self, name: str, moment: str) -> Task | None:
        """The task called NAME, as it is found from where it is named."""
        above = moment.rpartition(" ")[2].rpartition(":")[0]
        named = (name, f"{above}:{name}", f"deploy:{name}")
        return next((self.tasks[one] for one in named if one in self.tasks), None)
