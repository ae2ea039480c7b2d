"""The matrix: which applications there are, what each needs, and with which people and variables it is played."""

from __future__ import annotations

from dataclasses import dataclass

REAL, DOCUMENT = "realpath_root", "document_root"
WHOLE = tuple((people, variable) for people in ("root", "deploy", "one") for variable in (REAL, DOCUMENT))


@dataclass(frozen=True)
class Kind:
    """One application: GROUPS of packages, uppermost last, and the cells it is played in."""

    key: str
    title: str
    groups: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    limit: float = 900


KINDS = [
    Kind("plain-php", "plain PHP, a forum by FTP", ("php",), WHOLE),
    Kind("wordpress", "WordPress with MariaDB", ("php", "wordpress"), WHOLE, 1800),
]


@dataclass(frozen=True)
class Cell:
    kind: Kind
    people: str
    variable: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.kind.key, self.people, self.variable) if part)


def cells(application: str = "", people: str = "", variable: str = "") -> list[Cell]:
    """Those that are asked for; without a word, all."""
    return [
        Cell(kind, who, which)
        for kind in KINDS
        for who, which in kind.cells
        if application in ("", kind.key) and people in ("", who) and variable in ("", which)
    ]
