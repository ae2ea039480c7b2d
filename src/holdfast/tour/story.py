"""The story: three deploys, a kill and a rollback under live uploads, and the account at the end."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from holdfast.tour.account import judge, table
from holdfast.tour.application import Application, require_directory
from holdfast.tour.steps import Step, Steps
from holdfast.tour.traffic import Looks, Uploads, page_text

Out = Callable[[str], None]

_VERSIONS = 3
_PAGE = "holdfast-tour.txt"
_INVENTED = ("certificates", "badges", "holdfast-tour")
_DIRECTORIES = 4
_ENVIRONMENT = "APP_NAME=Tour\nAPP_KEY=base64:dGhlIHRvdXIgbmVlZHMgbm8gc2VjcmV0\n"
_POINTS = {
    "place.exchanged": "right after an upload directory was moved, before that was noted",
    "place.switch": "right before the switch",
}
"""Where a deploy is killed, the first that is reached: not every file system can exchange two names."""


def run(app: str | None, out: Out) -> dict[str, Any]:
    """The tour of APP, or of the example; OUT is told each line as it happens.

    `outcome` in the result is `ok`, or `failed` when anything acknowledged is lost, when
    `current` was missed once or when no deploy could be killed. APP is read and never changed.
    The scratch directory is gone afterwards, unless something failed or `HOLDFAST_KEEP` is set.
    """
    own = require_directory(app) if app else None
    with _scratch(out) as scratch:
        tour = _Tour(scratch, own, out)
        result = tour.tell()
        if result["outcome"] != "ok" or os.environ.get("HOLDFAST_KEEP"):
            result["scratch"] = scratch
            result["summary"].insert(-1, f"kept for you to look at: {scratch}")
        else:
            _remove(scratch)
    return result


@contextmanager
def _scratch(out: Out) -> Iterator[str]:
    """A directory of the tour's own. It stays when a problem passes through, and is gone after a Ctrl-C."""
    scratch = os.path.realpath(tempfile.mkdtemp(prefix="holdfast-try-"))
    try:
        yield scratch
    except KeyboardInterrupt:
        _remove(scratch)
        raise
    except Exception:
        out(f"the scratch site is kept: {scratch}")
        raise


def _remove(scratch: str) -> None:
    """Sealed directories are made writable first; no link is followed."""
    for here, _, _ in os.walk(scratch):
        os.chmod(here, stat.S_IRWXU)
    shutil.rmtree(scratch)


