"""What a deploy is about to write into its release, known by name until a baseline tells more of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field

from holdfast_engine.fs import durable
from holdfast_engine.fs.discard import drop_scratch
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import Listed, Listing
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.format import DAMAGE


@dataclass(frozen=True)
class Shipping:
    """The NAMES that the source ships, and the framework's own LINKS: where, and to what in the release."""

    names: Mapping[str, Listed] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


def _name(release: str) -> str:
    return f"own-ships-{release}"


def announce(root: Root, release: str, listing: Listing, links: Mapping[str, str]) -> None:
    """On disk before the first of them is written: what a crash leaves of them is known for ours."""
    names = {path: [one.kind, one.size] for path, one in listing.entries.items()}
    durable.write_scratch(root, _name(release), json.dumps({"names": names, "links": dict(links)}).encode())


def announced(root: Root, release: str) -> Shipping:
    """What was announced; nothing where nothing is known of it."""
    content = root.read(Layout.scratch / _name(release)) or b"{}"
    try:
        value = json.loads(content)
        return Shipping({path: Listed(*row) for path, row in value["names"].items()}, dict(value["links"]))
    except DAMAGE:
        return Shipping()


def forget(root: Root, release: str) -> None:
    """The baseline tells more of the release now."""
    drop_scratch(root, _name(release))
