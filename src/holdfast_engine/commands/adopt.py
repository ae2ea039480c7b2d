"""Turn what is live in a plain directory, or in another tool's layout, into a Holdfast site, in place."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from typing import Any

from holdfast_engine.commands import activating, counting
from holdfast_engine.commands.adoptable import (
    OURS,
    is_managed,
    leads_to_a_release,
    refuse_early,
    refuse_foreign_releases,
    refuse_inside_a_site,
)
from holdfast_engine.commands.agreeing import declined
from holdfast_engine.commands.answering import measured
from holdfast_engine.commands.building import listing_of
from holdfast_engine.commands.homing import Homing, Report
from holdfast_engine.commands.linking import link_release
from holdfast_engine.commands.looking import rules_now
from holdfast_engine.commands.moving_sets import MovingSets, refuse_busy
from holdfast_engine.commands.planning import stamp
from holdfast_engine.commands.rules import rules_for
from holdfast_engine.commands.unsuitable import refuse_unsuitable
from holdfast_engine.commands.workplace import Workplace, changing
from holdfast_engine.data.sweep import Found
from holdfast_engine.fs import attic, durable
from holdfast_engine.fs.discard import Proof, to_trash
from holdfast_engine.fs.place import make_link, move, step_aside, switch
from holdfast_engine.fs.root import Root
from holdfast_engine.fs.walk import walk
from holdfast_engine.journal import log
from holdfast_engine.journal.operation import Operation
from holdfast_engine.model.event import Listener
from holdfast_engine.model.exposure import is_flat, served
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath, link_text
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Request
from holdfast_engine.state import doorway, records
from holdfast_engine.state import format as site_format
from holdfast_engine.state.records import ReleaseRecord

Ask = Callable[[dict[str, Any]], bool]
_MIRROR = Layout.releases
"""A name that no entry of an adopted directory has: its own `releases/` stays where it is."""


def adopt(request: Request, tell: Listener, ask: Ask) -> dict[str, Any]:
    """What was live goes on being served at the same paths, now as the first release of a site; nothing is copied.

    A plain directory: each entry is exchanged with a link to it in `releases/`, so there is
    no moment without it, and the links stay, so that the web server's document root need not
    change at once. Another tool's layout: its releases are registered as they are. Adopted
    releases are never pruned: nothing proves what they shipped.
    """
    site = request.path or request.site
    question = _question(request, site, tell)
    if request.only_plan:
        return question
    while not request.yes:
        if not ask(question):
            raise declined("the adoption")
        again = _question(request, site, tell)  # what refuses now is obeyed: nothing is made yet (H1)
        if again == question:
            break
        question = again
    with changing(request.but(site=site), tell, manage=True) as place:
        taking = Taking(place, laid_out=question["laid_out"])
        # what a crash left was finished on the way here: a second adoption of the links it made would be one too many
        return taking.answer() if is_managed(place.root) else taking.run()


def _question(request: Request, site: str, tell: Listener) -> dict[str, Any]:
    """What would be adopted; raises what speaks against it, and changes nothing."""
    refuse_inside_a_site(site)
    with Root(site) as root:
        if is_managed(root) and log.unfinished(root) is None:
            raise Problem(
                "already-managed",
                f"`{site}` is a Holdfast site already",
                state="nothing was changed",
                hint=f"`holdfast status --site {quote(site)}`",
            )
        laid_out = root.kind(Layout.current) == "link" and root.kind(Layout.releases) == "dir"
        if not root.has(Layout.site_file):  # an adoption that a crash cut short was looked at before it began
            refuse_unsuitable(root, laid_out=laid_out)
        names = [name for name in root.names("") if name not in OURS]
        refuse_foreign_releases(root)
        if not laid_out and not names and root.kind(Layout.current) is None:
            raise Problem(
                "path-missing",
                f"`{site}` holds nothing to adopt",
                state="nothing was changed",
                hint=f"deploy into it: `holdfast deploy --site {quote(site)}`",
            )
    web_root = refuse_early(request.but(site=site), tell, laid_out=laid_out)
    notes = advice(site, web_root or "", laid_out=laid_out)
    return {"command": "adopt", "path": site, "entries": names, "laid_out": laid_out, "notes": notes}


def _not_served(root: Root) -> Problem:
    return Problem(
        "unfinished",
        f"`{root.absolute(Layout.current)}` leads to no release, so the site is not adopted",
        state="nothing is lost: what was moved lies in a release and is served through links at its old places",
        whereabouts=[root.absolute(Layout.releases)],
        hint="point `current` at the release that is to be live, then `holdfast status`",
    )


def advice(site: str, web_root: str, *, laid_out: bool) -> list[str]:
    """What a person has to know, for the old place goes on working and does not say it."""
    if laid_out:
        return ["releases from before the adoption are kept, and no rollback goes to them: nothing proves them whole"]
    point = f"point the web server at `{served(site, web_root)}`"
    told = [f"{point}: its old document root shows only names that were there today"]
    if is_flat(web_root):
        told.append(f"while the web server's document root is `{site}` itself, it hands out `/{Layout().shared}/`")
    return told


class Taking:
    """One adoption of a site."""

    def __init__(self, place: Workplace, *, laid_out: bool) -> None:
        self.place, self.laid_out, self.report = place, laid_out, Report()

    def run(self) -> dict[str, Any]:
        place = self.place
        if not self.laid_out:
            refuse_busy(place, place.root.names(""))
        name = stamp(place.request.now)
        facts = {"release": name, "laid_out": self.laid_out, "who": place.request.who}
        operation = Operation.begin(place.root, "adopt", at=place.request.now, facts=facts)
        self.take(operation, name)
        operation.end("adopted", at=place.request.now)
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The JSON of an adoption that is complete; `unfinished` where `current` leads to no release (G3, G7)."""
        place = self.place
        current = place.refresh().current
        if not leads_to_a_release(place.root):
            raise _not_served(place.root)
        live = current.name if current else None
        told = advice(place.root.path, rules_now(place).web_root, laid_out=self.laid_out)
        data = measured(place, None, counting.files(place), self.report)
        return {
            "outcome": "adopted",
            "release": live,
            "current": live,
            "data": data,
            "warnings": [*self.report.warnings, *self.report.left, *told],
        }

    def take(self, operation: Operation, name: str) -> None:
        """Everything up to the end of the journal. Idempotent: after a crash it goes on from what it finds (G4)."""
        self.operation = operation
        if self.laid_out:
            self._register()
        else:
            self._remember_names()
            self._move_in(name)
        self.place.refresh()
        self._share()

    def _remember_names(self) -> None:
        """What this document root holds, so that it is known as one when all of it was saved anew there."""
        root = self.place.root
        site = site_format.read(root) or site_format.SiteFile()
        names = sorted({*site.options.get(doorway.OPTION, ()), *(name for name in root.names("") if name not in OURS)})
        site_format.write(root, site.but(options={**site.options, doorway.OPTION: names}))

    def _register(self) -> None:
        """Another tool's releases in the order of their names, as it made them; the live one is the newest to us."""
        place = self.place
        names = [name for name in place.root.names(Layout.releases) if place.root.kind(Layout.releases / name) == "dir"]
        live = place.survey.current
        ordered = sorted(
            names, key=lambda name: (Layout.releases / name == live, len(name) if name.isdigit() else 0, name)
        )
        for counter, name in enumerate(ordered, start=1):
            self._record(name, counter, live=Layout.releases / name == live)

    def _record(self, name: str, counter: int, *, live: bool) -> None:
        record = ReleaseRecord(
            id=name,
            path=Layout.releases / name,
            counter=counter,
            state=records.ACTIVE if live else records.RETIRED,
            created=self.place.request.now,
            activated=live,
            pinned="adopted; nothing proves what it shipped",
        )
        records.write(self.place.root, record)
        activating.count_release(self.place, counter)

    def _move_in(self, name: str) -> None:
        """Every entry of the plain directory lies in `releases/NAME` and is served through a link in its old place."""
        place, home = self.place, Layout.releases / name
        self._record(name, 1, live=True)
        durable.make_directories(place.root, Layout.releases)
        if place.root.kind(Layout.current) == "dir":
            self._move_entry(Layout.current, home)
            return
        if place.survey.current != home:
            self._move_all(home)
            self.operation.commit(release=home)
            switch(place.root, Layout.current, link_text(Layout.current, home), waiting=Layout.state / "current")
        for entry in place.root.names(home):
            if place.root.link(entry) == link_text(RelPath(entry), home / entry):
                through = link_text(RelPath(entry), Layout.current / entry)
                switch(place.root, entry, through, waiting=Layout.state / "current")
        if place.root.kind(home / _MIRROR) == "dir":
            proof = Proof(home / _MIRROR, "it holds a link of ours alone")
            to_trash(place.root, home / _MIRROR, f"{self.operation.name}-mirror", proof)

    def _move_all(self, home: RelPath) -> None:
        """Every entry lies in HOME; at no moment is one missing in either place.

        Entries refer to each other (`public/storage` to `../storage`, `public/index.php` to
        `../vendor`), so what is moved must find beside it what is not yet. The link that waits
        in HOME has the text for the old place, `releases/NAME/entry`; a mirror in HOME, which
        leads from `releases/NAME` back to the deploy root, makes that text right there as well.
        """
        root = self.place.root
        mirror = home / _MIRROR / home.name
        durable.make_directories(root, mirror.parent)
        if root.link(mirror) is None:
            make_link(root, mirror, link_text(mirror, RelPath("")))
        there = (name for name in root.names(home) if name != _MIRROR and root.link(home / name) is None)
        entries = [RelPath(name) for name in sorted({*root.names(""), *there}) if name not in OURS]
        sets = MovingSets(self.place, self.operation, self._move_entry)
        entries = [entry for entry in entries if not sets.is_part(entry, home / entry)]
        for entry in entries:
            if not root.has(home / entry):
                make_link(root, home / entry, link_text(entry, home / entry))
        for entry in entries:
            sets.move(entry, home / entry)

    def _move_entry(self, here: RelPath, there: RelPath) -> None:
        """HERE is a link to THERE, where its content is: one exchange, no moment without it (DESIGN 5).

        Should the exchange fail, the link stays at THERE: what was moved before finds HERE through it.
        """
        root = self.place.root
        text = link_text(here, there)
        if root.link(here) == text:
            return
        if not root.has(here):
            make_link(root, here, text)  # where names cannot be exchanged, a crash came between two renames
            return
        self.operation.move(what="move-in", path=here, source=here, target=there, text=text)
        if root.kind(there) not in (None, "link"):
            self._give_way(here, there)
        if root.link(there) != text:
            make_link(root, there, text)
        step_aside(root, here, there)

    def _give_way(self, here: RelPath, there: RelPath) -> None:
        """Nothing stands THERE: it was moved before a crash, and HERE, what is served, was saved anew since.

        Of two directories neither hides the other: what HERE lacks comes back into it, and what both have is the newer
        one there. The elder lies in the attic.
        """
        root, reason = self.place.root, "saved anew before its adoption was finished"
        both = [RelPath("")] if root.kind(here) == root.kind(there) == "dir" else []
        while both:
            below = both.pop()
            for name in root.names(there / below):
                if not root.has(here / below / name):
                    move(root, there / below / name, here / below / name)
                elif root.kind(here / below / name) == root.kind(there / below / name) == "dir":
                    both.append(below / name)
        if root.kind(there) == "dir" and all(kind == "dir" for _, kind, _ in walk(root, there)):
            to_trash(root, there, f"{self.operation.name}-spent", Proof(there, "holds empty directories alone"))
            return
        operation = self.operation
        spot = attic.set_aside(root, there, path=here, operation=operation.name, reason=reason, at=operation.at)
        self.report.set_aside(here, spot, reason)

    def _share(self) -> None:
        """What rules call data moves from the live release into `shared/`, each path in one exchange."""
        place = self.place
        current = place.survey.current
        if current is None:
            return
        rules = rules_for(place, listing_of(place, current), place.request.settings)
        homing = Homing(place, self.operation, self.report)
        present = {one.path: one.why for one in rules.shared if place.root.has(current / one.path)}
        homing.bring(current, Found(homeless=present), wins="live")
        link_release(homing, current, rules, before={}, live=True)
        activating.remember(place, rules)
