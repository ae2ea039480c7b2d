"""A command line with a made-up engine behind it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

import pytest

from holdfast import session
from holdfast.cli.main import main
from holdfast_engine.model.event import Event

DATA = {"files_before": 12, "files_after": 12, "lost": 0, "adopted": [], "attic": [], "seeded": [], "kept": []}
DEPLOYED = {
    "outcome": "deployed",
    "release": "20250815-152018",
    "previous": "20250814-090000",
    "current": "20250815-152018",
    "steps": [{"name": "fetch", "seconds": 0.5}],
    "data": {**DATA, "adopted": ["public/uploads/a.png"]},
    "warnings": ["`public/hot` is left out"],
    "back": "holdfast rollback --site /srv/club",
}
PLAN = {
    "command": "deploy",
    "release": "20250815-152018",
    "previous": "20250814-090000",
    "current": "20250814-090000",
    "source": {"kind": "git", "location": "/src/club", "ref": "main", "commit": "1234567890abcdef"},
    "framework": "laravel",
    "web_root": "public",
    "build": ["npm ci"],
    "hooks": {"before_activation": ["php artisan migrate"], "after_activation": []},
    "shared": [{"path": "public/uploads", "kind": "dir", "why": "name", "action": "link"}],
    "adopt": [{"path": "public/qrcodes/1.png", "from": "20250814-090000", "why": "stray"}],
    "displaced": [],
    "prune": ["20250101-000000"],
    "checks": [{"name": "space", "verdict": "warn", "why": "tight", "mend": "holdfast prune"}],
    "steps": [{"name": "fetch", "text": "read the commit"}, {"name": "activate", "text": "switch `current`"}],
    "unchanged": False,
    "notes": ["3 uncommitted changes are not deployed"],
}
STATUS = {
    "site": "/srv/club",
    "current": "20250815-152018",
    "releases": [
        {"id": "20250815-152018", "state": "active", "created": 1755271218, "source": "main 1234567", "strays": 0},
        {"id": "20250814-090000", "state": "retired", "created": 1755162000, "source": "main 7654321", "strays": 2},
    ],
    "shared": [{"path": "public/uploads", "kind": "dir", "files": 1200, "bytes": 3_400_000}],
    "unfinished": None,
}


@dataclass
class Engine:
    """Answers by command; a Problem or another exception among them is raised, a function is called."""

    answers: dict = field(default_factory=dict)
    events: list = field(default_factory=list)
    asks: bool = False
    requests: list = field(default_factory=list)
    agreed: bool | None = None

    def perform(self, request, *, tell, ask):
        self.requests.append(request)
        for event in self.events if request.command != "inspect" else ():
            tell(event)
        if self.asks and not request.yes and request.command != "inspect":
            self.agreed = ask(PLAN)
        answer = self.answers[request.command]
        if callable(answer) and not isinstance(answer, type):
            answer = answer(request)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def request(self):
        """The last one, which is the command's own."""
        return self.requests[-1]


@pytest.fixture
def engine(monkeypatch):
    found = Engine(
        answers={
            "inspect": {"commit": "1234567890abcdef", "settings": None},
            "deploy": DEPLOYED,
            "plan": PLAN,
            "status": STATUS,
        },
        events=[Event("started", "fetch", "from main"), Event("finished", "fetch", "1,204 files", 0.5)],
    )
    monkeypatch.setattr(session, "perform", found.perform)
    return found


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def holdfast(engine, capsys, tmp_path, monkeypatch):
    """Runs one command line in an empty directory."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("sys.stdin", open(os.devnull, encoding="utf-8"))  # noqa: SIM115

    def run(*arguments):
        code = main([str(each) for each in arguments])
        told = capsys.readouterr()
        return Ended(code, told.out, told.err)

    return run
