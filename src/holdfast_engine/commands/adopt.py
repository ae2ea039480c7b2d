"""Turn what is live in a plain directory, or in another tool's layout, into a Holdfast site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from holdfast_engine.model.event import Ask, Listener
from holdfast_engine.model.request import Request
from holdfast_engine.operations.adopt_plan import token_of
from holdfast_engine.operations.adopt_question import layer_of, question_of
from holdfast_engine.operations.adoptable import is_managed
from holdfast_engine.operations.agree import Asking, Proposal
from holdfast_engine.operations.deployable import make_site_directory
from holdfast_engine.operations.open import changing
from holdfast_engine.operations.takeover import adopted, take_over
from holdfast_engine.persistence.report import Report


def adopt(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """What was live goes on being served at the same paths, now as the first release of a site; nothing is copied.

    A plain directory: each entry is exchanged with a link to it in `releases/`, so there is
    no moment without it, and the links stay, so that the web server's document root need not
    change at once. One that is to stay a document root, and have its site elsewhere: the same, and
    the links are kept in step from then on. Another tool's layout: its releases are registered as
    they are. Adopted releases are never pruned: nothing proves what they shipped.
    """
    request = replace(request, site=request.site or request.path)
    if request.only_plan:
        return question_of(request, tell)

    def look() -> Proposal[dict[str, Any]]:
        question = question_of(request, tell)
        return Proposal(question, question, token_of(question))

    question = Asking(tell, ask, request.yes, "the adoption").agree(look)
    layer = layer_of(question)
    if layer.public_html:
        make_site_directory(request.site)
    with changing(request, tell, manage=True) as site:
        # what a crash left was finished on the way here: a second adoption of the links it made would be one too many
        if is_managed(site.root):
            return adopted(site, layer, Report(), [])
        if question["steps"]:
            return take_over(site, layer)
    return adopt(request, tell, ask)  # what was cut short is undone: it is planned anew (G8)
