"""Whether a directory is a document root by its name, and how a site leaves one, so that nothing of ours is served."""

from __future__ import annotations

from shlex import quote

DOCUMENT_ROOTS = frozenset(
    [
        *("public_html", "public-html", "private_html", "public_www", "htdocs", "httpdocs", "httpsdocs", "html", "www"),
        *("wwwroot", "web", "webroot", "web_root", "public", "docroot", "doc_root", "documentroot", "document_root"),
    ]
)
"""Names that web servers, panels and hosts give to what they serve."""
_SURELY = frozenset(("public_html", "public-html", "htdocs", "httpdocs", "httpsdocs", "private_html", "public_www"))
"""Names that nothing else has: what lies below them is served as well."""
FRONTS = ("index.php", "index.html", "index.htm", "default.php", "default.html", ".htaccess")
"""What a web server looks for at the top of its document root."""


def is_document_root(path: str, *, surely: bool = False) -> bool:
    """True when PATH has the name of a document root, or lies in what surely is one. SURELY asks for no other."""
    *above, name = (part.lower() for part in path.rstrip("/").split("/"))
    return name in (_SURELY if surely else DOCUMENT_ROOTS) or any(part in _SURELY for part in above)


def is_flat(web_root: str) -> bool:
    """True where the web server is to serve the application's own directory."""
    return web_root in ("", ".")


def served(site: str, web_root: str) -> str:
    """What the document root of the site at SITE has to be: never a directory with `.env` in it that needs not be."""
    return f"{site.rstrip('/')}/current" + ("" if is_flat(web_root) else f"/{web_root}")


def place_beside(path: str) -> str:
    """Where the site could lie instead of at PATH: beside the outermost document root that PATH is or lies in."""
    parts = path.rstrip("/").split("/")
    cut = next((at for at, part in enumerate(parts) if part.lower() in _SURELY), len(parts) - 1)
    name = parts[-1] if parts[-1].lower() not in DOCUMENT_ROOTS else "site"
    return "/".join([*parts[:cut], name])


def leave_and_adopt(path: str, place: str, web_root: str) -> str:
    """The commands after which a site at PLACE is served at PATH, and what was at PATH is its first release.

    PATH leads to what is live from the first rename on; its last step is one rename over the link that stands there.
    """
    new = f"{path.rstrip('/')}.new"
    point = f"ln -s {quote(served(place, web_root))} {quote(new)} && mv -T {quote(new)} {quote(path)}"
    return f"{leave(path, place)} && ln -s {quote(place)} {quote(path)} && holdfast adopt {quote(place)} && {point}"


def take_out(path: str, place: str) -> str:
    """The command that makes a site at PLACE of what is live in the document root PATH, which stays where it is."""
    said = "" if is_document_root(path) else f"HOLDFAST_PUBLIC_HTML={quote(path)} "
    return f"{said}holdfast adopt {quote(path)} --site {quote(place)}"


def leave(path: str, place: str) -> str:
    """The command that gives the directory at PATH the name PLACE."""
    return f"mv -T {quote(path)} {quote(place)}"
