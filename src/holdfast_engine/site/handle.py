"""One site as a command sees it: the open root, what was asked, who listens, how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from typing import Any

from holdfast_engine.fs.root import Root
from holdfast_engine.model.event import Event, Listener
from holdfast_engine.model.memory import DATA_MEMORY, SHARED_IDENTITY
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.request import Request, Settings
from holdfast_engine.model.values import dataclass
from holdfast_engine.site import survey as surveys
from holdfast_engine.site.links import Links
from holdfast_engine.site.mounts import unmounted
from holdfast_engine.site.survey import Survey

_AWAY = "away"


@dataclass
class Site:
    """One command's view of one site. SURVEY is looked up anew by `refresh`; MADE keeps what is made of files that do
    not change, so that it is made once. FINISHED are the operations that a crash had left, with what became of them;
    DOWN says what a person must type where an application that was stopped could not be started again. IS_LEFT is true
    once this is no site any more. REQUIRE_OURS raises where the lock is lost.
    """

    root: Root
    request: Request
    tell: Listener
    survey: Survey
    made: dict[Any, Any] = field(default_factory=dict)
    finished: tuple[tuple[str, str], ...] = ()
    require_ours: Callable[[], None] = lambda: None
    down: tuple[str, ...] = ()
    is_left: bool = False

    @property
    def links(self) -> Links:
        return Links(self.root, self.survey.layout, tuple(map(RelPath, self.away)))

    @property
    def away(self) -> dict[str, int]:
        """What was mounted in `shared/`, with its number of files, and is not, as it was at the last survey; nothing
        where a person accepts that.
        """
        if _AWAY not in self.made:
            accepted = {DATA_MEMORY, SHARED_IDENTITY} & set(self.request.accept)
            self.made[_AWAY] = {} if accepted else unmounted(self.root, self.survey.layout, self.survey.site.identity)
        found: dict[str, int] = self.made[_AWAY]
        return found

    def refresh(self) -> Survey:
        self.survey = surveys.survey(self.root)
        self.made.pop(_AWAY, None)
        return self.survey

    def notice(self, name: str, text: str, **data: object) -> None:
        self.tell(Event("noticed", name, text, data=dict(data)))


def as_deployed(request: Request, survey: Survey) -> Request:
    """REQUEST with the settings of the version that is live, below those that were given with the command."""
    if request.said is None or survey.active is None or not survey.active.settings:
        return request
    given = {name: getattr(request.settings, name) for name in request.said}
    return replace(request, settings=replace(Settings.from_json(survey.active.settings), **given))
