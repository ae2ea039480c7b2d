"""What in build output is a build's own, by name and place, and what somebody put there to be served (data.md)."""

from __future__ import annotations

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.rules.names import words
from holdfast_engine.rules.shape import UPLOAD_NAMES
from holdfast_engine.rules.shape_patterns import lineage

_PACKAGES = words("package-directories")
_GENERATORS_OWN = words("generators-own")
"""Directories that generators fill and nobody else, wherever they lie in what is served."""
_AT_THE_TOP = tuple(sorted(words("at-the-top")))
_CODE = r"\.(?:js|mjs|cjs|css|wasm|woff2?|ttf|eot)(?:\.(?:map|br|gz|LICENSE\.txt))*"
_HASHED = expression(rf"[-._]([0-9A-Za-z_-]{{6,}}?)(?:\.(?:chunk|module|min|bundle|async|legacy))*{_CODE}")
_DIGESTS = (
    expression(r"^(?=.*\d)(?=.*[a-f])[0-9a-f]+$|^[0-9a-f]*[a-f][0-9a-f]{7,}$"),
    expression(r"\d.*[A-Za-z]|[A-Z].*\d"),
    expression(r"^(?=.*[a-z])(?=..*[A-Z])[\w-]{8}$"),
)
"""Hexadecimal; a digit amid letters, which no word has; eight letters with a capital in their middle (Vite)."""
_FRONT_PAGE = "index.html"


def is_hashed(name: str) -> bool:
    """True for `app-3f9a2c.js`, `index-BQ12x9.css`, `main.4f3c2b1a.chunk.js`: code named after what is in it."""
    return any(_is_digest(name[at + 1 :]) for at, letter in enumerate(name) if letter in "-._")


def _is_digest(rest: str) -> bool:
    """True when REST begins with what looks like a digest, and goes on with an ending of code."""
    found = _HASHED.fullmatch("-" + rest)
    if found is None:
        return False
    return any(shape.search(found[1]) for shape in _DIGESTS)


class Output:
    """Answers about what lies in build output; WEB_ROOT is where the application is served from."""

    def __init__(self, listing: Listing, web_root: str) -> None:
        self._listing = listing
        self._web_root = web_root

    def leads_to_served(self, path: str, top: str) -> bool:
        """True for a directory of the output that begins at TOP when names in it are looked at one by one, because
        what is served lies in it.
        """
        above = bool(self._web_root) and f"{self._web_root}/".startswith(f"{path}/")
        return above or (path == top and self._has_page(top)) or self._is_mixed(path, top)

    def _is_mixed(self, path: str, top: str) -> bool:
        """True for `static`, in which generators have directories of their own, and not all of it."""
        served = self._served_root(path, top)
        return served is not None and path == f"{served}/static"

    def keeps(self, path: str, top: str) -> bool:
        """True when a stray at PATH in the output that begins at TOP is somebody's, and goes on being served.

        A name that means uploads says so anywhere but among packages; everything else only in what is served, where it
        is neither named nor placed as a build names and places its files.
        """
        inner = path[len(top) + 1 :]
        names = inner.split("/")
        if not inner or not _PACKAGES.isdisjoint((top.rpartition("/")[2], *names)):
            return False
        if not UPLOAD_NAMES.isdisjoint(names):
            return True
        served = self._served_root(path, top)
        return served is not None and not _is_a_builds(path[len(served) :].lstrip("/"))

    def place(self, path: str, top: str) -> str:
        """The shallowest directory at or above PATH into which nothing is shipped or built; else PATH itself."""
        for here in reversed(lineage(path)):
            inside = here.startswith(top + "/") and not self.leads_to_served(here, top)
            if inside and self._listing.kind(here) is None:
                return here
        return path

    def _served_root(self, path: str, top: str) -> str | None:
        """The directory at or below TOP and above PATH that is served as a whole; None where PATH is in none."""
        for here in reversed(lineage(path)[1:]):
            if f"{here}/".startswith(f"{top}/") and (here == self._web_root or (here == top and self._has_page(top))):
                return here
        return (
            self._web_root if self._web_root and top.startswith(self._web_root + "/") and self._has_page(top) else None
        )

    def _has_page(self, top: str) -> bool:
        return self._listing.kind(f"{top}/{_FRONT_PAGE}") not in (None, DIR)


def _is_a_builds(inner: str) -> bool:
    """True for INNER, a path below what is served, that a build made by its name or its place."""
    names = inner.split("/")
    own = not _GENERATORS_OWN.isdisjoint(names) or any(f"{inner}/".startswith(f"{place}/") for place in _AT_THE_TOP)
    return own or names[-1].endswith(".map") or is_hashed(names[-1])
