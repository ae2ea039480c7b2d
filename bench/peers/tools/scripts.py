"""A deploy script as people write them, and the steps of two tools that cannot be had here, as scripts of ours."""

from __future__ import annotations

import os
import shutil

from peers.tool import CONFIGS, INSTALLED, Tool


class Script(Tool):
    name: str
    unlocks = False

    @classmethod
    def missing(cls) -> str:
        found = shutil.which("rsync") or os.path.exists(os.path.join(INSTALLED, "bin", "rsync"))
        return "" if found else "rsync is not here"

    def words(self, act: str) -> list[str]:
        if act == "unlock" and not self.unlocks:
            return []
        return ["bash", os.path.join(CONFIGS, "scripts", f"{self.name}.sh"), act]

    def set_up(self) -> None:
        os.makedirs(self.site, exist_ok=True)


class Bash(Script):
    title = "by hand"
    how = "the script that many write: clone, `rsync`, `rm -rf` and `ln -s`, `ln -sfn`, `ls -t`"
    name = "bash"
    makes_directories = False


class Deployer(Script):
    title = "Deployer's steps"
    how = "not to be had from the registries used; its steps on the host, as a script of ours"
    name = "deployer"
    names_by_second = False
    unlocks = True


class Ansistrano(Script):
    title = "Ansistrano's steps"
    how = "not to be had from the registries used; its steps on the host, as a script of ours"
    name = "ansistrano"
