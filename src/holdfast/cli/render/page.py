"""The page for a command's result, by its name."""

from __future__ import annotations

from holdfast.cli.render.pages import PAGES, detect
from holdfast.cli.render.words import Lines, Result


def page(name: str, result: Result, *, every: bool = False) -> Lines:
    """The lines for the result of the command NAME; where it names the first of many alone, EVERY one if asked."""
    if name == "detect":
        return detect(result, every=every)
    if name in PAGES:
        return PAGES[name](result)
    if name == "plan":
        return _plan(result, every=every)
    from holdfast.cli.render.about import ABOUT
    from holdfast.cli.render.changes import CHANGES, outcome

    found = {**CHANGES, **ABOUT}[name]
    return outcome(result, every=every) if found is outcome else found(result)


def _plan(result: Result, *, every: bool) -> Lines:
    if result.get("command") == "adopt":
        from holdfast.cli.render.adoption import adoption

        return adoption(result)
    from holdfast.cli.render.plans import plan

    return plan(result, every=every)
