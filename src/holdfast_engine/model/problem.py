"""What can go wrong, in words a person can act on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

EXIT_CODES = {
    "ok": 0,
    "failed": 1,
    "usage": 2,
    "config": 10,
    "input": 11,
    "state": 20,
    "locked": 21,
    "refused": 30,
    "declined": 31,
    "host": 40,
    "mismatch": 41,
    "failed-back": 50,
    "rolled-back": 51,
    "unfinished": 60,
    "needs-person": 61,
    "bug": 70,
    "interrupted": 130,
}

CODES = {
    "path-invalid": "config",
    "shared-paths-overlap": "config",
    "config-invalid": "config",
    "config-unknown-key": "config",
    "config-needs-newer": "config",
    "config-not-yours": "config",
    "config-unreadable": "config",
    "framework-unknown": "config",
    "usage": "usage",
    "source-missing": "input",
    "source-unset": "input",
    "ref-missing": "input",
    "release-missing": "input",
    "site-missing": "input",
    "path-missing": "input",
    "user-missing": "input",
    "not-listed": "input",
    "not-a-site": "state",
    "nothing-to-roll-back-to": "state",
    "already-managed": "state",
    "shipped-known": "state",
    "deployed-since": "state",
    "adopt-unclear": "state",
    "config-exists": "state",
    "report-exists": "state",
    "current-is-a-directory": "state",
    "current-leads-away": "state",
    "locked": "locked",
    "checklist-refused": "refused",
    "source-unusable": "refused",
    "checksum-mismatch": "refused",
    "signature-unproven": "refused",
    "submodule-unusable": "refused",
    "lfs-content-missing": "refused",
    "source-overlaps-site": "refused",
    "shared-is-a-link": "refused",
    "place-is-a-link": "refused",
    "adopt-unsafe": "refused",
    "was-unlike": "refused",
    "seed-type-changed": "refused",
    "space-short": "refused",
    "release-outside": "refused",
    "shared-inside-releases": "refused",
    "release-altered": "refused",
    "path-split-impossible": "refused",
    "restore-blocked": "refused",
    "review-blocked": "refused",
    "leave-impossible": "refused",
    "report-exposed": "refused",
    "database-busy": "refused",
    "database-open": "refused",
    "name-too-long": "refused",
    "declined": "declined",
    "no-permission": "host",
    "disk-full": "host",
    "quota-used-up": "host",
    "descriptors-used-up": "host",
    "host-error": "host",
    "git-missing": "host",
    "python-old": "host",
    "zstd-missing": "host",
    "format-unknown": "mismatch",
    "state-unreadable": "mismatch",
    "fetch-failed": "failed-back",
    "fetch-incomplete": "failed-back",
    "build-failed": "failed-back",
    "hook-failed": "failed-back",
    "data-shrank": "failed-back",
    "links-broken": "failed-back",
    "lock-lost": "failed-back",
    "changed-meanwhile": "failed-back",
    "step-failed": "failed-back",
    "hook-failed-after-activation": "failed",
    "data-shrank-after-activation": "needs-person",
    "unfinished": "unfinished",
    "both-kept": "needs-person",
    "nothing-live": "needs-person",
    "switched-meanwhile": "needs-person",
    "data-missing": "needs-person",
    "journal-gone": "needs-person",
    "journal-unreadable": "needs-person",
    "step-failed-after-activation": "unfinished",
    "bug": "bug",
    "interrupted": "interrupted",
}
"""Every code word with its class; the exit code follows from the class."""


BEFORE_ANYTHING = ("usage", "config", "input", "state", "locked", "refused", "declined", "mismatch")
"""Classes that by contract are raised before a command changes anything: what fails later is of another class."""
UNCHANGED = "nothing was changed"
"""The state of a site that a command of its own accord left alone."""


class Problem(Exception):
    """One thing that stopped a command.

    CODE is stable and documented; MESSAGE says what could not be done; CONTEXT gives facts;
    STATE says how the site stands now; WHEREABOUTS says where data lies; HINT is the one
    thing to type next. `answer` is what the command would have answered, where one can be given.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        context: Iterable[str] = (),
        state: str = "",
        whereabouts: Iterable[str] = (),
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.context = tuple(context)
        self.state = state
        self.whereabouts = tuple(whereabouts)
        self.hint = hint
        self.answer: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        return CODES[self.code]

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.kind]

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "class": self.kind,
            "exit": self.exit_code,
            "message": self.message,
            "context": list(self.context),
            "state": self.state,
            "whereabouts": list(self.whereabouts),
            "hint": self.hint,
        }


def unknown_format(path: str, why: str) -> Problem:
    """The problem of our own file at PATH, which a newer Holdfast wrote: what it means is not guessed (G7)."""
    return Problem(
        "format-unknown",
        f"`{path}` is not understood: {why}",
        state="nothing was changed",
        hint="use the Holdfast version that wrote it, or a newer one",
    )
