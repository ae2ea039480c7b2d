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
    npm: str = ""


KINDS = [
    Kind("plain-php", "plain PHP, a forum by FTP", ("php",), WHOLE),
    Kind("wordpress", "WordPress with MariaDB", ("php", "wordpress"), WHOLE, 1800),
    Kind("laravel", "Laravel with MariaDB", ("php", "laravel"), WHOLE, 1800),
    Kind("dokuwiki", "DokuWiki", ("php", "dokuwiki"), (("root", REAL), ("deploy", DOCUMENT), ("one", REAL))),
    Kind(
        "mediawiki",
        "MediaWiki with SQLite",
        ("php", "mediawiki"),
        (("root", DOCUMENT), ("deploy", REAL), ("one", DOCUMENT)),
        1800,
    ),
    Kind("flask", "Flask", ("python",), (("deploy", ""), ("one", ""))),
    Kind("fastapi", "FastAPI", ("python",), (("root", ""), ("one", ""))),
    Kind("django", "Django", ("python",), (("root", ""), ("deploy", ""))),
    Kind("express", "Express, SQLite in WAL mode", ("node",), (("root", ""), ("one", "")), npm="express"),
    Kind("lowdb", "Express, lowdb", ("node",), (("deploy", ""), ("one", "")), npm="lowdb"),
    Kind("nextjs", "Next.js, `next start`", ("node",), (("root", ""), ("deploy", "")), 1800, npm="nextjs"),
    Kind("nextjs-standalone", "Next.js, standalone", ("node",), (("one", ""),), 1800, npm="nextjs"),
    Kind("sveltekit", "SvelteKit, adapter-node", ("node",), (("deploy", ""), ("one", "")), npm="sveltekit"),
    Kind("vite", "Vite, files by FTP", ("node",), (("root", ""), ("one", "")), npm="vite"),
    Kind("rails", "Rails with SQLite", ("rails",), (("root", ""), ("deploy", ""))),
    Kind("hugo", "Hugo, files by FTP", ("pages",), (("root", ""), ("deploy", ""))),
    Kind("jekyll", "Jekyll, files by FTP", ("pages",), (("deploy", ""), ("one", ""))),
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
