"""What settings of any language declare: databases that are one file."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import FILE, Listing
from holdfast_engine.model.rules import SHARED
from holdfast_engine.rules.declared_place import DATABASE_ENDINGS, Declared, joined, matching
from holdfast_engine.rules.dotenv import assignments

_CONFIGURATIONS = expression(
    r"(?:^|/)(?:config/[\w.-]+|knexfile|ormconfig|data-source|database|settings|config(?:\.\w+)?)\.(?:json|ya?ml|js|ts|cjs|mjs|toml|ini)$"
)
_FILE = expression(
    r"""["']?\b(?:database|filename|storage|db_?path|db_?file|sqlite)["']?\s*[:=]\s*["']?(?:\./)?([\w./-]{1,120}\.(?:sqlite3?|db3?))\b"""
)
_URL = expression(r"(?:sqlite3?:///?(?!/)|file:)(?:\./)?([\w./-]{1,120}\.(?:sqlite3?|db3?))\b")
_MOST = 60
"""Files of settings that are read at most."""


def in_settings(listing: Listing, root: str, web_root: str) -> Iterator[Declared]:
    """`database:` of configurations and the like, and what an environment names."""
    yield from _environment(listing, root, web_root)
    for file in list(matching(listing, root, _CONFIGURATIONS))[:_MOST]:
        content = listing.read(file) or b""
        if b"sqlite" in content or b".db" in content:
            text = content.decode("utf-8", "replace")
            for path in (*_FILE.findall(text), *_URL.findall(text)):
                if "test" not in path and not path.startswith("/"):
                    yield Declared(joined(root, path), FILE, SHARED, f"`{file}`: database")


def _environment(listing: Listing, root: str, _web_root: str) -> Iterator[Declared]:
    """A relative `DB_DATABASE` that names a SQLite file."""
    for name in (".env", ".env.production", ".env.example"):
        file = joined(root, name)
        values = dict(assignments(listing.text(file)))
        path = values.get("DB_DATABASE", "")
        if path.lower().endswith(DATABASE_ENDINGS) and not path.startswith("/"):
            yield Declared(joined(root, path), FILE, SHARED, f"`{file}`: DB_DATABASE")
        url = _URL.search(values.get("DATABASE_URL", ""))
        if url is not None:
            # Prisma reads `file:` from beside its schema
            beside = (
                "prisma" if values["DATABASE_URL"].startswith("file:") and listing.has(joined(root, "prisma")) else ""
            )
            yield Declared(joined(root, beside, url[1]), FILE, SHARED, f"`{file}`: DATABASE_URL")