@dataclass
class _Tour:
    """One tour under way."""

    scratch: str
    own: str | None
    out: Out
    steps: list[dict[str, Any]] = field(default_factory=list)
    killed: str = ""

    def tell(self) -> dict[str, Any]:
        """The whole story, and its account."""
        self.out(f"the tour: {self.own or 'the example application, a small club site in the manner of Laravel'}")
        self.application = Application(self.scratch, self.own)
        self.site = os.path.join(self.scratch, "site")
        self.host = Steps(self.site, self.application.settings(), self.application.source)
        plan = self._introduce()
        self._ship(1)
        uploads, looks = self._traffic(plan)
        with ExitStack() as going_on:
            going_on.enter_context(uploads)
            going_on.enter_context(looks)
            self._begin_uploads(uploads)
            for version in range(2, _VERSIONS + 1):
                self._ship(version, kill=True)
            self._say("rollback", self.host.perform("rollback"), self._version)
        self._say("sweep", self.host.perform("recover"), "the uploads have ended; the last ones are collected")
        return self._account(uploads, looks)

    def _introduce(self) -> dict[str, Any]:
        """The plan of the first deploy; an application that needs an environment file has one now."""
        plan = self.host.perform("plan").answer
        if self.own:
            self.out("a copy of it is deployed to a scratch site; your own is not changed")
            self.out("build commands and hooks are not run")
        self.out(f"framework {plan['framework']}, web root {plan['web_root'] or '.'}, scratch site {self.site}")
        self.out("")
        self._web = "" if plan["web_root"] in ("", ".") else f"{plan['web_root']}/"
        for needed in (one["path"] for one in plan["shared"] if one["kind"] == "file"):
            self._write_example_of(needed)
        return plan

    def _write_example_of(self, needed: str) -> None:
        where = os.path.join(self.site, "shared", needed)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        shipped = (self.application.read(f"{needed}.example") or b"").decode("utf-8", "replace")
        with open(where, "w", encoding="utf-8") as file:
            file.write(re.sub(r"(?m)=[ \t]*$", "=tour", shipped) if shipped.strip() else _ENVIRONMENT)

    def _ship(self, version: int, *, kill: bool = False) -> None:
        """VERSION is live. While no deploy was killed yet and KILL says so, the first attempt is."""
        self.application.commit({f"{self._web}{_PAGE}": page_text(version)})
        again = ""
        if kill and not self.killed:
            point = list(_POINTS)[version - 2]
            step = self.host.perform("deploy", kill_at=point)
            if not step.killed:
                self._say(f"deploy {version}", step, self._home)
                return
            self.killed, again = point, " again"
            self._say(f"deploy {version}", step, f"killed with SIGKILL: {_POINTS[point]}")
        self._say(f"deploy {version}{again}", self.host.perform("deploy"), self._home)

    def _say(self, name: str, step: Step, words: str | Callable[[Step], str]) -> None:
        text = words if isinstance(words, str) else words(step)
        notes = [note for note in step.answer.get("notes", ()) if "was interrupted" in note]
        for note in notes:
            self.out(f"{name:<26} {note}")
        self.out(f"{'' if notes else name:<16} {step.seconds:5.2f} s  {text}")
        facts = {"killed": step.killed, "release": step.answer.get("release"), "notes": notes}
        self.steps.append({"name": name, "seconds": round(step.seconds, 3), **facts})

    def _home(self, step: Step) -> str:
        adopted = step.answer["data"]["adopted"]
        return self._version(step) + (f"; moved into shared/: {', '.join(adopted)}" if adopted else "")

    def _version(self, step: Step) -> str:
        """What `current` serves, read there and not in the answer."""
        with open(os.path.join(self.site, "current", self._web + _PAGE), encoding="utf-8") as file:
            return f"{file.readline().strip()} is live, release {step.answer['current']}"

    def _traffic(self, plan: dict[str, Any]) -> tuple[Uploads, Looks]:
        current = os.path.join(self.site, "current")
        shared = [self._inside(one["path"]) for one in plan["shared"] if one["kind"] == "dir"][:_DIRECTORIES]
        names = (f"{self._web}{name}" for name in _INVENTED)
        invented = next(name for name in names if not os.path.lexists(os.path.join(current, name)))
        log = "storage/logs/laravel.log"
        if not os.path.isdir(os.path.join(current, os.path.dirname(log))):
            log = f"{[*shared, self._web][0].rstrip('/') or '.'}/holdfast-tour.log"
        environment = ".env" if os.path.exists(os.path.join(current, ".env")) else ""
        self.invented = invented
        places = (*shared, invented)
        uploads = Uploads(self.site, directories=places, log=log, environment=environment, scratch=self.scratch)
        return uploads, Looks(self.site, self._web + _PAGE, versions=_VERSIONS)

    def _inside(self, path: str) -> str:
        """Where uploads go in the shared directory PATH."""
        deeper = f"{path}/app/public"
        return deeper if os.path.isdir(os.path.join(self.site, "current", deeper)) else path

    def _begin_uploads(self, uploads: Uploads) -> None:
        declared = ", ".join(uploads.directories[:-1])
        self.out(f"{'uploads begin':<26} into {declared + ', and into ' if declared else ''}{self.invented},")
        self.out(
            f"{'':<26} which no configuration names; a log grows" + ", `.env` is edited" * bool(uploads.environment)
        )
        while not uploads.everywhere():
            time.sleep(0.01)

    def _account(self, uploads: Uploads, looks: Looks) -> dict[str, Any]:
        rows = judge(self.site, uploads)
        lost = sum(row.lost for row in rows.values())
        well = not lost and not looks.misses and bool(self.killed)
        refused = [f"refused during a change, so never acknowledged: {len(uploads.refused)}"]
        summary = [
            "",
            *table(rows),
            "",
            *(refused if uploads.refused else ()),
            *(() if self.killed else ("no deploy could be killed: none of the points was reached",)),
            _looked(looks),
            f"lost: {lost}",
        ]
        return {
            "outcome": "ok" if well else "failed",
            "app": self.own,
            "steps": self.steps,
            "killed": bool(self.killed),
            "written": {path: row.to_json() for path, row in rows.items()},
            "invented": self.invented,
            "looks": looks.count,
            "misses": len(looks.misses),
            "refused": uploads.refused[:10],
            "lost": lost,
            "scratch": None,
            "summary": summary,
        }


def _looked(looks: Looks) -> str:
    """How often what is live was read, and whether it was always there."""
    always = "and always resolved" if not looks.misses else f"and did not resolve {len(looks.misses)} times"
    return f"`current` was read {looks.count:,} times {always}"
