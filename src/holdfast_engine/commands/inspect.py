"""A source's commit and its settings, in the version to be deployed."""

from __future__ import annotations

import os
from contextlib import closing
from typing import Any

from holdfast_engine.checks.checklist import require_acceptable
from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.operations.source_cache import looked_into, own_cache
from holdfast_engine.sources import TreeSource, open_source


def inspect(request: Request, _tell: Listener, _ask: Ask) -> dict[str, Any]:
    """The source's commit and the text of its `holdfast.toml`, in the version to be deployed.

    What is fetched for a deploy is kept in the site's cache, for everything else it is not.
    """
    if request.source is None:
        raise Problem("source-unset", "no source is given", hint="name one with `--source PATH-OR-URL`")
    require_acceptable(request.accept)
    own = own_cache(request.site)
    if request.intent == "deploy" and own and os.access(own, os.W_OK):
        with closing(open_source(request.source, own)) as source:
            return _inspected(source)
    return looked_into(request, request.source, _inspected)


def _inspected(source: TreeSource) -> dict[str, Any]:
    settings = source.settings_file()
    return {**source.describe(), "settings": settings.decode("utf-8", "replace") if settings is not None else None}
