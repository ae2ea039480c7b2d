"""The README as an index of packages shows it, where a link that is relative leads nowhere."""

from __future__ import annotations

import os
import re
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_PICTURES = (re.compile(r"(!\[[^\]]*\]\()([^)\s]+)"), re.compile(r"(\bsrc=\")([^\"]+)"))
_LINKS = (re.compile(r"(\]\()([^)\s]+)"), re.compile(r"(\bhref=\")([^\"]+)"), re.compile(r"(?m)^(\[[^\]]+\]: )(\S+)"))


class CustomMetadataHook(MetadataHookInterface):
    """Called by hatchling for each wheel and source archive."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Give METADATA the text of the README of its version."""
        with open(os.path.join(self.root, "README.md"), encoding="utf-8") as file:
            text = absolute(file.read(), metadata["urls"]["Source"], metadata["version"])
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def absolute(text: str, source: str, version: str) -> str:
    """TEXT with every picture and every link of the repository led to that VERSION of it at SOURCE."""
    for pattern in _PICTURES:
        text = pattern.sub(lambda found: _led(found, f"{source}/raw/v{version}/"), text)
    for pattern in _LINKS:
        text = pattern.sub(lambda found: _led(found, f"{source}/blob/v{version}/"), text)
    return text


def _led(found: re.Match[str], top: str) -> str:
    """What was FOUND below TOP, where it is neither an address nor a place on the page itself."""
    leads_somewhere = re.match(r"[a-z]+:|#", found[2])
    return found[0] if leads_somewhere else f"{found[1]}{top}{found[2]}"
