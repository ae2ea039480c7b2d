"""PHP that may read below named directories alone (`open_basedir`): it resolves links, and ours lead to `shared/`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.fs.host_files import texts
from holdfast_engine.fs.root import Root
from holdfast_engine.model.exposure import is_flat
from holdfast_engine.model.expressions import expression
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import WARN, Check

NAME = "open-basedir"
HOST_FILES = (
    "/etc/php/*/fpm/pool.d/*.conf",
    "/etc/php-fpm.d/*.conf",
    "/etc/apache2/sites-enabled/*",
    "/etc/httpd/conf.d/*.conf",
    "/etc/nginx/sites-enabled/*",
)
"""Where pools and hosts are declared, by distribution; nothing else of the host is read."""
_IN_THE_WEB_ROOT = (".user.ini", ".htaccess")
_LINE = expression(r"""^[^#;\n]*?open_basedir\]?["']?\s*[=\s]\s*["']?([^"'\n;#]+)""", re.MULTILINE)
_SECTION = expression(r"^\s*(?=\[[^]\n]+\]\s*$|<VirtualHost|server\s*\{)", re.MULTILINE | re.IGNORECASE)


class Limit(NamedTuple):
    """The file that says it, and the directories as they stand there."""

    file: str
    value: str

    @property
    def directories(self) -> list[str]:
        return [one for one in self.value.split(os.pathsep) if one]

    @property
    def is_known(self) -> bool:
        """False for no limit at all, and where the web server puts something in itself."""
        return self.value.lower() != "none" and "$" not in self.value and "%{" not in self.value


def open_basedir(subject: CheckInput) -> Iterator[Check]:
    """Whether PHP may read where links of a release lead. Told only where it may not."""
    found = [(limit, _shut_out(subject, limit)) for limit in (*_of_the_site(subject), *_of_the_host(subject.root))]
    shut = {limit: places for limit, places in found if places}
    if shut:
        why = "; ".join(_why(limit, places) for limit, places in shut.items())
        yield Check(NAME, WARN, why, "; ".join(_line(limit, places) for limit, places in shut.items()))


def _why(limit: Limit, places: list[str]) -> str:
    named = " and ".join(f"`{place}`" for place in places)
    return f"`{limit.file}` lets PHP read below `{limit.value}` alone, and not in {named}: it resolves links"


def _line(limit: Limit, places: list[str]) -> str:
    return f"in `{limit.file}` let it be `open_basedir` = `{os.pathsep.join([*limit.directories, *places])}`"


def _shut_out(subject: CheckInput, limit: Limit) -> list[str]:
    """The directories of the site that PHP would have to be let into as well."""
    if not limit.is_known:
        return []
    root, web = subject.root, RelPath("" if is_flat(subject.web_root) else subject.web_root)
    code, data = root.absolute(Layout.releases), root.absolute(subject.layout.shared)
    served = (root.absolute(Layout.current / web), root.absolute(web))
    needed = [(code, (code, *served))] + ([(data, (data,))] if subject.shared else [])
    return [place for place, ways in needed if not any(_lets_in(limit, root, way) for way in ways)]


def _lets_in(limit: Limit, root: Root, place: str) -> bool:
    """True where PLACE, or what it is by its real name, lies below a directory that LIMIT names."""
    real = os.path.realpath(root.path) + place[len(root.path) :]
    tops = [os.path.normpath(one) for one in limit.directories]
    return any(name == top or name.startswith(top.rstrip("/") + "/") for name in (place, real) for top in tops)


def _of_the_site(subject: CheckInput) -> Iterator[Limit]:
    """What the web root says itself: as it is live, and as it comes."""
    web = RelPath("" if is_flat(subject.web_root) else subject.web_root)
    for name in _IN_THE_WEB_ROOT:
        path, live = web / name, subject.release if subject.live is None else subject.live
        places = [subject.layout.in_shared(path), *([] if live is None else [live / path])]
        known = {subject.root.absolute(place): _text(subject.root, place) for place in places}
        coming = subject.listing.read(path) if subject.listing.has(path) else None
        for file, text in {**known, str(path): (coming or b"").decode("utf-8", "replace")}.items():
            yield from (Limit(file, value) for value in _values(text))


def _text(root: Root, path: RelPath) -> str:
    try:
        return (root.read(path) or b"").decode("utf-8", "replace")
    except OSError:
        return ""


def _of_the_host(root: Root) -> Iterator[Limit]:
    """Pools and hosts that name this site's directory."""
    tops = {root.path.rstrip("/"), os.path.realpath(root.path)}
    for path, text in texts(HOST_FILES):
        for section in _SECTION.split(text):
            if _names(section, tops):
                yield from (Limit(path, value) for value in _values(section))


def _names(section: str, tops: Iterable[str]) -> bool:
    return any(re.search(re.escape(top) + r"(?![\w.-])", section) for top in tops)


def _values(text: str) -> Iterator[str]:
    for value in _LINE.findall(text):
        yield value.strip()
