"""The old place of an adopted site, as long as a web server may hand out what Holdfast keeps there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from shlex import quote

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.checks.old_document_root import is_doorway
from holdfast_engine.model.exposure import is_document_root, is_flat, leave, place_beside, served
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.plan import REFUSE, WARN, Check
from holdfast_engine.model.words import named

NAME = "exposure"
"""The check's name."""


def exposure(subject: CheckInput) -> Iterator[Check]:
    """Whether `shared/` lies in what is served, by a plain look at the tree: told only where the application's own
    directory was served before its adoption, and the links that an adoption leaves are still there.

    Refused where the site's directory has the name of a document root: then nobody has to guess.
    """
    if not (is_flat(subject.web_root) and is_doorway(subject)):
        return
    site, told = subject.root.path, named([f"/{path}" for path in _answering(subject)])
    place = served(site, subject.web_root)
    if any(map(is_document_root, {site, os.path.realpath(site)})):
        why = f"`{site}` has the name of a document root, so a web server serves {told}"
        yield Check(NAME, REFUSE, why, _move(site, subject.web_root))
        return
    why = f"while the web server's document root is `{site}` itself, visitors can read {told}"
    rid = f"`find {quote(site)} -maxdepth 1 -type l -lname 'current/*' -delete` removes the old links"
    yield Check(NAME, WARN, why, f"point the web server at `{place}`; then {rid}")


def _answering(subject: CheckInput) -> list[str]:
    """What answers there: shared files, as `.env`, a configuration or a database; else the places where data lies."""
    found = (subject.layout.in_shared(one.path) for one in subject.shared if one.kind == FILE)
    secrets = [path for path in found if subject.root.kind(path) == FILE]
    return [*secrets] or [f"{subject.layout.shared}/", f"{Layout.releases}/"]


def _move(site: str, web_root: str) -> str:
    place = place_beside(site)
    point = f"ln -s {quote(served(place, web_root))} {quote(site)}"
    return f"`{leave(site, place)} && {point}`; then name the site with `--site {quote(place)}`"
