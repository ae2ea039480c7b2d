"""Shipit with its plugin for shared paths, from npm; its ssh commands are answered by a stand-in on this host."""

from __future__ import annotations

import json
import os

from peers.tool import INSTALLED, Tool

MODULES = os.path.join(INSTALLED, "npm", "node_modules")


class Shipit(Tool):
    title = "Shipit"
    how = "from npm; a stand-in for ssh; shipit-shared with `overwrite: true`"
    config = "shipit"

    def __init__(self, *, control: str, repository: str, site: str) -> None:
        super().__init__(control=control, repository=repository, site=site)
        os.symlink(MODULES, os.path.join(control, "node_modules"))

    @classmethod
    def missing(cls) -> str:
        return "" if os.path.isdir(os.path.join(MODULES, "shipit-deploy")) else "npm had no shipit-deploy"

    @classmethod
    def version(cls) -> str:
        with open(os.path.join(MODULES, "shipit-deploy", "package.json"), encoding="utf-8") as file:
            return str(json.load(file)["version"])

    def words(self, act: str) -> list[str]:
        shipit = os.path.join(MODULES, ".bin", "shipit")
        return [shipit, "production", act] if act in ("deploy", "rollback") else []
