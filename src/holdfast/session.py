"""One conversation with the engine: settings are gathered, the request is made, the answer is returned.

May import `config`, `errors` and the engine. Reads the clock and the host's name, which the
engine is given; writes nothing but what is fetched, into a directory that is gone afterwards.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from shlex import quote
from typing import Any

from holdfast.config.layers import Resolved, load_settings
from holdfast.config.places import absolute
from holdfast.config.text import NAME, Text, find_text, read_text
from holdfast_engine.model.event import Event
from holdfast_engine.model.exposure import is_document_root, take_out
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request, Settings, Source
from holdfast_engine.model.values import dataclass

Ask = Callable[[dict[str, Any]], bool]


def perform(request: Request, *, tell: Callable[[Event], None], ask: Ask) -> dict[str, Any]:
    """What the engine answers to REQUEST; the one place that knows where the engine runs."""
    from holdfast_engine.commands import perform as engine

    return engine(request, tell=tell, ask=ask)


def _unheard(_event: Event) -> None:
    """For who wants the answer alone."""


def _never(_plan: dict[str, Any]) -> bool:
    return False


@dataclass(frozen=True)
class Session:
    """What every request of one run shares. DIRECTORY is where the person stands, FILE the settings' file that was
    named; else the nearest one upward counts.
    """

    directory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    tell: Callable[[Event], None] = _unheard
    ask: Ask = _never
    yes: bool = False
    only_plan: bool = False
    file: str = ""

    def site(self, flags: Mapping[str, Any]) -> str:
        """The deploy root that is meant; raises `site-missing` where nothing says which."""
        return self._site(self._resolved(flags))

    def settings(self, flags: Mapping[str, Any]) -> dict[str, Any]:
        """Every setting with its value and its origin, as a deploy of the same source would take them."""
        from holdfast.config.origins import told
        from holdfast.config.source import find_source

        known = self._resolved(flags)
        if known.location is None:
            return told(known)
        source = find_source(known)
        if not os.path.isdir(source.location):  # on another host: looked at by `plan`, which may use a network
            return told(known, unread=source.location)
        found = self._inspected(source, known.settings())
        return told(self._resolved(flags, _of_commit(source, found)))

    def _inspected(self, source: Source, settings: Settings) -> dict[str, Any]:
        from holdfast_engine.sources import room_for

        with room_for(source) as cache:
            near = _site_above(self.directory)  # its mirror spares reading the repository once more
            return self._perform("inspect", near, settings, source=source, intent="plan", cache=cache)

    def ask_site(self, command: str, flags: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """The engine's answer on the site that flags, environment, file or directory name.

        What none of them says is as the version that is live was deployed.
        """
        resolved = self._resolved(flags)
        return self._perform(command, self._site(resolved), resolved.settings(), said=resolved.said(), **more)

    def ask_with_source(self, command: str, flags: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """As `ask_site`, with the source, whose own `holdfast.toml` speaks in the version that is deployed."""
        from holdfast.config.source import find_source
        from holdfast_engine.sources import room_for

        known = self._resolved(flags)
        source, site = find_source(known), self._site(known)
        with room_for(source) as cache:  # what is fetched for the first question serves the second
            known_settings = known.settings()
            found = self._perform("inspect", site, known_settings, source=source, intent=command, cache=cache, **more)
            resolved = self._resolved(flags, _of_commit(source, found))
            pinned = replace(source, commit=found.get("commit") or "", sha256=found.get("sha256") or source.sha256)
            said = {"settings_from": list(resolved.origins())}
            session = replace(self, ask=lambda plan: self.ask({**plan, **said}))
            more = {**more, "source": pinned, "cache": cache}
            answer = Session._perform(session, command, site, resolved.settings(), **more)
            return {**answer, **said} if command == "plan" else answer

    def detect(self, directory: str) -> dict[str, Any]:
        """What the engine makes of the application in DIRECTORY, which needs to be no site.

        The file that counts is found upward from DIRECTORY: that of another application says nothing of this one.
        """
        top = self._directory(directory)
        beside = find_text(top)
        settings = load_settings([beside] if beside else [], self.environment, {}).settings()
        return self._perform("detect", "", settings, path=top)

    def explain(self, path: str, flags: Mapping[str, Any]) -> dict[str, Any]:
        """Why PATH has its care: at the site that is meant, else in the application here."""
        resolved = self._resolved(flags)
        top = self._directory(resolved.get("site.root") or _site_above(self.directory) or ".")
        settings = self._resolved(flags, _within(top)).settings()
        return self._perform("explain", top, settings, path=path, release=top)

    def ask_link(self, release: str, shared: str, *, accept: tuple[str, ...] = ()) -> dict[str, Any]:
        """The persistence step alone, with the settings that came with RELEASE."""
        here = self._here(release)
        resolved = self._resolved({}, _within(here))
        # Not normalised: `X/current/../shared` is `releases/shared` to the kernel, and the engine has to see that.
        below = self._here(shared)
        meant = {"release": here, "path": below, "accept": accept}
        return self._perform("link", os.path.dirname(below.rstrip("/")), resolved.settings(), **meant)

    def ask_adopt(
        self, directory: str, flags: Mapping[str, Any], *, was: tuple[str, ...] = (), accept: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The directory becomes a site in place; or, where another one is named as the site, that is made of what is
        live in it, and the directory stays the document root. WAS are the versions that were shipped to it.
        """
        top = self._directory(directory)
        live = os.path.join(top, "current")
        resolved = self._resolved(flags, _within(live) or _within(top))
        more = {"path": top, "was": self._versions(was, resolved, (live, top)), "accept": accept}
        return self._perform("adopt", self._site_of(top, flags, resolved), resolved.settings(), **more)

    def _site_of(self, top: str, flags: Mapping[str, Any], resolved: Resolved) -> str:
        """Where the site is to lie that is adopted from TOP: there, or, for a document root, where somebody says. Any
        other directory that is named beside TOP is a misunderstanding.
        """
        root, real = str(resolved.get("site.public_html") or ""), os.path.realpath(top)
        declared = bool(root) and os.path.realpath(root) == real
        named = flags.get("site.root")
        site = absolute(named, self.directory) if named else str(resolved.get("site.root") or "")
        if not site or os.path.realpath(site) == real:
            return top
        if declared or (named and is_document_root(top)):
            return site
        if not named:
            return top
        raise Problem(
            "usage",
            f"a site is adopted in place, but `{top}` and `--site {named}` are two directories",
            context=[f"`[site] public_html` names a document root that stays; its site is at `{site}`"],
            state="nothing was changed",
            hint=f"`holdfast adopt {top}`, or `{take_out(top, site)}` for a document root",
        )

    def ask_baseline(
        self, release: str, flags: Mapping[str, Any], *, was: tuple[str, ...], accept: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The versions WAS were shipped to a release that Holdfast did not deploy itself."""
        resolved = self._resolved(flags)
        site = self._site(resolved)
        found = self._versions(was, resolved, (os.path.join(site, "current"),))
        said = resolved.said()
        more = {"release": release, "was": found, "accept": accept}
        return self._perform("baseline", site, resolved.settings(), said=said, **more)

    def _versions(self, texts: tuple[str, ...], resolved: Resolved, places: tuple[str, ...]) -> tuple[Source, ...]:
        """The sources that TEXTS mean, a ref being one of the configured repository, or of the checkout at one of
        PLACES.
        """
        from holdfast.config.source import version

        return tuple(version(text, self.directory, resolved, places) for text in texts)

    def ask_review(self, verb: str, words: tuple[str, ...], flags: Mapping[str, Any]) -> dict[str, Any]:
        """A person's decision on what looks like code: it holds in the site, and stands in the holdfast.toml that
        governs it, where one does; the plan that is asked about names that file.
        """
        from holdfast.config.governing import foreseen, governing, write

        resolved = self._resolved(flags)
        site, nearest = self._site(resolved), self._named() if self.file else find_text(self.directory)

        def file_for(told: Mapping[str, Any]) -> str:
            return governing(site, nearest, named=bool(self.file), source=told.get("source") or {})

        def with_note(plan: dict[str, Any]) -> dict[str, Any]:
            note = foreseen(file_for(plan), plan).note
            return {**plan, "notes": [*plan["notes"], *([note] if note else [])]}

        asking = replace(self, ask=lambda plan: self.ask(with_note(plan)))
        about = {"said": resolved.said(), "intent": verb, "words": words}
        answer = Session._perform(asking, "review", site, resolved.settings(), **about)
        if self.only_plan:
            return with_note(answer)
        written = write(file_for(answer), answer)
        notes = [*answer["notes"], *([written.note] if written.note else [])]
        return {**answer, "written": written.path, "notes": notes}

    def ask_undo(self, directory: str | None, flags: Mapping[str, Any]) -> dict[str, Any]:
        """The site in DIRECTORY, else the one that is meant, is what it was before its adoption. Where FLAGS name one,
        DIRECTORY is the document root that it came from, as it was typed then.
        """
        top = self._directory(directory) if directory is not None else ""
        if top and not flags.get("site.root"):
            return self.ask_site("leave", {**flags, "site.root": top}, words=("undo",))
        return self.ask_site("leave", flags, words=("undo",), path=top)

    def _here(self, text: str) -> str:
        """TEXT from where the person stands, spelled as it is."""
        absolute(text, self.directory)
        return os.path.join(self.directory, text)

    def _directory(self, text: str) -> str:
        top = absolute(text, self.directory)
        if os.path.isdir(top):
            return top
        if os.path.isfile(top):
            hint = f"a new version in a file is deployed: `holdfast deploy --site DIR --source {quote(text)}`"
            raise Problem("path-missing", f"`{top}` is a file, and no directory", hint=hint)
        raise Problem("path-missing", f"there is no directory `{top}`", hint="check the spelling of the path")

    def _resolved(self, flags: Mapping[str, Any], beside: Text | None = None) -> Resolved:
        """BESIDE came with the code; the file found upward from here wins where both speak."""
        texts = (beside, self._named() if self.file else find_text(self.directory))
        return load_settings([text for text in texts if text], self.environment, flags)

    def _named(self) -> Text:
        path = absolute(self.file, self.directory, what="`--config`")
        try:
            return read_text(path)
        except OSError as error:
            raise Problem(
                "path-missing", f"the settings in `{path}` cannot be read: {error.strerror}", hint="check `--config`"
            ) from error

    def _site(self, resolved: Resolved) -> str:
        site = str(resolved.get("site.root") or _site_above(self.directory))
        if site:
            return site
        raise Problem(
            "site-missing",
            "no site given",
            context=(f"no `--site`, no `HOLDFAST_SITE`, no `[site]` in a `{NAME}`, and no site here or above",),
            hint="name it with `--site DIR`",
        )

    def _perform(self, command: str, site: str, settings: Settings, **more: Any) -> dict[str, Any]:
        request = Request(
            command=command,
            site=site,
            now=time.time(),
            who=_who(),
            yes=self.yes,
            only_plan=self.only_plan,
            settings=settings,
            **more,
        )
        return perform(request, tell=self.tell, ask=self.ask)


def _of_commit(source: Source, found: Mapping[str, Any]) -> Text | None:
    if found.get("settings") is None:
        return None
    place = f"{NAME} of {str(found.get('commit') or found.get('sha256') or '')[:12] or source.location}"
    return Text(place, found["settings"].encode(), from_source=True)


def _within(top: str) -> Text | None:
    path = os.path.join(top, NAME)
    return read_text(path)._replace(from_source=True) if os.path.isfile(path) else None


def _site_above(directory: str) -> str:
    if not directory:
        return ""
    here = os.path.abspath(directory)
    while not os.path.isdir(os.path.join(here, ".holdfast")):
        above = os.path.dirname(here)
        if above == here:
            return ""
        here = above
    return here


def _who() -> str:
    """The person and the host for the history; a container's user may have no name."""
    import pwd

    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return f"{os.environ.get('SUDO_USER') or name}@{os.uname().nodename}"
