"""What an application does with its own files: it deletes, renames, rewrites whole, replaces a directory by another.

Each takes the application's own means, as the user that it runs as, and what it may not do it does not do.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from histories.absences import Absences
from histories.rights import Acting, as_it_is
from histories.town import Town, digest_of
from lib.precious import digest

PLACES = (
    "public/ads.txt",
    "public/.htaccess",
    "maintenance.flag",
    "public/sitemap.xml",
    "data/user.json",
    "content/new.md",
    "public/forum/index.php",
    "public/forum/inc/db.php",
    "public/forum/photos/1.jpg",
    "public/modules/shop/shop.php",
    "public/modules/shop/lang/de.txt",
    "public/modules/cart/cart.php",
    "public/uploads/1.jpg",
    "public/uploads/deep/er/2.jpg",
    "public/gallery/2.jpg",
    "public/certificates/1.pdf",
    "public/bills/1.pdf",
    "storage/app/1.pdf",
)
"""Single files beside code and directories with a program, which are carried, and directories that are shared."""
_NEVER = (".env",)


class Application:
    """The application of TOWN; what it takes away is told to ABSENCES, and it is whom ACTING says."""

    def __init__(self, town: Town, absences: Absences, acting: Acting = as_it_is) -> None:
        self.town, self.absences, self._acting = town, absences, acting

    def files(self) -> list[str]:
        """What is its own, or a person's that it works with."""
        return [one for one in sorted(self.town.view()) if self._is_its_own(self.town.live / one) and one not in _NEVER]

    def directories(self) -> list[str]:
        """Those that hold such files, and nothing that is shipped."""
        above = {str(step) for one in self.files() for step in Path(one).parents[:-1]}
        return [one for one in sorted(above) if not self.town.ships(one)]

    def writes(self, place: str) -> str | None:
        """For itself alone, where it is another user than the tool."""
        return self._written(self.town.live / place, self.town.text(place), place)

    def deletes(self, place: str) -> None:
        where = self.town.live / place
        if self._is_its_own(where):
            self._takes_away({place: digest_of(str(where))}, where.unlink)

    def renames(self, place: str, to: str) -> None:
        """What stood at TO is replaced; a link of ours stays where it is."""
        where, there = self.town.live / place, self.town.live / to
        content = digest_of(str(where))
        if self._is_its_own(where) and place != to and self._may_stand_at(there):
            self._takes_away({place: content, to: digest_of(str(there))}, lambda: where.replace(there))
            if digest_of(str(there)) == content:
                self.absences.stands(to, content)

    def deletes_a_directory(self, unit: str) -> None:
        """With all that is in it; what is behind a link is emptied, and the link stays."""
        top = self.town.live / unit
        if top.is_dir():
            held = {f"{unit}/{inner}": digest_of(str(top / inner)) for inner in _inside(top)}
            self._takes_away(held, lambda: _empty(top))

    def replaces_a_directory(self, unit: str) -> str | None:
        """A plugin's update: the new one is unpacked beside it, the old one deleted, and a rename. One file is new,
        one is rewritten, all others of the old one are gone.
        """
        top, text = self.town.live / unit, self.town.text(unit)
        if not top.is_dir() or top.is_symlink() or not _inside(top):
            return None
        held = {f"{unit}/{inner}": digest_of(str(top / inner)) for inner in _inside(top)}
        fresh, kept = top.with_name(f"{top.name}-unpacked"), _inside(top)[0]

        def replace() -> None:
            (fresh / kept).parent.mkdir(parents=True, exist_ok=True)
            (fresh / kept).write_text(text)
            _empty(top)
            fresh.rename(top)

        self._takes_away(held, replace)
        shutil.rmtree(fresh, ignore_errors=True)
        return text if digest_of(str(top / kept)) == digest(text.encode()) else None

    def _written(self, where: Path, text: str, place: str) -> str | None:
        if where.is_dir() or (where.resolve().name == "index.php" and self.town.ships(place)):
            return None
        try:
            with self._acting():
                where.parent.mkdir(parents=True, exist_ok=True)
                waiting = where.with_name(f".{where.name}.part")
                waiting.write_text(text)
                waiting.chmod(0o600)
                waiting.replace(where)
        except OSError:
            return None
        return text

    def _takes_away(self, held: dict[str, str], act: Callable[[], object]) -> None:
        """ACT takes away what HELD says, or the part of it that the application may take."""
        try:
            with self._acting():
                act()
        except OSError:
            pass  # it may not: what it could not take away stands there still
        for path, content in held.items():
            if content and digest_of(str(self.town.live / path)) != content:
                self.absences.gone(path, content)

    def _is_its_own(self, where: Path) -> bool:
        return where.is_file() and not where.is_symlink() and digest_of(str(where)) in self.town.expected

    def _may_stand_at(self, there: Path) -> bool:
        free = not os.path.lexists(there) or self._is_its_own(there)
        return free and there.parent.is_dir() and not self.town.ships(os.path.relpath(there, self.town.live))


def _inside(top: Path) -> list[str]:
    return sorted(_files(top))


def _files(top: Path) -> Iterator[str]:
    for here, _, names in os.walk(top):
        yield from (os.path.relpath(os.path.join(here, name), top) for name in names)


def _empty(top: Path) -> None:
    """TOP is gone; of a link only what is behind it."""
    if not top.is_symlink():
        shutil.rmtree(top)
        return
    for one in list(top.iterdir()):
        shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
