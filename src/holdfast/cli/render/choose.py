"""Which renderer a run gets."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from holdfast.cli.render.view import Manner, View, is_terminal


def choose(manner: Manner) -> View:
    """The renderer for MANNER and for what stdout and stderr are."""
    from holdfast.cli.render.page import page

    if manner.json:
        from holdfast.cli.render.json import JsonView

        return JsonView(manner, page)
    if manner.color == "always" or (manner.color == "auto" and _may_color() and _has_terminal()):
        with suppress(ImportError):  # one file for older Pythons brings no colours
            from holdfast.cli.render.rich import RichView

            return RichView(manner, page)
    from holdfast.cli.render.plain import PlainView

    return PlainView(manner, page)


def _may_color() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _has_terminal() -> bool:
    return any(is_terminal(stream) for stream in (sys.stdout, sys.stderr))
