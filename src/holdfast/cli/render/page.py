"""The page for a command's result, by its name."""

from __future__ import annotations

from holdfast.cli.render.pages import PAGES
from holdfast.cli.render.words import Lines, Result


def page(name: str, result: Result) -> Lines:
    """The lines for the result of the command NAME."""
    if name in PAGES:
        return PAGES[name](result)
    if name == "plan" and result.get("command") == "adopt":
        from holdfast.cli.render.adoption import adoption

        return adoption(result)
    from holdfast.cli.render.about import ABOUT
    from holdfast.cli.render.changes import CHANGES

    return {**CHANGES, **ABOUT}[name](result)
