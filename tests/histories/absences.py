"""What the application took away is not served again: not by a deploy, a rollback, a clean-up, a recovery or `link`."""

from __future__ import annotations

import os

from histories import debts
from histories.town import Town, digest_of, is_within

_FEW = 5
"""So many may be gone at once (`persistence/vanished.py`); more is an accident, and all of it comes back."""
_FOLLOWING = ("deploy", "rollback")


class Absences:
    """Which content stands at which path no more. What went since the last deploy may come back where an accident
    came with it: links of directories or shipped files are missing, or too much went at once.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.firm: dict[str, set[str]] = {}
        self.fresh: dict[str, set[str]] = {}
        self._before: dict[str, set[str]] = {}
        self._links: list[str] = []
        self._untold = False

    def gone(self, path: str, content: str) -> None:
        """CONTENT stood at PATH, and the application took it away from there."""
        if not self._untold:
            self.fresh.setdefault(path, set()).add(content)
        self.town.taken_away.add(path)
        self.town.destroyed = True
        debts.forgive(self.town, path)

    def stands(self, path: str, content: str) -> None:
        """CONTENT came to PATH by its people's own hands."""
        for known in (self.firm, self.fresh):
            known.get(path, set()).discard(content)

    def forgive(self, path: str) -> None:
        """Somebody wants another version of PATH back."""
        for known in (self.firm, self.fresh):
            for one in [one for one in known if is_within(one, path) or is_within(path, one)]:
                del known[one]

    def forget(self) -> None:
        """Nothing tells any more what was carried or shipped as a seed, until a command has noted it again: what goes
        before that may be seeded anew.
        """
        self.firm, self.fresh, self._untold = {}, {}, True

    def before(self) -> None:
        if len(self.fresh) > _FEW or self._is_an_accident():
            self.fresh = {}
        self._before = {path: set(contents) for path, contents in self.fresh.items()}

    def after(self, command: str, how: str) -> list[str]:
        """What is served that was taken away."""
        if self._is_an_accident():
            self.fresh = {}
        wrong = [
            f"deleted, and served again: {path}: {self.town.ever.get(one, one)}"
            for known in (self.firm, self.fresh)
            for path, contents in known.items()
            for one in contents & {digest_of(str(self.town.live / path))}
        ]
        if command in _FOLLOWING and how == "done":
            self._settle()
        self._links = sorted({*self._links, *self._linked()})
        return wrong

    def _settle(self) -> None:
        """What went before the command, for what went while it was at work the next one may be the first to see."""
        for path, contents in self._before.items():
            self.firm.setdefault(path, set()).update(contents & self.fresh.get(path, set()))
            self.fresh.get(path, set()).difference_update(contents)
        self.fresh = {path: contents for path, contents in self.fresh.items() if contents}
        self._links, self._untold = [], False

    def _is_an_accident(self) -> bool:
        """True where the live release lacks what it shipped beside data, or a link to a directory of `shared/`."""
        live = self.town.live
        code = (path for path in self.town.shipped_now() if not self._is_shared(path))
        return any(not os.path.lexists(live / path) for path in code) or any(
            not (live / path).is_symlink() for path in self._links
        )

    def _is_shared(self, path: str) -> bool:
        top = os.path.realpath(self.town.site / "shared")
        return is_within(os.path.realpath((self.town.live / path).parent), top)

    def _linked(self) -> list[str]:
        """The links of the live release that lead to directories of `shared/`."""
        live = self.town.live
        every = [os.path.join(here, name) for here, below, _ in os.walk(live) for name in below]
        return [os.path.relpath(one, live) for one in every if os.path.islink(one)]
