"""Holdfast, from this checkout, by its command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from peers.tool import ROOT, Tool


class Holdfast(Tool):
    title = "Holdfast"
    how = "this checkout"
    names_by_second = False

    @classmethod
    def version(cls) -> str:
        import holdfast

        return holdfast.__version__

    def words(self, act: str) -> list[str]:
        command = [sys.executable, "-m", "holdfast", act, "--site", self.site, "--yes"]
        sources = {"deploy": ["--source", self.repository], "rollback": []}
        return [*command, *sources[act]] if act in sources else []

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": os.path.join(ROOT, "src")}

    def start(self, act: str, more: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        self.configure()
        return super().start(act, more)

    def configure(self) -> None:
        """`holdfast.toml` says what the scenario asks for; JSON's strings and lists are TOML's too."""
        chosen = self.settings
        asked = {
            "shared": ("paths", [*(f"{path}/" for path in chosen.directories), *chosen.files]),
            "build": ("commands", [chosen.build] if chosen.build else []),
            "hooks": ("after_activation", [chosen.check] if chosen.check else []),
        }
        lines = [
            f"keep = {chosen.keep - 1}",
            *(f"[{table}]\n{key} = {json.dumps(of)}" for table, (key, of) in asked.items() if of),
        ]
        with open(os.path.join(self.control, "holdfast.toml"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
