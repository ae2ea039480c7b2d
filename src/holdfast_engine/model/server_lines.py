"""The lines by which a web server serves what is live: for whoever has to write them."""

from __future__ import annotations

from shlex import quote

_REALPATH = (
    "fastcgi_param SCRIPT_FILENAME $realpath_root$fastcgi_script_name;",
    "fastcgi_param DOCUMENT_ROOT $realpath_root;",
)
"""So that PHP is given the release by its own name, and remembers none for another after a switch."""


def nginx(served: str, *, php: bool) -> list[str]:
    """For the `server` block, and behind `include fastcgi_params` where PHP runs."""
    return [f"root {_word(served)};", *(_REALPATH if php else ())]


def _word(path: str) -> str:
    return f'"{path}"' if set(path) & set(" ;{}#'") else path


def apache(served: str) -> list[str]:
    """For the `VirtualHost`. Where links may only lead to what has one owner with them (`SymLinksIfOwnerMatch`), data
    that is the web user's would not be served.
    """
    return [
        f'DocumentRoot "{served}"',
        f'<Directory "{served}">',
        "    # not SymLinksIfOwnerMatch, unless one user owns releases and data",
        "    Options +FollowSymLinks",
        "    AllowOverride All",
        "    Require all granted",
        "</Directory>",
    ]


def as_link(served: str, root: str) -> list[str]:
    """For a document root ROOT that may become a link: what stood there keeps a name of its own."""
    here, old, new = (_typed(f"{root}{more}") for more in ("", ".before", ".new"))
    return [f"ln -s {quote(served)} {new}", f"mv -T {here} {old} && mv -T {new} {here}"]


def filled(root: str) -> list[str]:
    """For a document root ROOT that may not: in `holdfast.toml`."""
    return ["[site]", f'public_html = "{root}"']


def _typed(path: str) -> str:
    """PATH as a shell takes it; what stands for the home is the shell's to know."""
    return f"~/{quote(path[2:])}" if path.startswith("~/") else quote(path)
