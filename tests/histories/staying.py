"""Programs that stay where they were started: in a release that was left, in the document root of before an adoption.

Each works through a descriptor of its directory, wherever that lies today: in `releases/`, in the trash, nowhere.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from histories import debts, people
from histories.town import Town, digest_of


class Worker:
    """A program that was started at TOP and never again."""

    def __init__(self, top: Path) -> None:
        self._directory = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
        self.top = Path(f"/proc/self/fd/{self._directory}")

    def stop(self) -> None:
        os.close(self._directory)

    @property
    def where(self) -> Path:
        return self.top.resolve()

    def write(self, town: Town, place: str) -> str | None:
        """A file, with its directories, where the program stands; owed, for what is written anywhere comes home."""
        return self._owed(town, place, people.write(town, place, top=self.top))

    def append(self, town: Town, place: str) -> str | None:
        """At the end of what stands there: a log, a ledger."""
        where = self.top / place
        if not where.is_file():
            return self.write(town, place)
        try:
            with where.open("a") as stream:
                stream.write(town.text(place))
            return self._owed(town, place, where.read_text())
        except OSError:
            return None

    def save(self, town: Town, place: str) -> str | None:
        """By rename: a link that stands there is replaced and not followed."""
        where, text = self.top / place, town.text(place)
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            where.with_name("being-saved").write_text(text)
            where.with_name("being-saved").replace(where)
        except OSError:
            with suppress(OSError):
                where.with_name("being-saved").unlink()
            return None
        return self._owed(town, place, text)

    def _owed(self, town: Town, place: str, text: str | None) -> str | None:
        """The release that it stands in may have shipped what stands there: then it is an edit of code."""
        files = town.shipped.get(self.where.name, {})
        if text is not None and not debts.stands_in(place, files) and self._is_in(town):
            debts.owe(town, {place: digest_of(str(self.top / place))})
        return text

    def _is_in(self, town: Town) -> bool:
        """True in the old document root, and in a release of which something tells what it shipped: `recover` shows
        the others to a person. In the trash one more look is all that is owed.
        """
        told = any((town.site / ".holdfast/baselines").glob(f"{self.where.name}.*"))
        return self.where == town.site or (self.where.parent == town.site / "releases" and told)


WAYS = {"write": Worker.write, "append": Worker.append, "save": Worker.save}
