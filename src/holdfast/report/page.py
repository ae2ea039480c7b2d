"""The whole page, in one file: style, script and data stand in it, and nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from importlib.resources import files
from string import Template
from typing import Any

from holdfast import __version__
from holdfast.report import attic, points, releases, site_map, standing, timeline
from holdfast.report.markup import MARK, Html, element, joined, text
from holdfast.report.words import moment
from holdfast_engine.model.problem import unknown_format

Found = dict[str, Any]
FORMAT = 1
"""The version of the engine's answer that is understood here."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_SECTIONS: tuple[tuple[str, str, Callable[[Found], Html]], ...] = (
    ("todo", "To do", points.points),
    ("map-of-the-site", "Map", site_map.site_map),
    ("time-line", "Time line", timeline.timeline),
    ("releases", "Releases", releases.releases),
    ("attic", "Attic", attic.attic),
)


def page(found: Found) -> str:
    """The page for what the engine has FOUND of a site; `format-unknown` for what another engine says."""
    if found["format"] != FORMAT:
        raise unknown_format("the answer to `report`", f"it has format {found['format']}")
    script = _file("page.js")
    return Template(_file("page.html")).substitute(
        mark=MARK,
        title=text(f"{standing.name_of(found)}: {standing.standing(found).comes}"),
        policy=_policy(script),
        style=_file("page.css"),
        head=_head(found),
        sections=joined(*(_section(*one, found) for one in _SECTIONS)),
        foot=_foot(found),
        data=site_map.data(found),
        script=script,
    )


def _policy(script: str) -> str:
    """What a browser may do with the page: run the one script that stands in it, and fetch nothing from anywhere."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"{_POLICY}; script-src 'sha256-{digest}'"


def _head(found: Found) -> Html:
    links = (element("a", title, href=f"#{key}") for key, title, _ in _SECTIONS)
    above = element("p", "Holdfast report, ", moment(found["at"]), class_="above")
    name = element("h1", standing.name_of(found))
    return element("header", above, name, standing.head(found), element("nav", links, aria_label="Parts of the page"))


def _section(key: str, title: str, made: Callable[[Found], Html], found: Found) -> Html:
    return element("section", element("h2", title), made(found), id=key, aria_label=title)


def _foot(found: Found) -> Html:
    where = joined("The site is ", element("code", found["site"]), f". Written by Holdfast {__version__}.")
    care = "It has names of files and no content: keep it where only those who manage the site can read it."
    return element("footer", element("p", where), element("p", care))


def _file(name: str) -> str:
    return files("holdfast.report").joinpath(name).read_text("utf-8")
